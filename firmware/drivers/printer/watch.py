"""Watches the idle printer from the kiosk process: automatic status, so that nothing is polled.

A sparse question finds out a printer that died without a word. Reconnects by itself with growing pauses.
Not responsible for jobs (`job.py`) or for how a job is swept up (`settling.py`).
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from firmware.devices import (
    DeviceError,
    DeviceFault,
    DeviceState,
    DeviceUnavailable,
    PrinterChanged,
    PrinterStatus,
)
from firmware.drivers.printer import direct, settling
from firmware.drivers.printer.conversation import Conversation
from firmware.printer_models import MODELS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firmware.config import Printer
    from firmware.devices import Emit
    from firmware.drivers.printer.line import Line

REPLY_S = 2.0
FIRST_PAUSE_S, LAST_PAUSE_S = 0.2, 5.0
SETTLE_PAUSE_S = 0.2
LOOK_EVERY_S = 20.0


class EscposWatch:
    """Fulfils `devices.PrinterWatch`. `look_every_s`: how often a silent printer is asked whether it is there."""

    def __init__(
        self,
        config: Printer,
        open_line: Callable[[Printer], Awaitable[Line]] = direct.open_line,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._config = config
        self._model = MODELS[config.model]
        self._open_line = open_line
        self._look_every_s = look_every_s
        self._emit: Emit | None = None
        self._told: PrinterStatus | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, emit: Emit) -> None:
        """Report status from now on, the present one first; reconnects by itself until `close`."""
        await self.close()
        self._emit = emit
        self._told = None
        self._task = asyncio.get_running_loop().create_task(self._watch(), name="printer watch")

    async def close(self) -> None:
        """Disconnect. The printer is free for another process when this returns."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def settle(self, deadline_s: float, *, whole: bool = False) -> bool:
        """Make sure that nothing of a job is left, in the buffer or uncut; `whole`: the job was confirmed as printed.

        Returns False if the printer did not confirm it in `deadline_s`. If that was for an open cover or missing
        paper, asking again once the printer is ready is enough; otherwise it needs a power cycle.
        """
        watched = self._emit if self._task else None
        await self.close()
        try:
            async with asyncio.timeout(deadline_s):
                return await self._settle(whole=whole)
        except TimeoutError:
            return False
        finally:
            if watched:
                await self.open(watched)

    async def _settle(self, *, whole: bool) -> bool:
        while True:
            try:
                conversation = Conversation(await self._open_line(self._config), self._model)
                try:
                    if not (whole and await settling.confirm(conversation)):
                        whole = False
                        await settling.sweep(conversation, self._config.head_dots)
                    return True
                finally:
                    conversation.close(discard=False)
            except DeviceFault:
                return False
            except DeviceError:
                await asyncio.sleep(SETTLE_PAUSE_S)

    async def _watch(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                line = await self._open_line(self._config)
            except DeviceUnavailable:
                self._tell(PrinterStatus(DeviceState.POWER_OFF))
            else:
                if await self._attend(Conversation(line, self._model, self._tell)):
                    pause_s = FIRST_PAUSE_S
                self._tell(PrinterStatus())
            await asyncio.sleep(pause_s * random.uniform(0.8, 1.2))  # noqa: S311 - spreads reconnections, guards nothing
            pause_s = min(pause_s * 2, LAST_PAUSE_S)

    async def _attend(self, conversation: Conversation) -> bool:
        """Listen until the line fails; True if the printer had answered at all."""
        answered = False
        try:
            self._tell(await conversation.read_status(REPLY_S))
            answered = True
            await conversation.status_on(REPLY_S)
            while True:
                await conversation.idle(self._look_every_s)
                reading = await conversation.read_status(REPLY_S)
                self._tell(reading)
                if reading.state is DeviceState.ONLINE:  # in case it was reset; offline it would pile up in the buffer
                    await conversation.status_on(REPLY_S)
        except DeviceError:
            return answered
        finally:
            conversation.close(discard=False)

    def _tell(self, status: PrinterStatus) -> None:
        status = replace(status, near_end_mm=self._config.near_end_mm or self._model.near_end_mm)
        if self._emit and status != self._told:
            self._told = status
            self._emit(PrinterChanged(status))
