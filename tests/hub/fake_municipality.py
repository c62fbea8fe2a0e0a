"""An in-memory municipality for the centre's tests: two pages of dots, signed; can refuse, lie, wait or fail."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.cose import kid_of, sign1, verify1
from hub.files import key_pem, load_key, write_new
from hub.municipality.interface import Availability, IssueAnswer, IssueRequest, Offer, Refused, TypeAvailability

FEES = {"resident_record": 250, "income_tax": 300}


def seed(data: Path, serials: Mapping[str, int]) -> bytes:
    assert all(serials.values())
    path = data / "pki" / "municipality-402231.key"
    write_new(path, key_pem(Ed25519PrivateKey.generate()), secret=True)
    return load_key(path, Ed25519PrivateKey).public_key().public_bytes_raw()


class FakeMunicipality:
    code = "402231"

    def __init__(self, data: Path) -> None:
        self.key = load_key(data / "pki" / "municipality-402231.key", Ed25519PrivateKey)
        self.status = "open"
        self.offered = list(FEES)
        self.refusal: str | None = None
        self.failure: Exception | None = None
        self.change: Callable[[dict], None] = lambda _: None
        self.change_answer: Callable[[IssueAnswer], IssueAnswer] = lambda answer: answer
        self.let_go: asyncio.Event | None = None
        self.asked = asyncio.Event()
        self.stubborn = False
        self.answered = asyncio.Event()
        self.clock: Callable[[], datetime] | None = None
        self.requests: list[IssueRequest] = []

    async def issue(self, request: IssueRequest) -> IssueAnswer:
        self.requests.append(request)
        self.asked.set()
        await self._wait()
        self.answered.set()
        if self.refusal is not None:
            raise Refused(self.refusal, "the detail for the kiosk")
        if self.failure is not None:
            raise self.failure
        return self.change_answer(self.made(request))

    async def _wait(self) -> None:
        while self.let_go is not None and not self.let_go.is_set():
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                if not self.stubborn:
                    raise

    def made(self, request: IssueRequest) -> IssueAnswer:
        order = verify1(request.order_cose, Ed25519PublicKey.from_public_bytes(request.signing_key))
        pages = [secrets.token_bytes(order["head_dots"] // 8 * 40) for _ in range(2)]
        now_s = int(self.clock().timestamp())
        copied = ("municipality", "transaction_id", "clerk_nonce", "type", "scope", "items", "copies", "fee_yen")
        record = {name: order[name] for name in (*copied, "head_dots")} | {
            "v": 1,
            "kind": "document",
            "centre_nonce": request.centre_nonce,
            "kiosk_id": request.kiosk_id,
            "card_fingerprint": sha256(request.certificate_der).digest(),
            "session_key_hash": sha256(request.signing_key + request.encryption_key).digest(),
            "document_id": secrets.token_hex(16),
            "pages": [
                {"width_dots": order["head_dots"], "height_rows": 40, "sha256": sha256(page).digest()} for page in pages
            ],
            "issued_at": now_s,
            "expires_at": now_s + 600,
        }
        self.change(record)
        return IssueAnswer(sign1(record, self.key, kid_of(self.key.public_key())), pages, record["document_id"])

    def availability(self, now: datetime, operator: str) -> Availability:  # noqa: ARG002
        status = self.status if operator == "seven_eleven" else "operator_not_contracted"
        types = tuple(TypeAvailability(name, fee, status == "open") for name, fee in FEES.items())
        name = {"ja": "見本市", "en": "Sample City"}
        return Availability(self.code, name, name, "06:30", "23:00", status, types)

    def offers(self, now: datetime, operator: str) -> tuple[Offer, ...]:  # noqa: ARG002
        items = ("relationship", "domicile")
        return tuple(Offer(name, FEES[name], items, ("self", "household"), 10) for name in self.offered)

    async def close(self) -> None:
        if self.let_go is not None:
            self.let_go.set()
