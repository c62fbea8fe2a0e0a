"""The municipality's issuing server: decides, has the page set by the renderer, checked and signed by the signer.

Not responsible for each step's rules (`orders/chain.py`, `decision.py`, `pages/`, `signer/page_check.py`) nor for
transport: the centre calls it through `interface.Municipality` and nothing else. The order of steps is DESIGN, "Signed
bits from the source".
"""

import asyncio
import secrets
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from cryptography import x509
from sqlalchemy import Engine

from hub.clock import Clock
from hub.municipality.interface import (
    Availability,
    ChainRequest,
    IssueAnswer,
    IssueRequest,
    Offer,
    QueryAnswer,
    QueryRequest,
    Refused,
)
from hub.municipality.office.ahead import Ahead, Drawing
from hub.municipality.office.decision import RefusedForReason, check_dossier, check_holder, check_open, check_order
from hub.municipality.orders import requests
from hub.municipality.orders.answers import choices_of, type_of
from hub.municipality.orders.chain import Chain, Order, Query, check_chain, order_from, read_order, read_query
from hub.municipality.orders.subject import chosen_persons
from hub.municipality.pages.content import page_content
from hub.municipality.pages.page import Draft, Marks, masked
from hub.municipality.registers import registrations
from hub.municipality.registers.dossier import take_dossier
from hub.municipality.renderer.renderer import Renderer
from hub.municipality.rules.offering import list_offers, tell_availability
from hub.municipality.rules.rules import TOKYO, Change, Rules, rules_on
from hub.municipality.signer.answer_signer import NO_DOCUMENT
from hub.municipality.signer.signer import Signed

WAITING_MAX = 32


class PageSigner(Protocol):
    """Checks a finished page by itself and signs it."""

    async def sign(self, request: IssueRequest, document_id: str, pdf: bytes, now: datetime) -> Signed:
        """Return statement and dots; raises Refused."""
        ...

    async def answer(self, request: QueryRequest, pdf: bytes, choices: Mapping[str, Any], now: datetime) -> Signed:
        """Make an answer from the registers and sign it; raises Refused."""
        ...

    async def read_ahead(self, pdf: bytes, head_dots: int) -> None:
        """Begin to read a page that will soon be signed."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A certificate as the renderer set it, which nobody has checked or signed."""

    holder_id: str
    pdf: bytes


