"""What the clerk fetches: the card's signature, the centre's answers, the printed sheets. Each errand ends as an event.

Holds what must not reach the machine: the PIN's digits until they are used, the card's answer until the centre has it,
the document's bands until they are printed. All of it is in this process's memory only and ends with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from firmware.app import messages as m
from firmware.app.clerk import failures, jpki
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.binding import BindingMismatch
from firmware.app.clerk.order import Choice
from firmware.app.clerk.print_job import Sheets, framed, print_sheets
from firmware.app.clerk.raster import UnprintableDots
from firmware.app.clerk.state import Offered, Place
from firmware.app.hub_client import HubError
from firmware.devices import BadResponse, CardGone, DeviceError, DeviceTimeout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firmware.app.clerk.exchange import Exchange
    from firmware.app.clerk.jpki import Reader
    from firmware.devices import PrinterJob


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the errands go."""

    reader: Reader
    places: Callable[[], Awaitable[tuple[Place, ...]]]
    exchange: Callable[[], Exchange]
    printer: Callable[[], Awaitable[PrinterJob]]
    warm: Callable[[], Awaitable[None]]


T = TypeVar("T")


class Errands:
    """The errands of one dialogue; every method that takes a serial returns the event that answers it."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._pin = bytearray()
        self._exchange: Exchange | None = None
        self._prepared: Exchange | None = None
        self._signed: jpki.Authenticated | None = None
        self._sheets: Sheets = ()

    # ------------------------------------------------------------ PIN

    def add_digit(self, digit: str) -> None:
        """Keep one digit of the PIN."""
        self._pin += digit.encode("ascii")

    def erase_digit(self) -> None:
        """Forget the last digit."""
        if self._pin:
            self._pin[-1] = 0
            del self._pin[-1]

    def wipe_pin(self) -> None:
        """Overwrite the digits."""
        self._pin[:] = bytes(len(self._pin))
        self._pin = bytearray()

    # ------------------------------------------------------------ card

    async def probe(self, serial: int) -> v.Event:
        """Ask the card for its tries left."""
        try:
            found = await jpki.probe(self._sources.reader)
        except DeviceError as error:
            return _card_failure(serial, error)
        return v.CardProbed(serial, found.left if isinstance(found, jpki.TriesLeft) else None)

    async def authenticate(self, serial: int) -> v.Event:
        """Give the PIN to the card and have it sign for this transaction."""
        exchange = _present(self._exchange)
        try:
            result = await jpki.authenticate(self._sources.reader, self._pin, exchange.message_for_card)
        except DeviceError as error:
            return _card_failure(serial, error)
        finally:
            self.wipe_pin()
        match result:
            case jpki.Authenticated():
                self._signed = result
                return v.CardSigned(serial)
            case jpki.PinWrong(left):
                return v.PinRefused(serial, left)
            case jpki.PinLocked():
                return v.PinRefused(serial, 0)
            case jpki.NotMyNumberCard():
                return v.CardProbed(serial, None)

    # ------------------------------------------------------------ centre

    async def warm(self) -> None:
        """Shake hands with the centre, make session keys and fetch the key list, while the person reads the pages."""
        exchange = self._sources.exchange()
        try:
            await self._sources.warm()
            await exchange.prepare()
        except HubError:
            return  # the first question will tell the person
        self._prepared = exchange

    async def ask_places(self, serial: int) -> v.Event:
        """Ask the centre what can be had."""
        return await _asked(serial, self._ask_places(serial))

    async def open(self, serial: int, municipality: str) -> v.Event:
        """Open a transaction with session keys that no transaction had before."""
        self._exchange, self._prepared = self._prepared or self._sources.exchange(), None
        return await _asked(serial, self._open(serial, municipality, self._exchange))

    async def present(self, serial: int) -> v.Event:
        """Show the card's certificate and signature."""
        return await _asked(serial, self._present(serial))

    async def order(self, order: v.PlaceOrder) -> v.Event:
        """Order, fetch and check the document, and frame it for the printer."""
        return await _asked(order.serial, self._order(order))

    async def cancel(self, cause: v.CancelCause) -> None:
        """Tell the centre that nothing comes of the transaction; the keys are dropped whether it hears or not."""
        if self._exchange:
            await self._exchange.cancel(cause)

    async def _ask_places(self, serial: int) -> v.Event:
        return v.PlacesCame(serial, await self._sources.places())

    async def _open(self, serial: int, municipality: str, exchange: Exchange) -> v.Event:
        return v.TransactionCame(serial, await exchange.open(municipality))

    async def _present(self, serial: int) -> v.Event:
        signed = _present(self._signed)
        offers = await _present(self._exchange).present_card(signed.certificate_der, signed.signature)
        offered = tuple(Offered(o.type, o.fee_yen, o.items, o.scopes, o.copies_max) for o in offers)
        return v.OffersCame(serial, offered)

    async def _order(self, order: v.PlaceOrder) -> v.Event:
        scope = "household" if order.scope == "household" else "self"
        document = await _present(self._exchange).order(Choice(order.type, scope, order.items, order.copies))
        self._sheets = framed(document)
        return v.DocumentCame(
            order.serial,
            m.Id(document.document_id),
            document.fee_yen,
            document.copies,
            len(self._sheets),
            document.length_mm,
        )

    # ------------------------------------------------------------ paper

    async def print(self, serial: int, advanced: Callable[[float], None]) -> v.Event:
        """Print every sheet; the printer is free again when this returns."""
        failed = await print_sheets(self._sheets, self._sources.printer, advanced)
        self._sheets = ()
        return v.PrintStopped(serial, *failed) if failed else v.PrintDone(serial)


async def _asked(serial: int, question: Awaitable[v.Event]) -> v.Event:
    try:
        return await question
    except (HubError, BindingMismatch, UnprintableDots) as error:
        return v.WorkFailed(serial, *failures.told(error))


def _card_failure(serial: int, error: DeviceError) -> v.Event:
    match error:
        case CardGone() | DeviceTimeout():
            return v.CardFailed(serial, gone=True)
        case BadResponse():
            return v.CardFailed(serial, gone=False)
        case _:
            return v.WorkFailed(serial, *failures.told(error))


def _present(thing: T | None) -> T:
    """Return what the machine's order of work has put there."""
    if thing is None:
        raise RuntimeError("the machine asked for this errand too early")
    return thing
