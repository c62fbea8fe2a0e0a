"""Signing what a query is answered: what shows a person's data is read from the registers here, again.

Of the office come only scopes, items and years, and for a preview the PDF, which must show nothing of anybody.
Source: DESIGN, "Every municipal answer that shows a person's data is such a statement". Not responsible for whether the
person may ask.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.municipality.interface import QueryRequest, Refused
from hub.municipality.orders import answers
from hub.municipality.orders.chain import Chain, Query, check_chain, order_from, read_query
from hub.municipality.orders.subject import subject_of
from hub.municipality.pages.page import Marks
from hub.municipality.registers.dossier import Dossier, take_dossier
from hub.municipality.registers.register import Certificate
from hub.municipality.registers.registrations import requests_of
from hub.municipality.signer.page_check import check_pages, expected_preview
from hub.municipality.signer.raster import FinishedPage
from hub.municipality.signer.readings import READINGS, usable_pages
from hub.municipality.signer.signer import Bound, Signed, Signer, page_lines

NO_DOCUMENT = "0" * 32


@dataclass(frozen=True, slots=True)
class AnswerSigner:
    """Answers queries with the signer's key and register."""

    signer: Signer

    def answer(self, request: QueryRequest, pdf: bytes, choices: Mapping[str, Any], now: datetime) -> Signed:
        """Build the answer and sign it; `pdf` is empty except for a preview. Raises Refused."""
        chain = check_chain(request, self.signer.municipality, self.signer.auth_ca, now)
        query = read_query(request)
        answers.type_of(query)
        pages: list[FinishedPage] = []
        if query.kind == "preview":
            pages = self._preview(request, query, chain, pdf)
            answer: dict[str, Any] = {"sheets": len(pages)}
        else:
            answer = _KINDS[query.kind](self, chain, query, request, choices)
        digest = sha256(request.query_cose).digest()
        claims = {"query_sha256": digest, "answer": answer, "pages": page_lines(pages)}
        return self.signer.signed(Bound(query.kind, request, chain, int(now.timestamp())), claims, pages)

    def household(
        self, chain: Chain, query: Query, request: QueryRequest, choices: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Tell who can be chosen."""
        kind = answers.type_of(query)
        return answers.household(self._dossier(chain, kind), kind, request.transaction_id, choices)

    def registration(
        self, chain: Chain, _query: Query, _request: QueryRequest, _choices: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Tell what became of requests for use from elsewhere."""
        return answers.registrations(requests_of(self.signer.register, chain.serial))

    def history(
        self, chain: Chain, _query: Query, request: QueryRequest, _choices: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Tell what was issued to the holder."""
        holder_id = self._dossier(chain, "").holder_id
        wanted = select(Certificate).where(Certificate.holder_id == holder_id).order_by(Certificate.issued_at.desc())
        with Session(self.signer.register) as session, session.begin():
            return answers.history(session.scalars(wanted.limit(answers.ISSUES_MAX)).all(), request.checks)

    def _preview(self, request: QueryRequest, query: Query, chain: Chain, pdf: bytes) -> list[FinishedPage]:
        order = order_from(query.of["order"])
        pages = usable_pages(READINGS.begin(pdf, order.head_dots))
        dossier = self._dossier(chain, order.type)
        subject = subject_of(dossier, order, request.transaction_id)
        marks = Marks(subject.holder_id, subject.person_ids, NO_DOCUMENT, request.transaction_id, dossier.revision)
        check_pages(pages, expected_preview(marks, subject, self.signer.secrets_of(dossier, subject)))
        return pages

    def _dossier(self, chain: Chain, kind: str) -> Dossier:
        dossier = take_dossier(self.signer.register, chain.serial, kind)
        if dossier is None:
            raise Refused("not_resident", "the municipality does not know the holder of this card")
        return dossier


_Answering = Callable[[AnswerSigner, Chain, Query, QueryRequest, Mapping[str, Any]], dict[str, Any]]
_KINDS: Mapping[str, _Answering] = MappingProxyType(
    {
        "household": AnswerSigner.household,
        "registration": AnswerSigner.registration,
        "register": AnswerSigner.registration,
        "history": AnswerSigner.history,
    }
)
