"""Cards and phones of the next generation: keys on curves, from issuing to the checks of centre and municipality."""

import dataclasses

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from hub_bench import code_of

from hub.base64url import from_base64url, to_base64url
from hub.card_algorithms import ALGORITHMS, is_signed
from hub.centre.card_status import CardStatus
from hub.clock import utc_now
from hub.cose import canonical
from hub.jpki.app import make_jpki_app
from hub.jpki.authority import CARD_VALIDITY, issue_card_certificate, issue_responder, make_authority
from hub.jpki.register import Register
from hub.jpki.responder import Delegation, Responder
from hub.jpki.store import load_authorities
from hub.municipality.interface import ChainRequest, Refused
from hub.municipality.orders.chain import check_chain
from hub.web.problem import Problem
from hub.web.server import Listener

pytestmark = pytest.mark.anyio
CURVES = {
    "ecdsa-p256-sha256": (ec.SECP256R1, hashes.SHA256(), 32),
    "ecdsa-p384-sha384": (ec.SECP384R1, hashes.SHA384(), 48),
}


@dataclasses.dataclass
class Phone:
    """A certificate on a curve, issued by the test authority and known to its register."""

    algorithm: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def sign(self, content: bytes) -> bytes:
        _, digest, number_bytes = CURVES[self.algorithm]
        r, s = decode_dss_signature(self.key.sign(content, ec.ECDSA(digest)))
        return r.to_bytes(number_bytes) + s.to_bytes(number_bytes)

    def proof(self, person) -> dict:
        """A card request as this phone would make it."""
        body = person.proof()
        keys = [from_base64url(body[name]) for name in ("signing_key", "encryption_key")]
        nonces = [from_base64url(person.opened["centre_nonce"]), person.nonce]
        content = ["kiosk-card-auth-v1", *nonces, person.opened["transaction_id"], person.kiosk_id, *keys]
        signature = to_base64url(self.sign(canonical(content)))
        return body | {
            "certificate": to_base64url(self.der),
            "signature": signature,
            "algorithm": self.algorithm,
        }


def issued(data, algorithm: str) -> Phone:
    authority = next(it for it in load_authorities(data) if it.kind == "auth")
    key = ec.generate_private_key(CURVES[algorithm][0]())
    now = utc_now()
    certificate = issue_card_certificate(authority, key.public_key(), now, now + CARD_VALIDITY, "http://127.0.0.1/")
    register = Register(data / "jpki.sqlite")
    register.add("auth", [certificate.serial_number])
    register.close()
    return Phone(algorithm, key, certificate)


@pytest.mark.parametrize("algorithm", CURVES)
async def test_a_phone_is_served_like_a_card(bench, algorithm):
    phone, person = issued(bench.data, algorithm), await bench.person()
    answer = await bench.clerk.post(f"{person.path}/card", phone.proof(person))
    assert answer.status_code == 200, answer.text
    assert (await bench.clerk.post(f"{person.path}/order", person.order())).status_code == 200
    assert check_chain(bench.municipality.requests[-1], "402231", authority_of(bench.data), utc_now()).serial == (
        phone.certificate.serial_number
    )


@pytest.mark.parametrize("algorithm", CURVES)
async def test_a_phones_signature_over_something_else_is_refused_on_both_sides(bench, algorithm):
    phone, person = issued(bench.data, algorithm), await bench.person()
    proof = phone.proof(person) | {"signature": to_base64url(phone.sign(b"something else"))}
    assert code_of(await bench.clerk.post(f"{person.path}/card", proof)) == (403, "bad-signature")
    request = ChainRequest("402231", "0" * 32, b"c" * 32, "kiosk-0001", b"n" * 32, b"s" * 32, b"e" * 32, phone.der, b"")
    with pytest.raises(Refused, match="bad_signature"):
        check_chain(request, "402231", authority_of(bench.data), utc_now())


