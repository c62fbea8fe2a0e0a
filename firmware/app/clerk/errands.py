"""What the clerk fetches: the card's signature, the centre's answers, the printed sheets. Each errand ends as an event.

Holds what must not reach the machine: the PIN's digits until they are used, the card's answer until the centre has it,
the document's bands until they are printed. All of it is in this process's memory only and ends with it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from firmware.app import messages as m
from firmware.app.clerk import failures, jpki
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.failures import asked
from firmware.app.clerk.inquiries import Inquiries
from firmware.app.clerk.known import Known
from firmware.app.clerk.print_job import Sheets, framed, print_sheets
from firmware.app.clerk.raster import UnprintableDots, to_bands
from firmware.app.clerk.receipt import NUMBER_DIGITS, Sale
from firmware.app.clerk.slip import Made
from firmware.app.clerk.strip import NoFont
from firmware.app.clerk.visit import Offered, Place
from firmware.app.hub_client import HubError
from firmware.app.screens.dates import TOKYO
from firmware.devices import BadResponse, CardGone, DeviceError, DeviceTimeout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from firmware.app.clerk.exchange import Exchange
    from firmware.app.clerk.jpki import Reader
    from firmware.app.clerk.order import Offer
    from firmware.app.clerk.receipt import Receipts
    from firmware.app.clerk.slip import Slips
    from firmware.devices import PrinterJob


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the errands go; `pictures` offers PNG pictures to the screen by path, in place of those before."""

    reader: Reader
    places: Callable[[], Awaitable[tuple[Place, ...]]]
    exchange: Callable[[], Exchange]
    printer: Callable[[], Awaitable[PrinterJob]]
    warm: Callable[[], Awaitable[None]]
    pictures: Callable[[Mapping[str, bytes]], None]
    receipts: Receipts
    slips: Slips


T = TypeVar("T")


class Errands:
    """The errands of one dialogue; every method that takes a serial returns the event that answers it."""

    def __init__(self, sources: Sources) -> None:
        self.known = Known()
        self.inquiries = Inquiries(lambda: _present(self._exchange), self.known, sources.pictures)
        self._sources = sources
        self._pin = bytearray()
        self._exchange: Exchange | None = None
        self._prepared: Exchange | None = None
        self._signed: jpki.Authenticated | None = None
        self._places: tuple[Place, ...] = ()
        self._place: Place | None = None
        self._sheets: Sheets = ()
        self._sale: Sale | None = None

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
        return await asked(serial, self._ask_places(serial))

    async def open(self, serial: int, municipality: str) -> v.Event:
        """Open a transaction with session keys that no transaction had before."""
        self._exchange, self._prepared = self._prepared or self._sources.exchange(), None
        return await asked(serial, self._open(serial, municipality, self._exchange))

    async def present(self, serial: int) -> v.Event:
        """Show the card's certificate and signature."""
        return await asked(serial, self._present(serial))

    async def order(self, order: v.PlaceOrder) -> v.Event:
        """Order, fetch and check the document, and frame it for the printer."""
        return await asked(order.serial, self._order(order))

    async def cancel(self, cause: v.CancelCause) -> None:
        """Tell the centre that nothing comes of the transaction; the keys are dropped whether it hears or not."""
        self.inquiries.withdraw()
        if self._exchange:
            await self._exchange.cancel(cause)

    async def _ask_places(self, serial: int) -> v.Event:
        self._places = await self._sources.places()
        return v.PlacesCame(serial, self._places)

    async def _open(self, serial: int, municipality: str, exchange: Exchange) -> v.Event:
        transaction_id = await exchange.open(municipality)
        self._place = next((each for each in self._places if each.code == municipality), None)
        self.known.receipt_number = transaction_id[:NUMBER_DIGITS]
        return v.TransactionCame(serial, transaction_id)

    async def _present(self, serial: int) -> v.Event:
        signed = _present(self._signed)
        offers = await _present(self._exchange).present_card(signed.certificate_der, signed.signature)
        return v.OffersCame(serial, tuple(_offered(each) for each in offers))

    async def _order(self, order: v.PlaceOrder) -> v.Event:
        document = await _present(self._exchange).order(self.inquiries.choice(order.order))
        self.inquiries.withdraw()
        self._sheets = framed(document)
        number = self.known.receipt_number
        issuer = dict(self._place.name) if self._place else {}
        self._sale = Sale(issuer, order.order.type, document.copies, document.fee_yen, number)
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

    async def print_receipt(self, serial: int, language: str) -> v.Event:
        """Print the receipt of what was printed before; the printer is free again when this returns."""
        receipts, sale = self._sources.receipts, _present(self._sale)
        printed = await self._print_strip(
            lambda: receipts.drawn(sale, datetime.now(TOKYO), language), receipts.head_dots
        )
        return v.ReceiptPrinted(serial, printed)

    async def print_slip(self, serial: int, language: str) -> v.Event:
        """Print the number of the request that was made last; the printer is free again when this returns."""
        slips, place = self._sources.slips, _present(self._place)
        made = Made(self.known.requests[0].number, dict(place.name), dict(place.contact))
        printed = await self._print_strip(
            lambda: slips.drawn(made, datetime.now(TOKYO).date(), language), slips.head_dots
        )
        return v.SlipDone(serial, printed)

    async def _print_strip(self, draw: Callable[[], bytes], head_dots: int) -> bool:
        try:
            strip = to_bands(await asyncio.to_thread(draw), head_dots)
        except (NoFont, UnprintableDots):
            return False
        return await print_sheets((strip,), self._sources.printer, lambda _: None) is None


def _offered(offer: Offer) -> Offered:
    return Offered(
        type=offer.type,
        fee_yen=offer.fee_yen,
        items=offer.items,
        scopes=offer.scopes,
        copies_max=offer.copies_max,
        fiscal_years=offer.fiscal_years,
        available=offer.available,
        reason=offer.reason or "",
        hours=(offer.hours.open, offer.hours.close),
    )


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
