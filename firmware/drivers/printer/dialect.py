"""The two dialects of status and completion: what to send, and what an answer means.

`Escpos` is what most printers speak; `Custom` is that of Custom's kiosk printers, which have no completion reply but
count their cuts. Not responsible for who waits for which answer (`conversation.py`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from firmware.devices import DeviceState, PrinterStatus
from firmware.drivers.printer import commands, custom_replies, full_status, replies, status
from firmware.printer_models import StatusKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firmware.printer_models import PrinterModel

    Reply = replies.Reply | custom_replies.FullStatus | custom_replies.Counter
    Wanted = Callable[[Reply], bool]

CUT_LOOK_S = 0.2


class Talk(Protocol):
    """One question, one answer; `Conversation.ask`."""

    async def ask(self, question: bytes, wanted: Wanted, limit_s: float | None) -> Reply:
        """Send and return the first answer that is `wanted`."""
        ...


class Dialect(Protocol):
    """Made anew for each connection: it keeps the answer that is under way."""

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Yield the answers complete so far; raises `BadResponse`."""
        ...

    def told(self, reply: Reply) -> PrinterStatus | None:
        """Return the status in an answer that also comes unasked."""
        ...

    async def read_status(self, talk: Talk, limit_s: float) -> PrinterStatus:
        """Ask now, past everything in the buffer; each answer within `limit_s`."""
        ...

    @property
    def status_on(self) -> bytes:
        """What makes the printer tell its status, at once and at every change."""
        ...

    async def begin(self, talk: Talk, limit_s: float) -> None:
        """Get ready to tell the end of the next sheet."""
        ...

    async def complete(self, talk: Talk, before: bytes, limit_s: float | None) -> None:
        """Send `before` and return when the printer has worked off all that was sent."""
        ...

    async def printed(self, talk: Talk, before: bytes, limit_s: float | None) -> None:
        """Send the end of a sheet and return when the printer says that the sheet is printed and cut."""
        ...


def of(model: PrinterModel) -> Dialect:
    """Return the dialect that a model speaks."""
    return Custom() if model.status is StatusKind.FULL_STATUS else Escpos()


class Escpos:
    """DLE EOT 1 to 4, GS a, GS ( H."""

    status_on = commands.AUTOMATIC_STATUS_ON

    def __init__(self) -> None:
        self._parser = replies.ReplyParser()

    def feed(self, data: bytes) -> Iterator[Reply]:
        """See `Dialect`."""
        return self._parser.feed(data)

    def told(self, reply: Reply) -> PrinterStatus | None:
        """See `Dialect`."""
        return status.from_frame(reply.frame) if isinstance(reply, replies.AutomaticStatus) else None

    async def read_status(self, talk: Talk, limit_s: float) -> PrinterStatus:
        """See `Dialect`."""
        bits: list[int] = []
        for number in (1, 2, 3, 4):
            reply = await talk.ask(commands.status_request(number), _is_real_time, limit_s)
            if isinstance(reply, replies.RealTimeStatus):
                bits.append(reply.bits)
        return status.from_answers(*bits)

    async def begin(self, talk: Talk, limit_s: float) -> None:
        """Nothing to do: the request's own id tells the end of a sheet."""

    async def complete(self, talk: Talk, before: bytes, limit_s: float | None) -> None:
        """See `Dialect`."""
        process_id = commands.new_process_id()
        expected = replies.Completion(process_id)
        await talk.ask(before + commands.completion_request(process_id), lambda reply: reply == expected, limit_s)

    async def printed(self, talk: Talk, before: bytes, limit_s: float | None) -> None:
        """See `Dialect`."""
        await self.complete(talk, before, limit_s)


class Custom:
    """DLE EOT 20, GS E0, and the counters GS E2 to E5, which are answered in the order of the commands."""

    status_on = commands.FULL_STATUS_ON + commands.FULL_STATUS_REQUEST

    def __init__(self) -> None:
        self._parser = custom_replies.CustomReplyParser()
        self._cuts_before: int | None = None

    def feed(self, data: bytes) -> Iterator[Reply]:
        """See `Dialect`."""
        return self._parser.feed(data)

    def told(self, reply: Reply) -> PrinterStatus | None:
        """See `Dialect`."""
        return full_status.from_full(reply) if isinstance(reply, custom_replies.FullStatus) else None

    async def read_status(self, talk: Talk, limit_s: float) -> PrinterStatus:
        """See `Dialect`."""
        full = await talk.ask(commands.FULL_STATUS_REQUEST, lambda reply: self.told(reply) is not None, limit_s)
        return self.told(full) or PrinterStatus(DeviceState.UNKNOWN)

    async def begin(self, talk: Talk, limit_s: float) -> None:
        """See `Dialect`."""
        self._cuts_before = await self._cuts(talk, b"", limit_s)

    async def complete(self, talk: Talk, before: bytes, limit_s: float | None) -> None:
        """See `Dialect`; inside an image the question would be dots, and there would be no answer."""
        await self._cuts(talk, before, limit_s)

    async def printed(self, talk: Talk, before: bytes, limit_s: float | None) -> None:
        """See `Dialect`; the counter may be answered before the knife has moved, so it is looked at again."""
        wanted = None if self._cuts_before is None else self._cuts_before + 1
        async with asyncio.timeout(limit_s):
            cuts = await self._cuts(talk, before, None)
            while cuts != wanted:
                await asyncio.sleep(CUT_LOOK_S)
                cuts = await self._cuts(talk, b"", None)

    async def _cuts(self, talk: Talk, before: bytes, limit_s: float | None) -> int:
        reply = await talk.ask(before + commands.READ_CUTS, _is_cuts, limit_s)
        return reply.value if isinstance(reply, custom_replies.Counter) else 0


def _is_real_time(reply: Reply) -> bool:
    return isinstance(reply, replies.RealTimeStatus)


def _is_cuts(reply: Reply) -> bool:
    return isinstance(reply, custom_replies.Counter) and reply.unit == "cuts"
