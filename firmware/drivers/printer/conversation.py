"""Questions and answers on one line to the printer: who waits for which answer, and what the printer says unasked.

Not responsible for what to ask when (`job.py`, `watch.py`, `settling.py`) or for opening the line.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.devices import BadResponse, DeviceError, DeviceFault, DeviceTimeout, PrinterStatus
from firmware.drivers.printer import dialect, status

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.drivers.printer.dialect import Reply, Wanted
    from firmware.drivers.printer.line import Line
    from firmware.printer_models import PrinterModel


class Conversation:
    """`on_status` takes each automatic status. The first failure of the line ends everything that waits."""

    def __init__(
        self, line: Line, model: PrinterModel, on_status: Callable[[PrinterStatus], None] | None = None
    ) -> None:
        self.model = model
        self._line = line
        self._on_status = on_status
        self._dialect = dialect.of(model)
        self._waiting: list[tuple[Wanted, asyncio.Future[Reply]]] = []
        self._failure: DeviceError | None = None
        line.listen(self._received, self._fail)

    async def write(self, data: bytes, stall_s: float | None) -> None:
        """Send; see `Line.write`."""
        if self._failure:
            raise self._failure
        await self._line.write(data, stall_s)

    async def ask(self, question: bytes, wanted: Wanted, limit_s: float | None) -> Reply:
        """Send `question`, if any, and return the first answer that is `wanted`.

        Raises `DeviceTimeout` after `limit_s`, `DeviceUnavailable` or `BadResponse` when the line fails.
        """
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, answer))
        try:
            async with asyncio.timeout(limit_s):
                await self.write(question, None)
                return await answer
        except TimeoutError:
            raise DeviceTimeout(f"the printer did not answer in {limit_s} s") from None
        finally:
            self._waiting.remove((wanted, answer))
            if not answer.cancel() and not answer.cancelled():
                answer.exception()  # seen, even if writing failed first

    async def read_status(self, limit_s: float) -> PrinterStatus:
        """Ask in real time, each answer within `limit_s`."""
        return await self._dialect.read_status(self, limit_s)

    async def status_on(self, limit_s: float) -> None:
        """Have the status told from now on, without waiting for the first one; a write that stalls is an error."""
        await self.write(self._dialect.status_on, limit_s)

    async def switch_on_status(self, before: bytes, limit_s: float) -> PrinterStatus:
        """Send `before`, have the status told, and return the first one: an online printer sends it at once."""
        reply = await self.ask(before + self._dialect.status_on, self._is_told, limit_s)
        return self._dialect.told(reply) or PrinterStatus()

    async def begin_sheet(self, limit_s: float) -> None:
        """Get ready to tell the end of the next sheet."""
        await self._dialect.begin(self, limit_s)

    async def complete(self, before: bytes, limit_s: float | None) -> None:
        """Send `before` and return when the printer has worked off everything."""
        await self._dialect.complete(self, before, limit_s)

    async def end_sheet(self, limit_s: float | None) -> None:
        """Cut, and return when the printer says that the sheet is printed."""
        await self._dialect.printed(self, self.model.end_of_sheet, limit_s)

    async def fault(self) -> DeviceFault:
        """Wait until the printer reports something that needs a person."""
        reply = await self.ask(b"", self._is_fault, None)
        told = self._dialect.told(reply)
        return DeviceFault((told and status.fault(told)) or "offline")

    async def idle(self, limit_s: float) -> None:
        """Return after `limit_s`; raises as soon as the line fails."""
        try:
            await self.ask(b"", lambda _reply: False, limit_s)
        except DeviceTimeout:
            return

    def close(self, *, discard: bool) -> None:
        """End it; see `Line.close`."""
        self._line.close(discard=discard)

    def _received(self, data: bytes) -> None:
        try:
            for reply in self._dialect.feed(data):
                self._deliver(reply)
        except BadResponse as error:
            self._fail(error)

    def _deliver(self, reply: Reply) -> None:
        if self._on_status and (told := self._dialect.told(reply)):
            self._on_status(told)
        for wanted, answer in self._waiting:
            if not answer.done() and wanted(reply):
                answer.set_result(reply)

    def _fail(self, error: DeviceError) -> None:
        self._failure = self._failure or error
        for _, answer in self._waiting:
            if not answer.done():
                answer.set_exception(error)

    def _is_told(self, reply: Reply) -> bool:
        return self._dialect.told(reply) is not None

    def _is_fault(self, reply: Reply) -> bool:
        told = self._dialect.told(reply)
        return told is not None and status.fault(told) is not None