class Office:
    """One municipality as `interface.Municipality` describes it."""

    def __init__(
        self,
        code: str,
        *,
        changes: Sequence[Change],
        register: Engine,
        auth_ca: x509.Certificate,
        renderer: Renderer,
        signer: PageSigner,
        clock: Clock,
    ) -> None:
        self._code = code
        self._changes = tuple(changes)
        self._register = register
        self._auth_ca = auth_ca
        self._renderer = renderer
        self._signer = signer
        self._clock = clock
        self._at_work = 0
        self._ahead = Ahead(renderer, signer.read_ahead)

    @property
    def code(self) -> str:
        """The municipality's code, six digits."""
        return self._code

    async def issue(self, request: IssueRequest) -> IssueAnswer:
        """Make one certificate; raises Refused. A cancelled transaction stays used."""
        with self._one_more():
            return await self._issue(request)

    async def answer(self, request: QueryRequest) -> QueryAnswer:
        """Answer a query with a person's data, signed; raises Refused."""
        with self._one_more():
            return await self._answer(request)

    def availability(self, now: datetime, operator: str) -> Availability:
        """Tell what the home screen shows; quick, never raises."""
        return tell_availability(self._code, self._rules(now), now, operator)

    def offers(self, now: datetime, operator: str) -> tuple[Offer, ...]:
        """List all types at this operator, those that cannot be ordered now with the reason."""
        return list_offers(self._rules(now), now, operator)

    async def close(self) -> None:
        """End the processes, close the register."""
        await self._ahead.close()
        await self._renderer.close()
        await self._signer.close()
        self._register.dispose()

    async def _issue(self, request: IssueRequest) -> IssueAnswer:
        now = self._clock()
        chain = check_chain(request, self._code, self._auth_ca, now)
        order = read_order(request)
        ahead = self._ahead.take(request.transaction_id, order)
        document_id = ahead.draft.marks.document_id if ahead else secrets.token_hex(16)
        claimed, drawn = await asyncio.gather(
            asyncio.to_thread(requests.claim, self._register, request, now),
            self._draw(request, chain, order, document_id, now=now, ahead=ahead),
            return_exceptions=True,
        )
        if isinstance(claimed, BaseException):
            raise claimed
        try:
            if isinstance(drawn, BaseException):
                raise drawn
            signed = await self._signer.sign(request, document_id, drawn.pdf, now)
        except Refused as refused:
            reason = refused.reason if isinstance(refused, RefusedForReason) else refused.refusal
            await asyncio.to_thread(requests.record_refusal, self._register, request.transaction_id, reason)
            raise
        answer = IssueAnswer(signed.statement, signed.pages, document_id)
        record = partial(requests.record_issue, holder_id=drawn.holder_id, now=now)
        await asyncio.to_thread(record, self._register, request, order, answer)
        return answer

    async def _answer(self, request: QueryRequest) -> QueryAnswer:
        now = self._clock()
        chain = check_chain(request, self._code, self._auth_ca, now)
        query = read_query(request)
        kind = type_of(query)
        rules, pdf, choices, draft = self._rules(now), b"", dict[str, Any](), None
        if not rules.is_open(now):
            raise Refused("closed", "the municipality is closed now")
        if query.kind == "household":
            choices = await asyncio.to_thread(self._choices, chain, kind, rules, now)
        elif query.kind == "preview":
            order = order_from(query.of["order"])
            draft = await asyncio.to_thread(self._decide, request, chain, order, NO_DOCUMENT, now)
            pdf = await self._renderer.pdf(masked(page_content(draft)))
        elif query.kind == "register":
            await asyncio.to_thread(self._register_use, request, chain, query, rules, now)
        signed = await self._signer.answer(request, pdf, choices, now)
        if draft is not None and self._at_work == 1:  # with more to do, nothing is done ahead
            self._ahead.begin(draft)
        return QueryAnswer(signed.statement, signed.pages)

    async def _draw(
        self,
        request: IssueRequest,
        chain: Chain,
        order: Order,
        document_id: str,
        *,
        now: datetime,
        ahead: Drawing | None,
    ) -> _Drawn:
        """Decide and have the pages set, while the claim is written down; nothing is signed before it is."""
        draft = await asyncio.to_thread(self._decide, request, chain, order, document_id, now)
        pdf = await ahead.of(draft) if ahead else None
        return _Drawn(draft.dossier.holder_id, pdf or await self._renderer.pdf(page_content(draft)))

    def _decide(self, request: ChainRequest, chain: Chain, order: Order, document_id: str, now: datetime) -> Draft:
        rules = self._rules(now)
        check_order(order, rules, now)
        found = take_dossier(self._register, chain.serial, order.type)
        dossier = check_dossier(found, order, rules, now, request.transaction_id)
        persons = chosen_persons(dossier, order, request.transaction_id)
        marks = Marks(
            holder_id=dossier.holder_id,
            person_ids=tuple(it.id for it in persons),
            document_id=document_id,
            transaction_id=request.transaction_id,
            revision=dossier.revision,
        )
        return Draft(dossier, order, rules, marks, now.astimezone(TOKYO).date())

    def _choices(self, chain: Chain, kind: str, rules: Rules, now: datetime) -> dict[str, Any]:
        rule = check_open(kind, rules, now)
        dossier = check_holder(take_dossier(self._register, chain.serial, kind), kind, rules, now)
        return choices_of(dossier, kind, rule, now.astimezone(TOKYO).date())

    def _register_use(self, request: QueryRequest, chain: Chain, query: Query, rules: Rules, now: datetime) -> None:
        if not rules.registration:
            raise Refused("closed", "the municipality takes no registrations for use at kiosks")
        today = now.astimezone(TOKYO).date()
        wish = registrations.read_wish(query.of, today)
        registrations.ask(self._register, chain.serial, request.kiosk_id, wish, today)

    def _rules(self, now: datetime) -> Rules:
        return rules_on(now.astimezone(TOKYO).date(), self._changes)

    @contextmanager
    def _one_more(self) -> Generator[None]:
        if self._at_work >= WAITING_MAX:
            raise Refused("busy", "the municipality has too much to do; try again")
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1
