"""The signer: resolves the card to a resident by itself, looks at the finished page, and only then signs its dots.

It is given the centre's request, a PDF and a document id, and believes none of what the office or the renderer found
out: it checks the chain, reads the register, compares the page's marks and text, makes the dots, and signs one
statement. Source: DESIGN, "Signed bits from the source"; `docs/reference/hub-protocol.md`, "The statement of the
municipality".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from hub.cose import kid_of, sign1
from hub.municipality.chain import Chain, check_chain
from hub.municipality.content import Marks
from hub.municipality.decision import printed_persons
from hub.municipality.interface import IssueRequest, Refused
from hub.municipality.page_check import check_page, expected_page
from hub.municipality.raster import FinishedPage, UnusablePage, blank_pdf, read_pages
from hub.municipality.snapshot import secret_numbers, take_snapshot

_WARMING_DOTS = 576
VALID_S = 900  # from signing to the last moment at which a kiosk may still print


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed statement (COSE bytes) and the dots of its pages."""

    statement: bytes
    pages: list[bytes]


@dataclass(frozen=True, slots=True)
class Signer:
    """One municipality's key, with the means to check a page: the register (read only) and the CA of the cards."""

    municipality: str
    key: Ed25519PrivateKey
    register: Engine
    auth_ca: x509.Certificate

    def sign(self, request: IssueRequest, document_id: str, pdf: bytes, now: datetime) -> Signed:
        """Check everything again and sign; raises Refused."""
        chain = check_chain(request, self.municipality, self.auth_ca, now)
        try:
            pages = read_pages(pdf, chain.order.head_dots)
        except UnusablePage as error:
            raise Refused("binding_mismatch", f"the finished page cannot be used: {error}") from error
        if len(pages) != 1:
            raise Refused("binding_mismatch", "a certificate of this type has one page")
        self._check_page(request, chain, document_id, pages[0])
        statement = _statement(request, chain, document_id, pages, int(now.timestamp()))
        return Signed(sign1(statement, self.key, kid_of(self.key.public_key())), [page.dots for page in pages])

    def warm_up(self) -> None:
        """Load what the first page would wait for: pdfium, and a query of the register."""
        read_pages(blank_pdf(), _WARMING_DOTS)
        take_snapshot(self.register, 0)

    def _check_page(self, request: IssueRequest, chain: Chain, document_id: str, page: FinishedPage) -> None:
        snapshot = take_snapshot(self.register, chain.serial)
        if snapshot is None:
            raise Refused("not_resident", "the municipality does not know the holder of this card")
        marks = Marks(
            resident_id=snapshot.holder.id,
            person_ids=tuple(it.id for it in printed_persons(snapshot, chain.order.scope)),
            document_id=document_id,
            transaction_id=request.transaction_id,
            revision=snapshot.revision,
        )
        numbers = secret_numbers(self.register, snapshot.household_id)
        check_page(page, expected_page(snapshot, chain.order.scope, marks, numbers))


def _statement(
    request: IssueRequest, chain: Chain, document_id: str, pages: list[FinishedPage], now_s: int
) -> dict[str, Any]:
    order = chain.order
    return {
        "v": 1,
        "kind": "document",
        "municipality": request.municipality,
        "transaction_id": request.transaction_id,
        "centre_nonce": request.centre_nonce,
        "clerk_nonce": request.clerk_nonce,
        "kiosk_id": request.kiosk_id,
        "card_fingerprint": chain.fingerprint,
        "session_key_hash": sha256(request.signing_key + request.encryption_key).digest(),
        "document_id": document_id,
        "type": order.type,
        "scope": order.scope,
        "items": list(order.items),
        "copies": order.copies,
        "fee_yen": order.fee_yen,
        "head_dots": order.head_dots,
        "pages": [_page_line(page) for page in pages],
        "issued_at": now_s,
        "expires_at": now_s + VALID_S,
    }


def _page_line(page: FinishedPage) -> Mapping[str, Any]:
    digest = sha256(page.dots).digest()
    return {"width_dots": page.width_dots, "height_rows": page.height_rows, "sha256": digest}
