"""What the clerk asks of the municipality before the order, for the pages: persons, preview, history, registration.

Each is an errand that ends as an event; what was answered is kept in `Known`, pictures of the preview on the screen's
own server. Not responsible for the checks (`answer.py`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.app.clerk import query
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.failures import asked
from firmware.app.clerk.order import BY_NAME, Choice
from firmware.app.clerk.preview_picture import picture_of
from firmware.app.hub_client import HubGarbled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from firmware.app.clerk.exchange import Exchange
    from firmware.app.clerk.known import Known
    from firmware.app.clerk.visit import Wanted

_SETTLED = "rejected"  # the only state of a request after which another can be made


class Inquiries:
    """The questions of one dialogue."""

    def __init__(
        self, exchange: Callable[[], Exchange], known: Known, pictures: Callable[[Mapping[str, bytes]], None]
    ) -> None:
        self._exchange = exchange
        self._known = known
        self._pictures = pictures

    def choice(self, wanted: Wanted) -> Choice:
        """Return what is wanted with the references of the persons, which stand for indices in the machine."""
        named = wanted.persons if wanted.scope in BY_NAME else ()
        refs = tuple(self._known.persons[index].ref for index in named)
        return Choice(wanted.type, wanted.scope, wanted.items, wanted.copies, refs, wanted.fiscal_year)

    def withdraw(self) -> None:
        """Take the preview's pictures from the screen's server."""
        self._pictures({})
        self._known.pictures = 0

    async def answer(self, inquiry: v.Inquiry) -> v.Event:
        """Ask, and return the event that answers it."""
        match inquiry:
            case v.AskHousehold(serial, kind):
                question = self._household(serial, kind)
            case v.AskPreview(serial, wanted):
                question = self._preview(serial, wanted)
            case v.AskHistory(serial):
                question = self._history(serial)
            case v.AskRegistration(serial):
                question = self._registration(serial)
            case v.Register(serial):
                question = self._register(serial)
        return await asked(inquiry.serial, question)

    async def _household(self, serial: int, kind: str) -> v.Event:
        exchange = self._exchange()
        told = (await exchange.query(query.household(kind))).said
        for offer in exchange.offers:
            if offer.type == kind:
                within = set(told.scopes) <= set(offer.scopes) and set(told.items) <= set(offer.items)
                if within and set(told.fiscal_years) <= set(offer.fiscal_years):
                    break
        else:
            raise HubGarbled("more than was offered")
        self._known.persons = told.persons
        return v.HouseholdCame(serial, len(told.persons), told.scopes, told.items, told.fiscal_years)

    async def _preview(self, serial: int, wanted: Wanted) -> v.Event:
        exchange = self._exchange()
        sheets = (await exchange.query(query.preview(exchange.order_of(self.choice(wanted))))).pages
        drawn = await asyncio.to_thread(lambda: [picture_of(sheet) for sheet in sheets])
        self._pictures({f"/preview/{number}.png": picture for number, picture in enumerate(drawn, 1)})
        self._known.pictures = len(drawn)
        return v.PreviewCame(serial, len(drawn))

    async def _history(self, serial: int) -> v.Event:
        self._known.take_issues((await self._exchange().query(query.history())).said.issues)
        return v.HistoryCame(serial)

    async def _registration(self, serial: int) -> v.Event:
        requests = (await self._exchange().query(query.registration())).said.requests
        self._known.take_requests(requests)
        return v.RegistrationCame(serial, may_ask=all(each.state == _SETTLED for each in requests))

    async def _register(self, serial: int) -> v.Event:
        known = self._known
        asking = query.register(known.name, known.birth_date, known.phone)
        known.take_requests((await self._exchange().query(asking)).said.requests)
        return v.Registered(serial)