async def test_the_name_beside_a_signature_must_be_that_of_its_key(bench):
    phone = issued(bench.data, "ecdsa-p256-sha256")
    for name in ("rsa2048-sha256", "ecdsa-p384-sha384"):
        person = await bench.person()
        proof = phone.proof(person) | {"algorithm": name}
        assert code_of(await bench.clerk.post(f"{person.path}/card", proof)) == (403, "bad-signature")
    person = await bench.person()
    unknown = phone.proof(person) | {"algorithm": "ecdsa-p521-sha512"}
    assert code_of(await bench.clerk.post(f"{person.path}/card", unknown)) == (422, "bad-request")


async def test_a_revoked_phone(bench):
    phone, person = issued(bench.data, "ecdsa-p256-sha256"), await bench.person()
    register = Register(bench.data / "jpki.sqlite")
    register.revoke("auth", phone.certificate.serial_number, utc_now())
    register.close()
    assert code_of(await bench.clerk.post(f"{person.path}/card", phone.proof(person))) == (403, "card-revoked")


@pytest.mark.parametrize("curve", [ec.SECP256R1, ec.SECP384R1])
async def test_an_authority_and_its_responder_may_have_keys_on_curves(tmp_path, curve):
    authority = make_authority("auth", ec.generate_private_key(curve()), utc_now())
    own = ec.generate_private_key(curve())
    stranger = make_authority("auth", ec.generate_private_key(curve()), utc_now())
    now, phone = utc_now(), ec.generate_private_key(curve()).public_key()
    good, unknown = (issue_card_certificate(authority, phone, now, now + CARD_VALIDITY, "http://x/") for _ in range(2))
    register = Register(tmp_path / "jpki.sqlite")
    register.add("auth", [good.serial_number])
    found = {}
    for name, signer in (("right", authority), ("wrong", stranger)):
        responder = issue_responder(signer, own.public_key(), now)
        delegation = Delegation("auth", authority.certificate, responder, own)
        app = make_jpki_app(Responder([delegation], register, utc_now), [authority], register, utc_now)
        listener = Listener(app, "127.0.0.1", 0)
        await listener.start()
        client = CardStatus(f"http://127.0.0.1:{listener.port}/", authority.certificate, utc_now, 5)
        found[name] = [await status(client, each) for each in (good, unknown)]
        await client.close()
        await listener.stop()
    register.close()
    assert found == {"right": ["good", "card-status-unknown"], "wrong": ["card-status-unknown"] * 2}


async def status(client, certificate) -> str:
    try:
        await client.require_good(certificate)
    except Problem as problem:
        return problem.code
    return "good"


def test_only_the_keys_of_the_table_sign():
    content = b"content"
    weak = rsa.generate_private_key(65_537, 1024)  # noqa: S505 - to be refused
    other = ec.generate_private_key(ec.SECP256K1())
    fits = {
        "1024": weak.sign(content, PKCS1v15(), hashes.SHA256()),
        "k1": other.sign(content, ec.ECDSA(hashes.SHA256())),
    }
    for key, signature in ((weak, fits["1024"]), (other, fits["k1"])):
        assert not any(verify(key.public_key(), content, signature) for verify in ALGORITHMS.values())
    proper = ec.generate_private_key(ec.SECP256R1())
    der = proper.sign(content, ec.ECDSA(hashes.SHA256()))  # DER, and not r and s
    assert not ALGORITHMS["ecdsa-p256-sha256"](proper.public_key(), content, der)
    assert not ALGORITHMS["ecdsa-p256-sha256"](proper.public_key(), content, bytes(64))


def test_a_certificate_says_by_its_key_how_it_signs(made_data):
    phone = issued(made_data, "ecdsa-p384-sha384")
    assert is_signed(phone.certificate, b"content", phone.sign(b"content"))
    assert not is_signed(phone.certificate, b"contents", phone.sign(b"content"))


def authority_of(data) -> x509.Certificate:
    return next(it for it in load_authorities(data) if it.kind == "auth").certificate
