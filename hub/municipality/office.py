"""The municipality's issuing server: decides, has the page set by the renderer, checked and signed by the signer.

Not responsible for each step's rules (`chain.py`, `decision.py`, `content.py`, `page_check.py`) nor for transport: the
centre calls it through `interface.Municipality` and nothing else. The order of steps is DESIGN, "Signed bits from the
source".
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography import x509
from sqlalchemy import Engine

from hub.clock import Clock
from hub.municipality import requests
from hub.municipality.chain import Chain, check_chain
from hub.municipality.content import Marks, resident_record
from hub.municipality.decision import RefusedForReason, check_order, check_persons, printed_persons
from hub.municipality.interface import Availability, IssueAnswer, IssueRequest, Offer, Refused, TypeAvailability
from hub.municipality.renderer import Renderer
from hub.municipality.rules import TOKYO, Change, Rules, rules_on
from hub.municipality.signer import Signed
from hub.municipality.snapshot import Snapshot, take_snapshot

WAITING_MAX = 32


class PageSigner(Protocol):
    """Checks a finished page by itself and signs it."""

    async def sign(self, request: IssueRequest, document_id: str, pdf: bytes, now: datetime) -> Signed:
        """Return statement and dots; raises Refused."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True, slots=True)
class _Draft:
    """A certificate that was decided: what to set, and whose it is."""

    snapshot: Snapshot
    marks: Marks
    chain: Chain
    rules: Rules


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

    @property
    def code(self) -> str:
        """The municipality's code, six digits."""
        return self._code

    async def issue(self, request: IssueRequest) -> IssueAnswer:
        """Make one certificate; raises Refused. A cancelled transaction stays used."""
        if self._at_work >= WAITING_MAX:
            raise Refused("busy", "the municipality has too many certificates to make; try again")
        self._at_work += 1
        try:
            return await self._issue(request)
        finally:
            self._at_work -= 1

    def availability(self, now: datetime, operator: str) -> Availability:
        """Tell what the home screen shows; quick, never raises."""
        rules = self._rules(now)
        contracted, open_now = operator in rules.operators, rules.is_open(now)
        status = "operator_not_contracted" if not contracted else "open" if open_now else "closed"
        opens, closes = ("00:00", "24:00") if rules.always_open else (rules.opens, rules.closes)
        types = tuple(
            TypeAvailability(kind, rule.fee_yen, rule.issued and contracted and open_now)
            for kind, rule in rules.types.items()
        )
        return Availability(self._code, rules.name, rules.contact, opens, closes, status, types)

    def offers(self, now: datetime, operator: str) -> tuple[Offer, ...]:
        """List what can be ordered now; empty when closed or when the operator is not contracted."""
        rules = self._rules(now)
        if operator not in rules.operators or not rules.is_open(now):
            return ()
        return tuple(
            Offer(kind, rule.fee_yen, rule.items, rule.scopes, rules.copies_max)
            for kind, rule in rules.types.items()
            if rule.issued
        )

    async def close(self) -> None:
        """End the processes, close the register."""
        await self._renderer.close()
        await self._signer.close()
        self._register.dispose()

    async def _issue(self, request: IssueRequest) -> IssueAnswer:
        now = self._clock()
        chain = check_chain(request, self._code, self._auth_ca, now)
        await asyncio.to_thread(requests.claim, self._register, request, now)
        try:
            draft = await asyncio.to_thread(self._decide, request, chain, now)
            pdf = await self._renderer.pdf(
                resident_record(draft.snapshot, chain.order, draft.rules, draft.marks, now.astimezone(TOKYO).date())
            )
            signed = await self._signer.sign(request, draft.marks.document_id, pdf, now)
        except Refused as refused:
            reason = refused.reason if isinstance(refused, RefusedForReason) else refused.refusal
            await asyncio.to_thread(requests.record_refusal, self._register, request.transaction_id, reason)
            raise
        answer = IssueAnswer(signed.statement, signed.pages, draft.marks.document_id)
        holder = draft.snapshot.holder.id
        await asyncio.to_thread(requests.record_issue, self._register, request.transaction_id, holder, answer, now)
        return answer

    def _decide(self, request: IssueRequest, chain: Chain, now: datetime) -> _Draft:
        rules = self._rules(now)
        check_order(chain.order, rules, now)
        found = take_snapshot(self._register, chain.serial)
        snapshot = check_persons(found, chain.order.scope, rules, now)
        marks = Marks(
            resident_id=snapshot.holder.id,
            person_ids=tuple(it.id for it in printed_persons(snapshot, chain.order.scope)),
            document_id=secrets.token_hex(16),
            transaction_id=request.transaction_id,
            revision=snapshot.revision,
        )
        return _Draft(snapshot, marks, chain, rules)

    def _rules(self, now: datetime) -> Rules:
        return rules_on(now.astimezone(TOKYO).date(), self._changes)
