"""A town with a real register, key, CA and cards, its renderer and signer running; and the kiosk's side of a request.

The kiosk's side is written from docs/reference/hub-protocol.md, not from the hub's code.
"""

import asyncio
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from hub.cose import sign1, verify1
from hub.municipality.interface import IssueAnswer, IssueRequest, QueryRequest, Refused
from hub.municipality.office.office import Office
from hub.municipality.samples import koga
from hub.municipality.samples.citizens import CITIZENS
from hub.municipality.setup import initialise, open_municipality

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # a Tuesday, 12:00 in Tokyo


@dataclass
class Card:
    """A test card: certificate and key, and what a clerk does with it."""

    certificate_der: bytes
    key: RSAPrivateKey

    @property
    def serial(self) -> int:
        return x509.load_der_x509_certificate(self.certificate_der).serial_number

    def session(self, centre_nonce: bytes | None = None) -> "Session":
        """Open a session: fresh keys and nonces, signed by the card."""
        session_key = Ed25519PrivateKey.generate()
        signing = session_key.public_key().public_bytes_raw()
        encryption = X25519PrivateKey.generate().public_key().public_bytes_raw()
        transaction_id = secrets.token_hex(16)
        nonces = (centre_nonce or secrets.token_bytes(32), secrets.token_bytes(32))
        auth = ["kiosk-card-auth-v1", *nonces, transaction_id, "kiosk-0001", signing, encryption]
        chain = {
            "municipality": "402231",
            "transaction_id": transaction_id,
            "centre_nonce": nonces[0],
            "kiosk_id": "kiosk-0001",
            "clerk_nonce": nonces[1],
            "signing_key": signing,
            "encryption_key": encryption,
            "certificate_der": self.certificate_der,
            "signature": self.key.sign(cbor2.dumps(auth, canonical=True), PKCS1v15(), SHA256()),
        }
        return Session(session_key, chain)

    def request(self, *, centre_nonce: bytes | None = None, **order_changes: Any) -> IssueRequest:
        """A whole request of a new session; `order_changes` replace fields of the order before it is signed."""
        return self.session(centre_nonce).order(**order_changes)


@dataclass
class Session:
    """One session of a card: orders and queries of the same transaction."""

    key: Ed25519PrivateKey
    chain: dict[str, Any]

    def order(self, **changes: Any) -> IssueRequest:
        """An order with `changes`; `drop` names fields to leave out."""
        dropped = changes.pop("drop", ())
        record = {**self._bound(), **self.choice(**changes)}
        return IssueRequest(
            **self.chain, order_cose=self._signed({k: v for k, v in record.items() if k not in dropped})
        )

    def choice(self, **changes: Any) -> dict[str, Any]:
        """An order's fields from `type` to `head_dots`, with `changes`."""
        copies = changes.get("copies", 1)
        fee = {"family_register": 400}.get(changes.get("type", ""), 250)
        return {
            "type": "resident_record",
            "scope": "self",
            "persons": [],
            "items": [],
            "fiscal_year": None,
            "copies": copies,
            "fee_yen": fee * copies,
            "head_dots": 576,
        } | changes

    def query(self, kind: str, of: dict[str, Any], **changes: Any) -> QueryRequest:
        """A query of this session."""
        record = {**self._bound(), "kind": kind, "query_nonce": secrets.token_bytes(32), "of": of} | changes
        return QueryRequest(**self.chain, query_cose=self._signed(record))

    def _bound(self) -> dict[str, Any]:
        names = ("transaction_id", "municipality", "clerk_nonce")
        return {"v": 2, **{name: self.chain[name] for name in names}}

    def _signed(self, record: dict[str, Any]) -> bytes:
        return sign1(record, self.key, sha256(self.chain["signing_key"]).digest()[:8])


@dataclass
class Town:
    """The municipality under test; `now` may be moved."""

    data: Path
    runner: asyncio.Runner
    cards: dict[str, Card]
    public_key: bytes
    now: datetime = NOON
    offices: list[Any] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    @property
    def office(self) -> Office:
        return self.offices[0]

    def issue(self, request: IssueRequest, office: Office | None = None) -> IssueAnswer:
        return self.runner.run((office or self.office).issue(request))

    def refusal(self, request: IssueRequest | QueryRequest, office: Office | None = None) -> Refused:
        ask = self.ask if isinstance(request, QueryRequest) else self.issue
        with pytest.raises(Refused) as caught:
            ask(request, office)
        return caught.value

    def ask(self, request: QueryRequest, office: Office | None = None) -> dict[str, Any]:
        """Ask a query; returns the checked statement."""
        return self.read(self.runner.run((office or self.office).answer(request)).statement)

    def read(self, statement: bytes) -> dict[str, Any]:
        """Check a statement's signature and return what it says."""
        return verify1(statement, Ed25519PublicKey.from_public_bytes(self.public_key))

    def office_with(self, renderer: Any) -> Office:
        """Make an office with another renderer, and the real signer process."""
        own = self.office
        return Office(
            koga.CODE,
            changes=own._changes,
            register=own._register,
            auth_ca=own._auth_ca,
            renderer=renderer,
            signer=own._signer,
            clock=self.clock,
        )


class SpyRenderer:
    """The real renderer process; `content` may be changed on its way in, the last PDF is kept."""

    def __init__(self, town: Town, change: Any = None) -> None:
        self.real = town.office._renderer
        self.change = change or (lambda content: content)
        self.last = b""

    async def pdf(self, content: Any) -> bytes:
        self.last = await self.real.pdf(self.change(content))
        return self.last

    async def close(self) -> None:
        """Leave the real one to the town."""


def certificate_for(
    key: RSAPrivateKey, ca: RSAPrivateKey, days: int = 1000, *, is_ca: bool = False
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "TEST CA" if is_ca else secrets.token_hex(8))])
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "TEST CA")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON - timedelta(days=2000))
        .not_valid_after(NOON + timedelta(days=days))
        .sign(ca, SHA256())
    )


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Any:
    data = tmp_path_factory.mktemp("town")
    ca_key, card_key = generate_private_key(65537, 2048), generate_private_key(65537, 2048)
    (data / "pki" / "jpki").mkdir(parents=True)
    ca = certificate_for(ca_key, ca_key, 2000, is_ca=True)
    (data / "pki" / "jpki" / "auth-ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
    names = [it.name for it in CITIZENS] + ["stranger"]
    made = {name: certificate_for(card_key, ca_key, -1 if name == "expired" else 1000) for name in names}
    made["forged"] = certificate_for(card_key, card_key)
    cards = {name: Card(it.public_bytes(Encoding.DER), card_key) for name, it in made.items()}
    serials = {it.name: made[it.name].serial_number for it in CITIZENS}
    with asyncio.Runner() as runner:
        made_town = Town(data, runner, cards, initialise(data, serials, clock=lambda: NOON))
        made_town.offices.append(runner.run(open_municipality(data, clock=made_town.clock)))
        yield made_town
        runner.run(made_town.office.close())


@pytest.fixture
def request_of(town: Town) -> Any:
    """`request_of("hanako", scope="household")`: a new request with that card."""
    return lambda citizen, **changes: town.cards[citizen].request(**changes)


@pytest.fixture
def spy(town: Town) -> SpyRenderer:
    return SpyRenderer(town)


@pytest.fixture(autouse=True)
def _noon_again(town: Town) -> Any:
    yield
    town.now = NOON


def changed(request: IssueRequest, **fields: Any) -> IssueRequest:
    return replace(request, **fields)
