"""Questions and answers on one line to the printer: who waits for which answer, and what the printer says unasked.

Not responsible for what to ask when (`job.py`, `watch.py`, `settling.py`) or for opening the line.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.devices import BadResponse, DeviceError, DeviceFault, DeviceTimeout, PrinterStatus
from firmware.drivers.printer import commands, replies, status

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.drivers.printer.line import Line
    from firmware.drivers.printer.replies import Reply

    Wanted = Callable[[Reply], bool]


class Conversation:
    """`on_status` takes each automatic status. The first failure of the line ends everything that waits."""

    def __init__(self, line: Line, on_status: Callable[[PrinterStatus], None] | None = None) -> None:
        self._line = line
        self._on_status = on_status
        self._parser = replies.ReplyParser()
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
        """Ask all four real-time questions, each within `limit_s`."""
        bits: list[int] = []
        for number in (1, 2, 3, 4):
            reply = await self.ask(commands.status_request(number), _is_real_time, limit_s)
            if isinstance(reply, replies.RealTimeStatus):
                bits.append(reply.bits)
        return status.from_answers(*bits)

    async def is_offline(self, limit_s: float) -> bool:
        """Ask in real time whether the printer prints now."""
        reply = await self.ask(commands.status_request(1), _is_real_time, limit_s)
        return isinstance(reply, replies.RealTimeStatus) and bool(reply.bits & status.OFFLINE)

    async def switch_on_status(self, before: bytes, limit_s: float) -> PrinterStatus:
        """Send `before`, switch automatic status on, and return the first one: an online printer sends it at once."""
        reply = await self.ask(before + commands.AUTOMATIC_STATUS_ON, _is_automatic, limit_s)
        return status.from_frame(reply.frame) if isinstance(reply, replies.AutomaticStatus) else PrinterStatus()

    async def complete(self, before: bytes, limit_s: float | None) -> None:
        """Send `before` and return when the printer says that everything has been printed."""
        process_id = commands.new_process_id()
        expected = replies.Completion(process_id)
        await self.ask(before + commands.completion_request(process_id), lambda reply: reply == expected, limit_s)

    async def fault(self) -> DeviceFault:
        """Wait until the printer reports something that needs a person."""
        reply = await self.ask(b"", _is_fault, None)
        word = status.fault(status.from_frame(reply.frame)) if isinstance(reply, replies.AutomaticStatus) else None
        return DeviceFault(word or "offline")

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
            for reply in self._parser.feed(data):
                self._deliver(reply)
        except BadResponse as error:
            self._fail(error)

    def _deliver(self, reply: Reply) -> None:
        if self._on_status and isinstance(reply, replies.AutomaticStatus):
            self._on_status(status.from_frame(reply.frame))
        for wanted, answer in self._waiting:
            if not answer.done() and wanted(reply):
                answer.set_result(reply)

    def _fail(self, error: DeviceError) -> None:
        self._failure = self._failure or error
        for _, answer in self._waiting:
            if not answer.done():
                answer.set_exception(error)


def _is_real_time(reply: Reply) -> bool:
    return isinstance(reply, replies.RealTimeStatus)


def _is_automatic(reply: Reply) -> bool:
    return isinstance(reply, replies.AutomaticStatus)


def _is_fault(reply: Reply) -> bool:
    return isinstance(reply, replies.AutomaticStatus) and status.fault(status.from_frame(reply.frame)) is not None
