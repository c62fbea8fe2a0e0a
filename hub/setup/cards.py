"""The JPKI test centre's authorities and responders, and the test citizens' cards, in a data directory.

Not responsible for who the citizens are (the municipality knows); it is handed names, labels and PINs.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from hub.files import load_key, write_new
from hub.jpki.authority import (
    CARD_VALIDITY,
    KINDS,
    Authority,
    issue_card_certificate,
    issue_responder,
    make_authority,
)
from hub.jpki.register import Register
from hub.jpki.store import RESPONDER_STEMS, folder, load_authorities
from hub.setup.rsa_keys import make_missing_keys

Say = Callable[[str], None]


class CardHolder(Protocol):
    """What is needed of a test citizen. The names `revoked` and `expired` get such certificates."""

    @property
    def name(self) -> str:
        """Folder name, ASCII."""
        ...

    @property
    def label(self) -> str:
        """What a person reads on the bench."""
        ...

    @property
    def auth_pin(self) -> str:
        """Four digits."""
        ...

    @property
    def sign_pin(self) -> str:
        """6 to 16 characters."""
        ...


@dataclass(frozen=True, slots=True)
class _Office:
    """Where cards are issued: authorities, register, and the address printed into certificates."""

    data: Path
    authorities: Sequence[Authority]
    register: Register
    base_url: str
    now: datetime


def make_cards(data: Path, holders: Sequence[CardHolder], base_url: str, now: datetime, say: Say) -> dict[str, int]:
    """Make all that is missing; returns each holder's authentication certificate's serial number."""
    _make_all_keys(data, holders, say)
    _make_authorities(folder(data), now, say)
    register = Register(data / "jpki.sqlite")
    try:
        office = _Office(data, load_authorities(data), register, base_url, now)
        return {holder.name: _make_card(office, holder, say) for holder in holders}
    finally:
        register.close()


def _make_all_keys(data: Path, holders: Sequence[CardHolder], say: Say) -> None:
    stems = [f"{kind}-ca" for kind in KINDS] + list(RESPONDER_STEMS.values())
    central = [folder(data) / f"{stem}.key" for stem in stems]
    cards = [data / "citizens" / holder.name / f"{kind}_key.pem" for holder in holders for kind in KINDS]
    make_missing_keys(central + cards, say)


def _make_authorities(jpki: Path, now: datetime, say: Say) -> None:
    for kind in KINDS:
        path = jpki / f"{kind}-ca.pem"
        key = load_key(jpki / f"{kind}-ca.key", RSAPrivateKey)
        if not path.exists():
            write_new(path, make_authority(kind, key, now).certificate.public_bytes(Encoding.PEM))
            say(f"made   {path}")
        authority = Authority(kind, x509.load_pem_x509_certificate(path.read_bytes()), key)
        stem = RESPONDER_STEMS[kind]
        if not (jpki / f"{stem}.pem").exists():
            public_key = load_key(jpki / f"{stem}.key", RSAPrivateKey).public_key()
            write_new(jpki / f"{stem}.pem", issue_responder(authority, public_key, now).public_bytes(Encoding.PEM))


def _make_card(office: _Office, holder: CardHolder, say: Say) -> int:
    card = office.data / "citizens" / holder.name
    serials = {authority.kind: _make_certificate(office, authority, card) for authority in office.authorities}
    if holder.name == "revoked":
        for kind, serial in serials.items():
            office.register.revoke(kind, serial, office.now)
    described = {
        "name": holder.name,
        "label": holder.label,
        "auth_pin": holder.auth_pin,
        "sign_pin": holder.sign_pin,
    }
    made = write_new(card / "card.json", json.dumps(described, ensure_ascii=False, indent=1).encode() + b"\n")
    say(f"{'made  ' if made else 'exists'} {card}")
    return serials["auth"]


def _make_certificate(office: _Office, authority: Authority, card: Path) -> int:
    kind = authority.kind
    path = card / f"{kind}_cert.der"
    if not path.exists():
        begin, end = _dates(card.name, office.now)
        public_key = load_key(card / f"{kind}_key.pem", RSAPrivateKey).public_key()
        certificate = issue_card_certificate(authority, public_key, begin, end, office.base_url)
        write_new(path, certificate.public_bytes(Encoding.DER))
    write_new(card / f"{kind}_ca.der", authority.certificate.public_bytes(Encoding.DER))
    serial = x509.load_der_x509_certificate(path.read_bytes()).serial_number
    office.register.add(kind, [serial])
    return serial


def _dates(name: str, now: datetime) -> tuple[datetime, datetime]:
    if name == "expired":
        return now - CARD_VALIDITY - timedelta(days=1), now - timedelta(days=1)
    return now - timedelta(days=1), now + CARD_VALIDITY
