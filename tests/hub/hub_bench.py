"""A hub on real TLS and HTTP with a fake municipality and a clock that can be moved, and clients of both roles."""

import asyncio
import secrets
import ssl
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from fake_municipality import FakeMunicipality
from sqlalchemy.orm import Session

from hub.base64url import from_base64url, to_base64url
from hub.centre.held import HeldBase
from hub.centre.records import Base
from hub.cose import canonical, kid_of, sign1
from hub.files import load_key
from hub.serve import RunningHub, running
from hub.settings import Settings

OPEN = {"municipality": "402231", "operator": "seven_eleven", "head_dots": 576}
DROPPED = object()  # a field of an order that is left out
SETTINGS = Settings(
    port=0, ocsp_port=0, always_open=True, municipality_timeout_s=5, ocsp_timeout_s=2, issuing_state_kept_s=0
)


class FakeClock:
    """The time now, plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class Client:
    """One certificate's connection; `post` makes a fresh idempotency key unless one is given."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def put(self, path: str, body: object) -> httpx.Response:
        return await self.http.put(path, json=body)

    async def post(self, path: str, body: object, key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return await self.http.post(path, json=body, headers=headers)


@dataclass
class Person:
    """A card and a session of one clerk, able to make every body of the protocol."""

    card: Path
    kiosk_id: str = "kiosk-0001"
    signing: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    encryption: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    opened: dict = field(default_factory=dict)

    @property
    def certificate(self) -> bytes:
        return (self.card / "auth_cert.der").read_bytes()

    @property
    def path(self) -> str:
        return f"/v1/transactions/{self.opened['transaction_id']}"

    def proof(self, **changes: object) -> dict:
        signing, encryption = (
            self.signing.public_key().public_bytes_raw(),
            self.encryption.public_key().public_bytes_raw(),
        )
        centre_nonce = from_base64url(self.opened["centre_nonce"])
        content = ["kiosk-card-auth-v1", centre_nonce, self.nonce, self.opened["transaction_id"], self.kiosk_id]
        key = load_key(self.card / "auth_key.pem", RSAPrivateKey)
        signature = key.sign(canonical([*content, signing, encryption]), PKCS1v15(), hashes.SHA256())
        body = {
            "v": 2,
            "clerk_nonce": to_base64url(self.nonce),
            "signing_key": to_base64url(signing),
            "encryption_key": to_base64url(encryption),
            "certificate": to_base64url(self.certificate),
            "signature": to_base64url(signature),
            "algorithm": "rsa2048-sha256",
        }
        return body | changes

    def order(self, signer: Ed25519PrivateKey | None = None, **changes: object) -> dict:
        record = {
            "v": 2,
            "transaction_id": self.opened["transaction_id"],
            "municipality": "402231",
            "type": "resident_record",
            "scope": "household",
            "persons": [],
            "items": ["domicile", "relationship"],
            "fiscal_year": None,
            "copies": 2,
            "fee_yen": 500,
            "head_dots": 576,
            "clerk_nonce": self.nonce,
        }
        record = {name: value for name, value in (record | changes).items() if value is not DROPPED}
        key = signer or self.signing
        return {"order": to_base64url(sign1(record, key, kid_of(key.public_key())))}

    def query(self, kind: str = "history", of: object = None, **changes: object) -> dict:
        record = {
            "v": 2,
            "kind": kind,
            "transaction_id": self.opened["transaction_id"],
            "municipality": "402231",
            "clerk_nonce": self.nonce,
            "query_nonce": secrets.token_bytes(32),
            "of": of or {},
        }
        signed = sign1(record | changes, self.signing, kid_of(self.signing.public_key()))
        return {"query": to_base64url(signed)}


@dataclass
class Bench:
    data: Path
    hub: RunningHub
    municipality: FakeMunicipality
    clock: FakeClock
    clerk: Client
    kiosk: Client
    other_clerk: Client
    other_kiosk: Client

    def empty(self) -> None:
        """Make it as new: no records, no sessions, no kept answers, the time now."""
        with Session(self.hub.centre.engine) as session, session.begin():
            for table in Base.metadata.sorted_tables:
                session.execute(table.delete())
        with Session(self.hub.centre.held) as session, session.begin():
            for table in HeldBase.metadata.sorted_tables:
                session.execute(table.delete())
        self.municipality.__init__(self.data)
        self.municipality.clock = self.clock
        self.clock.ahead = timedelta()

    async def person(self, name: str = "hanako") -> Person:
        """Bring a person to the kiosk: a transaction is open."""
        person = Person(self.data / "citizens" / name)
        answer = await self.clerk.post("/v1/transactions", OPEN)
        assert answer.status_code == 201, answer.text
        person.opened = answer.json()
        return person

    async def checked(self, name: str = "hanako") -> Person:
        """Bring a person whose card was accepted."""
        person = await self.person(name)
        answer = await self.clerk.post(f"{person.path}/card", person.proof())
        assert answer.status_code == 200, answer.text
        return person

    async def ordered(self) -> tuple[Person, str]:
        """Bring a person for whom a document is held; returns the document's id too."""
        person = await self.checked()
        answer = await self.clerk.post(f"{person.path}/order", person.order())
        assert answer.status_code == 200, answer.text
        return person, answer.json()["document_id"]


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and problem code, after checking that it is a proper problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:kiosk:problem:{body['code']}"
    assert body["title"]
    assert body["detail"]
    return answer.status_code, body["code"]


def fingerprint(der: bytes) -> bytes:
    return sha256(der).digest()


def client_tls(kiosk: Path, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(kiosk / "tls-ca.pem"))
    context.load_cert_chain(kiosk / f"{name}.pem", kiosk / f"{name}.key")
    return context


@asynccontextmanager
async def hub_bench(data: Path, settings: Settings = SETTINGS) -> AsyncGenerator[Bench, None]:
    clock = FakeClock()
    municipality = FakeMunicipality(data)
    municipality.clock = clock

    async def open_fake(_data: Path, _settings: Settings) -> list[FakeMunicipality]:
        return [municipality]

    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(running(data, settings, open_fake, clock))
        clients = []
        for kiosk_id in ("kiosk-0001", "kiosk-0002"):
            for name in ("clerk", "kiosk"):
                tls = client_tls(data / "kiosks" / kiosk_id, name)
                http = httpx.AsyncClient(base_url=hub.url, verify=tls, trust_env=False, timeout=20)
                clients.append(Client(await stack.enter_async_context(http)))
        clerk, kiosk, other_clerk, other_kiosk = clients
        yield Bench(data, hub, municipality, clock, clerk, kiosk, other_clerk, other_kiosk)
        await asyncio.sleep(0)
