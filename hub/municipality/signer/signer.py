"""The signer: resolves the card to a person by itself, looks at the finished pages, and only then signs their dots.

It is given the centre's request, a PDF and a document id, and believes none of what the office or the renderer found
out: it checks the chain, reads the registers, compares the pages' marks and text, makes the dots, and signs one
statement. Source: DESIGN, "Signed bits from the source"; `docs/reference/hub-protocol.md`, "The statement of the
municipality". Not responsible for answers to queries (`answer_signer.py`).
"""

from collections.abc import Mapping
from concurrent.futures import wait
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from hub.cose import kid_of, sign1
from hub.municipality.interface import ChainRequest, IssueRequest, Refused
from hub.municipality.orders.chain import Chain, Order, check_chain, read_order
from hub.municipality.orders.subject import Subject, subject_of
from hub.municipality.pages.impression import fingerprint
from hub.municipality.pages.page import Marks
from hub.municipality.registers.dossier import Dossier, take_dossier
from hub.municipality.registers.snapshot import secret_numbers
from hub.municipality.signer.page_check import Expected, check_pages, code_area, expected_document
from hub.municipality.signer.raster import FinishedPage, blank_pdf
from hub.municipality.signer.readings import READINGS, usable_pages
from hub.order_fields import VERSION

_WARMING_DOTS = 576
VALID_S = 900  # from signing to the last moment at which a kiosk may still print


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed statement (COSE bytes) and the dots of its pages."""

    statement: bytes
    pages: list[bytes]


@dataclass(frozen=True, slots=True)
class Bound:
    """What a statement is, and the request it belongs to; `now_s` is the moment of signing."""

    kind: str
    request: ChainRequest
    chain: Chain
    now_s: int


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
        order = read_order(request)
        reading = READINGS.begin(pdf, order.head_dots)
        try:
            expected = self._expected(request, chain, order, document_id)
        finally:
            wait((reading,))
        pages = usable_pages(reading)
        check_pages(pages, expected)
        claims = _document(order, document_id) | {
            "code_area": code_area(pages[0]),
            "pages": page_lines(pages),
        }
        return self.signed(Bound("document", request, chain, int(now.timestamp())), claims, pages)

    def _expected(self, request: IssueRequest, chain: Chain, order: Order, document_id: str) -> Expected:
        """Ask the registers whose pages these have to be, while they are being rasterised."""
        dossier = take_dossier(self.register, chain.serial, order.type)
        if dossier is None:
            raise Refused("not_resident", "the municipality does not know the holder of this card")
        subject = subject_of(dossier, order, request.transaction_id)
        marks = Marks(subject.holder_id, subject.person_ids, document_id, request.transaction_id, dossier.revision)
        seals = [dossier.seal] if order.type == "seal_registration" and dossier.seal is not None else []
        pictures = [fingerprint(it.impression) for it in seals]
        return expected_document(marks, subject, self.secrets_of(dossier, subject), pictures)

    def signed(self, bound: Bound, claims: Mapping[str, Any], pages: list[FinishedPage]) -> Signed:
        """Sign the claims with all that binds them to this card, session, transaction and kiosk."""
        request = bound.request
        statement = {
            "v": VERSION,
            "kind": bound.kind,
            "municipality": request.municipality,
            "transaction_id": request.transaction_id,
            "centre_nonce": request.centre_nonce,
            "clerk_nonce": request.clerk_nonce,
            "kiosk_id": request.kiosk_id,
            "card_fingerprint": bound.chain.fingerprint,
            "session_key_hash": sha256(request.signing_key + request.encryption_key).digest(),
            **claims,
            "issued_at": bound.now_s,
            "expires_at": bound.now_s + VALID_S,
        }
        return Signed(sign1(statement, self.key, kid_of(self.key.public_key())), [page.dots for page in pages])

    def secrets_of(self, dossier: Dossier, subject: Subject) -> tuple[str, ...]:
        """Numbers that must not be on the page: of all in the household, and of all in the family register."""
        people = set(subject.person_ids) | {dossier.holder_id}
        if dossier.family is not None:
            people |= {it.resident_id for it in dossier.family.members if it.resident_id is not None}
        return secret_numbers(self.register, sorted(people))

    def warm_up(self) -> None:
        """Load what the first page would wait for: pdfium, and a query of the register."""
        usable_pages(READINGS.begin(blank_pdf(), _WARMING_DOTS))
        take_dossier(self.register, 0, "")


def page_lines(pages: list[FinishedPage]) -> list[dict[str, Any]]:
    """Return what a statement says about its pages, in order."""
    return [
        {"width_dots": it.width_dots, "height_rows": it.height_rows, "sha256": sha256(it.dots).digest()} for it in pages
    ]


def _document(order: Order, document_id: str) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "type": order.type,
        "scope": order.scope,
        "persons": list(order.persons),
        "items": list(order.items),
        "fiscal_year": order.fiscal_year,
        "copies": order.copies,
        "fee_yen": order.fee_yen,
        "head_dots": order.head_dots,
    }
