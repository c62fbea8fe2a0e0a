"""The print job of one order: every sheet framed before the fee is asked for, then sent one by one.

A strip that cannot be framed safely is found out before anybody pays. Not responsible for composing and framing
(`layers.py`, `raster.py`), nor for the printer's bytes (the driver).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.clerk.front import printed
from firmware.app.clerk.layers import compose
from firmware.app.clerk.raster import to_bands
from firmware.app.messages import PrintFault
from firmware.devices import BadResponse, DeviceError, DeviceFault, DeviceTimeout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firmware.app.clerk.binding import Document
    from firmware.devices import PrinterJob

Sheets = tuple[list[bytes], ...]
_CAUSES = frozenset(fault.value for fault in PrintFault)


def framed(document: Document) -> Sheets:
    """Return the bands of every sheet, copies included. Raises `raster.UnprintableDots`."""
    head_dots = document.head_dots
    strips: list[list[bytes]] = []
    for number, (page, panel) in enumerate(zip(document.pages, document.back_panels, strict=True)):
        front = printed(page.bits, head_dots, document.front, first=number == 0)
        strips.append(to_bands(compose(front, panel.bits, head_dots), head_dots))
    return tuple(strips * document.copies)


async def print_sheets(
    sheets: Sheets,
    open_printer: Callable[[], Awaitable[PrinterJob]],
    advanced: Callable[[float], None],
) -> tuple[PrintFault, int] | None:
    """Print all sheets; returns None when the printer said that the last one is printed.

    Otherwise (what failed, sheets that were completed). The printer is given back in every case.
    """
    done = 0
    try:
        printer = await open_printer()
        try:
            status = await printer.preflight()
            if not status.ready:
                return _not_ready(status.cover_open, status.paper), 0
            for sheet in sheets:
                first = done
                await printer.print_bands(sheet, lambda part, first=first: advanced((first + part) / len(sheets)))
                done += 1
        finally:
            await printer.close()
    except DeviceError as error:
        return _fault(error), done
    return None


def _not_ready(cover_open: bool, paper: str) -> PrintFault:  # noqa: FBT001 - a reading, not a switch
    if cover_open:
        return PrintFault.COVER_OPEN
    return PrintFault.PAPER_OUT if paper == "out" else PrintFault.OFFLINE


def _fault(error: DeviceError) -> PrintFault:
    match error:
        case DeviceFault(cause=cause) if cause in _CAUSES:
            return PrintFault(cause)
        case DeviceTimeout():
            return PrintFault.TIMEOUT
        case BadResponse():
            return PrintFault.BAD_RESPONSE
        case DeviceFault():
            return PrintFault.MECHANICAL
        case _:
            return PrintFault.UNAVAILABLE
