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
from hub.municipality.interface import (
    Availability,
    ChainRequest,
    IssueAnswer,
    IssueRequest,
    Offer,
    QueryAnswer,
    QueryRequest,
    Refused,
    TypeAvailability,
)

ROWS = 200
CODE_ROWS = 192
FEES = {"resident_record": 250, "income_tax": 300}
PERSON = {"ref": "0" * 32, "name": "見本 花子", "kana": "ミホン ハナコ", "self": True}
PERSON |= {"relationship": "世帯主", "birth_date": "1986-11-30", "foreign": False}
REQUEST = {"number": "1" * 12, "state": "requested", "requested_on": "2026-11-01", "decided_on": None, "reason": None}
ISSUE = {"issued_at": 1_789_000_000, "type": "resident_record", "document_id": "0" * 32, "copies": 1, "fee_yen": 250}
ISSUE |= {"kiosk_id": "kiosk-0001", "checks": None}
ANSWERS = {
    "household": {"persons": [PERSON], "scopes": ["self"], "items": [], "fiscal_years": []},
    "preview": {"sheets": 1},
    "registration": {"requests": [REQUEST]},
    "register": {"requests": [REQUEST]},
    "history": {"issues": [ISSUE]},
}


def seed(data: Path, serials: Mapping[str, int]) -> dict[str, bytes]:
    assert all(serials.values())
    path = data / "pki" / "municipality-402231.key"
    write_new(path, key_pem(Ed25519PrivateKey.generate()), secret=True)
    return {"402231": load_key(path, Ed25519PrivateKey).public_key().public_bytes_raw()}


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
        self.cancelled = asyncio.Event()
        self.clock: Callable[[], datetime] | None = None
        self.requests: list[IssueRequest] = []
        self.queries: list[QueryRequest] = []
        self.issued: list[str] = []  # documents that a history tells

    async def issue(self, request: IssueRequest) -> IssueAnswer:
        self.requests.append(request)
        await self._think()
        return self.change_answer(self.made(request))

    async def answer(self, request: QueryRequest) -> QueryAnswer:
        self.queries.append(request)
        await self._think()
        return self.answered_query(request)

    async def _think(self) -> None:
        self.asked.set()
        await self._wait()
        self.answered.set()
        if self.refusal is not None:
            raise Refused(self.refusal, "the detail for the kiosk")
        if self.failure is not None:
            raise self.failure

    async def _wait(self) -> None:
        while self.let_go is not None and not self.let_go.is_set():
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                if not self.stubborn:
                    raise

    def made(self, request: IssueRequest) -> IssueAnswer:
        order = verify1(request.order_cose, Ed25519PublicKey.from_public_bytes(request.signing_key))
        pages = [secrets.token_bytes(order["head_dots"] // 8 * ROWS) for _ in range(2)]
        kept_blank = bytes(order["head_dots"] // 8 * CODE_ROWS)
        pages[0] = kept_blank + pages[0][len(kept_blank) :]
        record = {name: order[name] for name in order if name not in {"v", "transaction_id", "clerk_nonce"}}
        record |= self._bound(request, "document")
        record |= {"document_id": secrets.token_hex(16), "pages": self._lines(order["head_dots"], pages)}
        record["code_area"] = {"left_dots": 0, "top_rows": 0, "side_dots": CODE_ROWS}
        self.change(record)
        return IssueAnswer(sign1(record, self.key, kid_of(self.key.public_key())), pages, record["document_id"])

    def answered_query(self, request: QueryRequest) -> QueryAnswer:
        query = verify1(request.query_cose, Ed25519PublicKey.from_public_bytes(request.signing_key))
        preview = query["kind"] == "preview"
        pages = [secrets.token_bytes(576 // 8 * ROWS)] if preview else []
        record = self._bound(request, query["kind"]) | {
            "query_sha256": sha256(request.query_cose).digest(),
            "answer": self._told(query["kind"], request.checks),
            "pages": self._lines(576, pages),
        }
        self.change(record)
        return QueryAnswer(sign1(record, self.key, kid_of(self.key.public_key())), pages)

    def _told(self, kind: str, checks: Mapping[str, int]) -> dict:
        if kind != "history" or not self.issued:
            return ANSWERS[kind]
        return {"issues": [ISSUE | {"document_id": it, "checks": checks.get(it)} for it in self.issued]}

    def _bound(self, request: ChainRequest, kind: str) -> dict:
        now_s = int(self.clock().timestamp())
        return {
            "v": 2,
            "kind": kind,
            "municipality": request.municipality,
            "transaction_id": request.transaction_id,
            "clerk_nonce": request.clerk_nonce,
            "centre_nonce": request.centre_nonce,
            "kiosk_id": request.kiosk_id,
            "card_fingerprint": sha256(request.certificate_der).digest(),
            "session_key_hash": sha256(request.signing_key + request.encryption_key).digest(),
            "issued_at": now_s,
            "expires_at": now_s + 600,
        }

    def _lines(self, width_dots: int, pages: list[bytes]) -> list[dict]:
        return [{"width_dots": width_dots, "height_rows": ROWS, "sha256": sha256(page).digest()} for page in pages]

    def availability(self, now: datetime, operator: str) -> Availability:  # noqa: ARG002
        status = self.status if operator == "seven_eleven" else "operator_not_contracted"
        reason = None if status == "open" else "operator_not_contracted"
        types = tuple(TypeAvailability(name, fee, "06:30", "23:00", reason) for name, fee in FEES.items())
        name = {"ja": "見本市", "en": "Sample City"}
        return Availability(self.code, name, name, "06:30", "23:00", status, types)

    def offers(self, now: datetime, operator: str) -> tuple[Offer, ...]:  # noqa: ARG002
        items, scopes = ("relationship", "domicile"), ("self", "household", "members")
        years = {"income_tax": (2026, 2025)}
        return tuple(Offer(name, FEES[name], items, scopes, 10, years.get(name, ())) for name in self.offered)

    async def close(self) -> None:
        if self.let_go is not None:
            self.let_go.set()
