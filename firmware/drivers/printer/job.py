"""The lent printer, in the clerk: one sheet at a time, printed whole and confirmed, or void.

A sheet is printed when the printer's completion reply says so, and not before. While bytes go out, automatic status
is listened to, and anything that needs a person ends the sheet at once; what the kernel still holds is thrown away.
Not responsible for what the printer's own buffer keeps of a torn sheet: the kiosk settles that (`settling.py`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.devices import DeviceError, DeviceFault, DeviceTimeout, DeviceUnavailable, PrinterStatus
from firmware.drivers.printer import commands, status, transport
from firmware.drivers.printer.conversation import Conversation
from firmware.drivers.printer.line import CHUNK_BYTES
from firmware.printer_models import MODELS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firmware.config import Printer
    from firmware.drivers.printer.line import Line

REPLY_S = 2.0
ROWS_PER_MM = 8
SENT_SHARE = 0.9
PROGRESS_STEP = 0.1


class EscposJob:
    """Fulfils `devices.PrinterJob`."""

    def __init__(self, config: Printer, open_line: Callable[[Printer], Awaitable[Line]] = transport.open_line) -> None:
        self._config = config
        self._open_line = open_line
        self._conversation: Conversation | None = None

    async def preflight(self) -> PrinterStatus:
        """Ask the printer itself; state `unknown` if it cannot be reached or is mute. Raises `BadResponse`."""
        try:
            return await (await self._talk()).read_status(REPLY_S)
        except (DeviceTimeout, DeviceUnavailable):
            self._hang_up(discard=True)
            return PrinterStatus()
        except DeviceError:
            self._hang_up(discard=True)
            raise

    async def print_bands(self, bands: list[bytes], on_progress: Callable[[float], None]) -> None:
        """Send one sheet and cut. Returns only when the printer says that printing ended.

        Raises `DeviceFault`, `DeviceTimeout`, `DeviceUnavailable` or `BadResponse`; the sheet is then void.
        """
        limit_s = self.limit_s(bands)
        conversation = await self._talk()
        sheet = asyncio.ensure_future(self._sheet(conversation, bands, on_progress))
        fault = asyncio.ensure_future(conversation.fault())
        try:
            await _first(sheet, fault, limit_s)
        except BaseException:
            self._hang_up(discard=True)
            raise
        finally:
            sheet.cancel()
            fault.cancel()
            await asyncio.gather(sheet, fault, return_exceptions=True)

    async def close(self) -> None:
        """Give the printer back."""
        self._hang_up(discard=False)

    def limit_s(self, bands: list[bytes]) -> float:
        """Time a sheet may take: its rows at the configured speed, and the time allowed for the completion reply."""
        rows = sum(map(len, bands)) * 8 / self._config.head_dots
        return rows / ROWS_PER_MM / self._config.speed_mm_per_s + self._config.completion_timeout_s

    async def _sheet(
        self, conversation: Conversation, bands: list[bytes], on_progress: Callable[[float], None]
    ) -> None:
        _refuse_fault(await conversation.read_status(REPLY_S))
        _refuse_fault(await conversation.switch_on_status(commands.INITIALIZE, REPLY_S))
        await conversation.begin_sheet(REPLY_S)
        data = b"".join(bands)
        told = 0.0
        for start in range(0, len(data), CHUNK_BYTES):
            await conversation.write(data[start : start + CHUNK_BYTES], self._config.write_timeout_s)
            sent = min(1.0, (start + CHUNK_BYTES) / len(data))
            if sent - told >= PROGRESS_STEP:  # the page is drawn anew each time: not for each chunk
                told = sent
                on_progress(sent * SENT_SHARE)
        await conversation.end_sheet(None)
        on_progress(1.0)

    async def _talk(self) -> Conversation:
        if self._conversation is None:
            self._conversation = Conversation(await self._open_line(self._config), MODELS[self._config.model])
        return self._conversation

    def _hang_up(self, *, discard: bool) -> None:
        if self._conversation:
            self._conversation.close(discard=discard)
            self._conversation = None


async def _first(sheet: asyncio.Future[None], fault: asyncio.Future[DeviceFault], limit_s: float) -> None:
    """Return when the sheet is done; raises what ended it, or `DeviceTimeout`."""
    await asyncio.wait({sheet, fault}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    if sheet.done():
        sheet.result()
    elif fault.done():
        raise fault.result()
    else:
        raise DeviceTimeout(f"the printer did not finish the sheet in {limit_s:.0f} s")


def _refuse_fault(reading: PrinterStatus) -> None:
    if word := status.fault(reading):
        raise DeviceFault(word)
