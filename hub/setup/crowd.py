"""`python -m hub populate`: municipalities with plausible residents and cards, for load and growth.

All cards share one key (a card's key is not what is measured); certificates and serial numbers are their own, and the
JPKI centre knows them. Made are DIR/crowd/key.pem and DIR/crowd/CODE/cards.json: [{"kana", "certificate" (base64)}].
"""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from hub.files import load_key
from hub.jpki.authority import CARD_VALIDITY, Authority, issue_card_certificate
from hub.jpki.register import Register
from hub.jpki.store import load_authorities
from hub.municipality.registers.register import Base, Card
from hub.municipality.rules.changes import change_row
from hub.municipality.rules.rules import TOKYO
from hub.municipality.samples.entries import Someone, resident_id
from hub.municipality.samples.plausible import first_changes, plausible_people
from hub.municipality.setup import make_key, register_path, seed
from hub.setup.rsa_keys import make_missing_keys
from hub.setup.signing import add_to_key_list

FIRST_CODE = 98_000  # five digits before the check digit; no prefecture has the number 98
_REGISTERED = date(2024, 4, 1)
_Issue = Callable[[int], list[x509.Certificate]]


def crowd_code(number: int) -> str:
    """Return the code of the made municipality `number`: five digits and the check digit of 全国地方公共団体コード."""
    five = f"{FIRST_CODE + number:05d}"
    rest = sum(int(digit) * weight for digit, weight in zip(five, (6, 5, 4, 3, 2), strict=True)) % 11
    return f"{five}{(11 - rest) % 10}"


def make_crowd(data: Path, municipalities: int, residents: int, cards: int, now: datetime) -> Iterator[str]:
    """Make what is missing; yields each code when it is there. Raises OSError where `hub init` was not run."""
    make_missing_keys([data / "crowd" / "key.pem"], lambda _: None)
    # read once: a private key takes as long as all the rest of a municipality
    authority = next(it for it in load_authorities(data) if it.kind == "auth")
    public_key = load_key(data / "crowd" / "key.pem", RSAPrivateKey).public_key()
    issue = partial(_certificates, data, authority, public_key, now=now)
    keys: dict[str, bytes] = {}
    for number in range(municipalities):
        code = crowd_code(number)
        if not register_path(data, code).exists():
            _make_town(data, code, residents, cards, now, issue)
        keys[code] = make_key(data, code)
        yield code
    add_to_key_list(data / "pki", keys, now)


def _make_town(data: Path, code: str, residents: int, cards: int, now: datetime, issue: _Issue) -> None:  # noqa: PLR0917 - all it is made of
    today = now.astimezone(TOKYO).date()
    entries: list[Base] = []
    holders: list[Someone] = []
    for people, made in plausible_people(code, residents, today):
        entries += made
        holders += [it for it in people if today.year - it.birth_date.year > 15]  # noqa: PLR2004
    certificates = issue(min(cards, len(holders)))
    issued = list(zip(holders, certificates, strict=False))
    entries += [
        Card(serial=f"{it.serial_number:x}", resident_id=resident_id(person.key), registered_on=_REGISTERED)
        for person, it in issued
    ]
    folder = data / "crowd" / code
    folder.mkdir(parents=True, exist_ok=True)
    listed = [{"kana": person.kana, "certificate": _base64(it)} for person, it in issued]
    (folder / "cards.json").write_text(json.dumps(listed, ensure_ascii=False))
    seed(register_path(data, code), [*entries, change_row(first_changes(code), now)])


def _certificates(
    data: Path, authority: Authority, public_key: RSAPublicKey, count: int, *, now: datetime
) -> list[x509.Certificate]:
    """Issue user-authentication certificates over the crowd's one key, and tell the JPKI centre."""
    begin, end = now - timedelta(days=1), now + CARD_VALIDITY
    made = [issue_card_certificate(authority, public_key, begin, end, "http://127.0.0.1/") for _ in range(count)]
    register = Register(data / "jpki.sqlite")
    try:
        register.add("auth", [it.serial_number for it in made])
    finally:
        register.close()
    return made


def _base64(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
