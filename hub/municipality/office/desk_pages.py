"""The pages of a municipality's office: requests for 本籍地利用登録 and the record of changes for the council.

Shows what is personal, so it runs where the registers are and writes nothing of it into logs or addresses. Each
decision carries the name of whoever is at the desk. Not responsible for who may come in (`hub/desk/gate.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.clock import Clock
from hub.desk.setting import form_of, local_day, page, style
from hub.municipality.registers import registrations
from hub.municipality.registers.civil_registers import UseRegistration
from hub.municipality.rules.change_record import as_pdf, rows_of
from hub.municipality.rules.changes import Difference, all_changes, differences
from hub.municipality.rules.rules import rules_on
from hub.municipality.samples.towns import TOWNS

LINKS = (("/", "本籍地利用登録"), ("/decided", "決定済み"), ("/changes", "変更の記録"))
REASONS = {
    "not_found": "該当する戸籍がない",
    "not_confirmed": "本人と確認できない",
    "incomplete": "申請に不備がある",
}
_TOLD = {"approved": "承認しました。明日から利用できます。", "rejected": "却下しました。"}
_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class OfficeDesk:
    """The pages of municipality `code`; `register` are its registers."""

    code: str
    register: Engine
    clock: Clock

    def app(self) -> Starlette:
        """Make the application that stands behind the gate."""
        return Starlette(
            routes=[
                Route("/", self.requests),
                Route("/approve", self.approve, methods=["POST"]),
                Route("/reject", self.reject, methods=["POST"]),
                Route("/decided", self.decided),
                Route("/changes", self.changes),
                Route("/changes.pdf", self.changes_pdf),
                Route("/style.css", style),
            ]
        )

    @property
    def title(self) -> str:
        """What the desk is called."""
        return f"{self._name()} 証明書窓口"

    async def requests(self, request: Request, wrong: str = "") -> Response:
        """Show the open requests, each with the people of the family registers who fit."""
        found = registrations.list_open(self.register)
        return self._page(request, "office_requests.html", wrong=wrong, requests=found, reasons=REASONS)

    async def approve(self, request: Request) -> Response:
        """Tie a card to the chosen person."""
        form = await form_of(request)
        number, member = form.get("number", ""), form.get("member", "")
        if not member:
            return await self.requests(request, "戸籍のどの方かを選んでください。")
        today = local_day(self.clock())
        try:
            registrations.approve(self.register, number, member, request.state.person, today)
        except ValueError:
            return await self.requests(
                request, "この申請は承認できません。ほかの人が決定したか、選んだ方が合いません。"
            )
        return RedirectResponse("/?done=approved", 303)

    async def reject(self, request: Request) -> Response:
        """Turn a request down."""
        form = await form_of(request)
        today = local_day(self.clock())
        try:
            registrations.reject(
                self.register, form.get("number", ""), form.get("reason", ""), request.state.person, today
            )
        except ValueError:
            return await self.requests(request, "この申請は却下できません。理由を選び、もう一度試してください。")
        return RedirectResponse("/?done=rejected", 303)

    async def decided(self, request: Request) -> Response:
        """Show the newest decisions."""
        wanted = select(UseRegistration).where(UseRegistration.state != "requested")
        newest = wanted.order_by(UseRegistration.decided_on.desc(), UseRegistration.id.desc()).limit(_SHOWN_MAX)
        with Session(self.register, expire_on_commit=False) as session, session.begin():
            rows = session.scalars(newest).all()
        return self._page(request, "office_decided.html", rows=rows, reasons=REASONS)

    async def changes(self, request: Request) -> Response:
        """Show the record of changes, to read or to print."""
        newest_first = [*reversed(self._differences())]
        return self._page(request, "office_changes.html", rows=rows_of(newest_first))

    async def changes_pdf(self, _request: Request) -> Response:
        """Give the record as the PDF for the council."""
        made = as_pdf(self._name(), self._differences(), local_day(self.clock()))
        name = f'inline; filename="changes-{self.code}.pdf"'
        return Response(made, media_type="application/pdf", headers={"content-disposition": name})

    def _differences(self) -> Sequence[Difference]:
        return list(differences(all_changes(self.register, TOWNS.get(self.code, ()))))

    def _name(self) -> str:
        changes = all_changes(self.register, TOWNS.get(self.code, ()))
        return rules_on(max(local_day(self.clock()), min(it.on for it in changes)), changes).name["ja"]

    def _page(self, request: Request, template: str, wrong: str = "", **values: Any) -> Response:
        told = _TOLD.get(request.query_params.get("done", ""), "")
        common = {"links": LINKS, "here": request.url.path, "person": request.state.person, "told": told}
        return page(template, 400 if wrong else 200, title=self.title, wrong_input=wrong, **common, **values)
