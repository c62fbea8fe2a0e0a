"""A certificate in a phone, and a card of the next generation: the whole visit at the real hub, paper taken.

A person may have several: each has its own serial number, and the municipality knows whose it is. The kiosk's reader
speaks to RSA cards only so far; here the clerk is that of the load tests, which checks every field as well.
"""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from real_hub import KOGA, Hub

from hub.clock import utc_now
from hub.jpki.authority import CARD_VALIDITY, issue_card_certificate
from hub.jpki.register import Register
from hub.jpki.store import load_authorities
from hub.municipality.registers.register import Card, writing
from hub.municipality.samples.sample_register import resident_id
from hub.municipality.setup import open_existing
from tests.load.visit import Holder, Line, Refused, Visit, kiosks

CURVES = {"ecdsa-p256-sha256": (ec.SECP256R1, hashes.SHA256), "ecdsa-p384-sha384": (ec.SECP384R1, hashes.SHA384)}


@pytest.mark.parametrize("algorithm", CURVES)
def test_a_certificate_on_a_curve_brings_its_holder_the_paper(hub: Hub, algorithm: str):
    visit = _visit(hub, _registered(hub, "hanako", algorithm))
    visit.issue()
    own = Line(visit.kiosk.address, visit.kiosk.kiosk)
    visit.settle(own)
    [order] = [
        it
        for it in json.loads(own.ask("GET", "/v1/orders?open=false"))["orders"]
        if it["document_id"] == visit.document_id
    ]
    own.close()
    assert order["state"] == "taken"


def test_a_phone_that_the_municipality_does_not_know_is_nobodys(hub: Hub):
    visit = _visit(hub, _registered(hub, None, "ecdsa-p256-sha256"))
    with pytest.raises(Refused, match="not-resident"):
        visit.issue()


def _visit(hub: Hub, holder: Holder) -> Visit:
    url = urlsplit(hub.url)
    return Visit(kiosks(hub.data, ("127.0.0.1", url.port or 0))[0], holder)


def _registered(hub: Hub, citizen: str | None, algorithm: str) -> Holder:
    """Issue a certificate, and tell the municipality whose it is."""
    curve, digest = CURVES[algorithm]
    key, now = ec.generate_private_key(curve()), utc_now()
    authority = next(it for it in load_authorities(hub.data) if it.kind == "auth")
    certificate = issue_card_certificate(authority, key.public_key(), now, now + CARD_VALIDITY, "http://127.0.0.1/")
    known = Register(hub.data / "jpki.sqlite")
    known.add("auth", [certificate.serial_number])
    known.close()
    if citizen is not None:
        register = open_existing(hub.data, KOGA)
        with writing(register) as session, session.begin():
            serial = f"{certificate.serial_number:x}"
            session.add(Card(serial=serial, resident_id=resident_id(citizen), registered_on=date(2024, 4, 1)))
        register.dispose()

    def sign(content: bytes) -> bytes:
        size = curve().key_size // 8
        return b"".join(it.to_bytes(size) for it in decode_dss_signature(key.sign(content, ec.ECDSA(digest()))))

    return Holder(KOGA, certificate.public_bytes(Encoding.DER), sign, algorithm)
