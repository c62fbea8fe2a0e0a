"""The operators' pages of the centre: state and counts, stops and their resuming, notices, reconciliation, decisions.

The same decisions as the command line's (`operator_command.py`), each with the name of whoever is at the desk. Not
responsible for who may come in (`hub/desk/gate.py`).
"""

import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.centre.decisions import newest_decisions
from hub.centre.difference_words import DIFFERENCES
from hub.centre.notices import EVERYWHERE, Notice, Notices
from hub.centre.orders import Orders
from hub.centre.records import OPEN_ORDER, OPEN_TRANSACTION, Order, Transaction
from hub.centre.stops import Stops
from hub.clock import Clock
from hub.desk.setting import form_of, from_local, local_day, page, style
from hub.ledger.reconcile import reconcile

TITLE = "証明書交付センター"
CENTRE = "centre"  # files of processes that serve it alone begin with this; `hub` serves all roles
LINKS = (
    ("/", "状況と停止"),
    ("/notices", "保守のお知らせ"),
    ("/reconciliation", "日次照合"),
    ("/decisions", "決定の記録"),
)
_TOLD = {"resumed": "再開しました。", "given": "お知らせを登録しました。", "withdrawn": "お知らせを取り下げました。"}

Answering = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class CentreDesk:
    """The pages; `engine` are the centre's records in `data`."""

    data: Path
    engine: Engine
    clock: Clock

    def app(self) -> Starlette:
        """Make the application that stands behind the gate."""
        return Starlette(
            routes=[
                Route("/", self.state),
                Route("/resume", self.resume, methods=["POST"]),
                Route("/notices", self.notices),
                Route("/notices/give", self.give, methods=["POST"]),
                Route("/notices/withdraw", self.withdraw, methods=["POST"]),
                Route("/reconciliation", self.reconciliation),
                Route("/decisions", self.decisions),
                Route("/style.css", style),
            ]
        )

    async def state(self, request: Request, wrong: str = "") -> Response:
        """Show whether the centre serves, what is open, and which stops are in force."""
        orders = Orders(self.engine, self.clock).counts()
        with Session(self.engine) as session:
            transactions = session.scalar(select(func.count()).where(Transaction.state.in_(OPEN_TRANSACTION)))
            oldest = session.scalar(select(func.min(Order.opened_at_s)).where(Order.state.in_(OPEN_ORDER)))
        values = {"orders": orders, "transactions": transactions, "oldest": oldest, "serving": _serving(self.data)}
        stops = Stops(self.engine, self.clock).all_active()
        in_force = Notices(self.engine, self.clock).in_force()
        return _page(request, "centre_state.html", wrong=wrong, stops=stops, notices=in_force, **values)

    async def resume(self, request: Request) -> Response:
        """Lift a stop, in the name of whoever is at the desk."""
        form = await form_of(request)
        try:
            lifted = Stops(self.engine, self.clock).lift(
                form.get("subject", ""), form.get("reason", ""), request.state.person
            )
        except ValueError:
            return await self.state(request, "再開には理由が必要です。調べて分かったことを書いてください。")
        if not lifted:
            return await self.state(request, "その停止はもうありません。ほかの人が再開したかもしれません。")
        return RedirectResponse("/?done=resumed", 303)

    async def notices(self, request: Request, wrong: str = "") -> Response:
        """Show the notices in force and those to come, and a form for a new one."""
        coming = Notices(self.engine, self.clock).coming()
        now_s = int(self.clock().timestamp())
        return _page(request, "centre_notices.html", wrong=wrong, notices=coming, now_s=now_s, everywhere=EVERYWHERE)

    async def give(self, request: Request) -> Response:
        """Write a notice down."""
        form = await form_of(request)
        try:
            given = Notice(
                municipality=form.get("municipality") or EVERYWHERE,
                begins_s=from_local(form.get("begins", "")),
                ends_s=from_local(form.get("ends", "")),
                text_ja=form.get("ja", ""),
                text_en=form.get("en", ""),
            )
            Notices(self.engine, self.clock).give(given, request.state.person, form.get("reason", ""))
        except ValueError as error:
            return await self.notices(request, f"登録できません。{error}")
        return RedirectResponse("/notices?done=given", 303)

    async def withdraw(self, request: Request) -> Response:
        """End a notice before its time."""
        form = await form_of(request)
        try:
            number = int(form.get("number", ""))
            Notices(self.engine, self.clock).withdraw(number, request.state.person, form.get("reason", ""))
        except ValueError as error:
            return await self.notices(request, f"取り下げできません。{error}")
        return RedirectResponse("/notices?done=withdrawn", 303)

    async def reconciliation(self, request: Request) -> Response:
        """Show a day's reconciliation."""
        now, wrong = self.clock(), ""
        day = local_day(now)
        try:
            day = date.fromisoformat(request.query_params.get("date", day.isoformat()))
        except ValueError:
            wrong = "日付は 2026-11-24 のように入力してください。"
        days = reconcile(self.engine, self.data, day, now)
        return _page(
            request, "centre_reconciliation.html", wrong=wrong, day=day.isoformat(), days=days, words=DIFFERENCES
        )

    async def decisions(self, request: Request) -> Response:
        """Show who decided what, and why."""
        return _page(request, "centre_decisions.html", decisions=newest_decisions(self.engine))


def _page(request: Request, template: str, wrong: str = "", **values: Any) -> Response:
    told = _TOLD.get(request.query_params.get("done", ""), "")
    common = {"title": TITLE, "links": LINKS, "here": request.url.path, "person": request.state.person, "told": told}
    return page(template, 400 if wrong else 200, wrong_input=wrong, **common, **values)


def _serving(data: Path) -> list[str]:
    """List the addresses at which processes of this directory serve the centre, if they are alive."""
    return [url for place in sorted((data / "run").glob("*.json")) if (url := _address(place)) is not None]


def _address(place: Path) -> str | None:
    if place.stem != "hub" and not place.stem.startswith(CENTRE):
        return None
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
        os.kill(told["pid"], 0)
    except PermissionError:
        return place.stem  # alive, and another user's
    except (OSError, ValueError, KeyError):
        return None
    return str(told["url"])
