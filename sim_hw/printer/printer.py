"""The simulated printer as a whole: receive buffer, controller, power, and the verbs a person or a test can do to it.

Bytes pass three places, as in hardware: the ear (real-time commands, at once), the receive buffer (finite; full, the
printer stops reading), the controller (one command after the other, at the speed of the paper).
Not responsible for: what the status bytes mean (`conditions.py`), rows (`line.py`), paper (`mechanism.py`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sim_hw.printer import command, real_time
from sim_hw.printer.conditions import ERRORS, KIOSK, RECOVERABLE, Condition
from sim_hw.printer.kiosk import KioskSide
from sim_hw.printer.line import Line
from sim_hw.printer.links import Link, PtyLink, TcpLink, listen
from sim_hw.printer.mechanism import Mechanism
from sim_hw.printer.parser import Parser
from sim_hw.printer.traits import GENERIC, Traits

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine

    from sim_hw.printer.command import Command
    from sim_hw.printer.strip import Strip

RESERVE_BYTES = 256
READ_BYTES = 4096
LOOK_S = 0.05
CLEARED_REPLY = bytes.fromhex("37 25 00")


class SimPrinter:
    """A thermal printer of so many dots; `mm_per_s` None prints as fast as the bytes come.

    `on_event` takes dicts (`printer_row`, `strip_cut`, `printer_condition`, `printer_power`); `on_strip`
    takes each `Strip`.
    `traits` is the make (`traits.py`). Must be made where an event loop runs.
    """

    def __init__(
        self,
        width_dots: int = 576,
        *,
        mm_per_s: float | None = 150.0,
        buffer_bytes: int = 65_536,
        traits: Traits = GENERIC,
        on_event: Callable[[dict[str, Any]], None] | None = None,
        on_strip: Callable[[Strip], None] | None = None,
    ) -> None:
        self.buffer_bytes = buffer_bytes
        self.traits = traits
        self.strips: list[Strip] = []
        self.received = bytearray()
        self.real_time_fired: list[real_time.RealTime] = []
        self.unknown: list[bytes] = []
        self.powered = True
        self.mechanism = Mechanism(width_dots, mm_per_s, self._report, self._row, self._drop)
        self.mechanism.spring = self.suffer
        self.kiosk = KioskSide(self.mechanism, self._send, self._emit)
        self._on_event = on_event
        self._on_strip = on_strip
        self._buffer = bytearray()
        self._parser = Parser()
        self._line = Line(width_dots)
        self._ear = real_time.Ear()
        self._link: Link | None = None
        self._pty: PtyLink | None = None
        self._port = 0
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ending: list[asyncio.Task[None]] = []
        self._bytes_came = asyncio.Event()
        self._space_came = asyncio.Event()
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._mask = 0
        self._frame = b""
        self._told: frozenset[Condition] = frozenset()
        self._tear_at: int | None = None

    # ------------------------------------------------------------ life

    async def start_tcp(self, port: int = 0) -> int:
        """Listen on loopback; returns the port."""
        listener = listen(port)
        self._port = listener.getsockname()[1]
        self._run("accept", self._accept(listener))
        self._run("work", self._work())
        await asyncio.sleep(0)  # the tasks own the sockets once they have begun
        return self._port

    async def start_pty(self) -> str:
        """Open a serial port; returns the path of its device file."""
        self._pty = PtyLink()
        self._run("read", self._receive(self._pty))
        self._run("work", self._work())
        return self._pty.path

    async def close(self) -> None:
        """Take the printer away."""
        self.kiosk.presenter.close()
        self._stop()
        await self._stopped()
        if self._pty:
            self._pty.close()
            self._pty = None

    def _run(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[name] = asyncio.get_running_loop().create_task(work, name=f"printer {name}")

    def _stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        self._ending += self._tasks.values()
        self._tasks.clear()
        if self._link:
            self._link.drop()
            self._link = None

    async def _stopped(self) -> None:
        """Wait until sockets are closed: their tasks do it."""
        await asyncio.gather(*self._ending, return_exceptions=True)
        self._ending.clear()

    # ------------------------------------------------------------ verbs

    def open_cover(self) -> None:
        """Somebody opens the cover."""
        self.suffer(Condition.COVER_OPEN)

    def close_cover(self) -> None:
        """Somebody closes it."""
        self.mechanism.clear(Condition.COVER_OPEN)

    def run_out_of_paper(self) -> None:
        """Let the roll be at its end."""
        self.suffer(Condition.PAPER_OUT)

    def paper_near_end(self) -> None:
        """Let the roll be nearly at its end."""
        self.suffer(Condition.PAPER_NEAR_END)

    def load_paper(self) -> None:
        """Put in a new roll."""
        self.mechanism.clear(Condition.PAPER_OUT)

    def repair(self) -> None:
        """Put errors and the offline switch right by hand; an unrecoverable one needs a power cycle as well."""
        by_hand = {Condition.CUTTER, Condition.MECHANICAL, Condition.AUTO_RECOVERABLE, Condition.OFFLINE}
        self.mechanism.clear(*by_hand, *KIOSK, Condition.FEED_BUTTON)

    def fail_at_row(self, row: int, condition: Condition | str) -> None:
        """Let `condition` happen once row `row` of the strip on the paper is printed."""
        self.mechanism.fail_at(row, Condition(condition))

    def tear_at_byte(self, count: int) -> None:
        """Break the connection off after the byte number `count` since `clear_received`."""
        self._tear_at = count

    def freeze(self) -> None:
        """Everything stands still and nothing is answered; the connection stays."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Go on after `freeze`."""
        self._thawed.set()

    def power_off(self) -> None:
        """No power: connection closed, buffers lost, connections refused; the paper stays where it is."""
        self.powered = False
        self._stop()
        self._forget()
        self._mask = 0
        self.kiosk.reset()
        self.kiosk.presenter.close()
        self._emit({"event": "printer_power", "on": False})

    async def power_on(self) -> None:
        """Power again, at the same port."""
        await self._stopped()
        self.powered = True
        self.kiosk.times_on += 1
        self.mechanism.clear(*ERRORS - {Condition.JAM, Condition.HEAD_UP})
        if self._port:
            await self.start_tcp(self._port)
        elif self._pty:
            self._run("read", self._receive(self._pty))
            self._run("work", self._work())
        self._emit({"event": "printer_power", "on": True})

    def clear_received(self) -> None:
        """Begin a new record of received bytes."""
        self.received.clear()

    def suffer(self, condition: Condition) -> None:
        """Let any condition happen now."""
        match condition:
            case Condition.POWER_OFF:
                self.power_off()
            case Condition.TORN:
                self._break_off()
            case Condition.FROZEN:
                self.freeze()
            case _:
                self.mechanism.set(condition)

    # ------------------------------------------------------------ bytes in

    async def _accept(self, listener: socket.socket) -> None:
        """One connection at a time; the next one waits in the queue."""
        try:
            while True:
                await self._serve_one(listener)
        finally:
            listener.close()

    async def _serve_one(self, listener: socket.socket) -> None:
        connection, _ = await asyncio.get_running_loop().sock_accept(listener)
        connection.setblocking(False)
        link = TcpLink(connection)
        try:
            await self._receive(link)
        finally:
            connection.close()
            if self._link is link:
                self._link = None

    async def _receive(self, link: Link) -> None:
        """Fill the buffer. A new connection finds a little more room, so that it is heard when the buffer is full."""
        self._link = link
        self._ear = real_time.Ear()
        most = max(self.buffer_bytes, len(self._buffer)) + RESERVE_BYTES
        while True:
            await self._thawed.wait()
            while len(self._buffer) >= most:
                if link.dead():
                    return
                await self._wait_for_space()
            data = await link.read(min(READ_BYTES, most - len(self._buffer)))
            if not data:
                return
            torn = self._tear_at is not None and len(self.received) + len(data) >= self._tear_at
            if torn and self._tear_at is not None:
                data = data[: self._tear_at - len(self.received)]
            self.received += data
            self._buffer += self._listen_to(data)
            self._bytes_came.set()
            if torn:
                self._tear_at = None
                link.drop()
                return

    def _listen_to(self, data: bytes) -> bytes:
        """Act on real-time commands; gives what is left of `data` for the buffer after a clearing one."""
        cleared_to = 0
        for order, end in self._ear.hear(data):
            if self._act_at_once(order):
                cleared_to = end
        return data[cleared_to:]

    async def _wait_for_space(self) -> None:
        """Until the controller has taken something, or it is time to look whether the other side is still there."""
        self._space_came.clear()
        try:
            async with asyncio.timeout(LOOK_S):
                await self._space_came.wait()
        except TimeoutError:
            return

    def _break_off(self) -> None:
        if self._link:
            self._link.drop()

    def _act_at_once(self, order: real_time.RealTime) -> bool:
        """Obey; True if that cleared the buffers."""
        self.real_time_fired.append(order)
        match order:
            case real_time.TransmitStatus(20):
                if self.traits.kiosk:
                    self.kiosk.answer_full_status()
            case real_time.TransmitStatus(number):
                self._send(self.mechanism.reading.reply(number))
            case real_time.Recover(number) if self.traits.recovers and self.mechanism.reading.now & RECOVERABLE:
                if number == 2:  # noqa: PLR2004 - "recover after clearing the buffers"
                    self._restart()
                self.mechanism.clear(*RECOVERABLE)
                return number == 2  # noqa: PLR2004
            case real_time.ClearBuffer() if self.traits.clears:
                self._restart()
                self._send(CLEARED_REPLY)
                return True
            case _:
                pass
        return False

    # ------------------------------------------------------------ the controller

    async def _work(self) -> None:
        """Obey the buffer; offline, a printer leaves it alone."""
        while True:
            await self._thawed.wait()
            await self.mechanism.running()
            order = self._parser.take(self._buffer)
            self._space_came.set()
            if order is None:
                self._bytes_came.clear()
                await self._bytes_came.wait()
            else:
                await self._perform(order)

    async def _perform(self, order: Command) -> None:
        for row in self._line.rows_of(order):
            await self._thawed.wait()
            await self.mechanism.burn(row)
        match order:
            case command.Initialize():
                self._mask = 0
                self.kiosk.reset()
            case command.Cut():
                await self.mechanism.cut()
            case command.FullStatusOn() | command.ReadCounter() | command.Present() if self.traits.kiosk:
                await self.kiosk.perform(order)
            case command.FullStatusOn(mask) | command.ReadCounter(mask) | command.Present(mask):
                self.unknown.append(bytes([mask]))
            case command.AutomaticStatus(mask):
                self._mask = mask
                self._frame = b""
                self._report()
            case command.Completion(process_id) if self.traits.completes:
                await self.mechanism.running()
                self._send(b"\x37\x22" + process_id + b"\x00")
            case command.Unknown(raw):
                self.unknown.append(raw)
            case _:
                pass

    def _restart(self) -> None:
        """Clear the buffers, although the controller may be in the middle of a command."""
        self._forget()
        if task := self._tasks.pop("work", None):
            task.cancel()
            self._ending.append(task)
        self._run("work", self._work())

    def _forget(self) -> None:
        self._buffer.clear()
        self._parser.reset()
        self._line.reset()
        self._space_came.set()

    # ------------------------------------------------------------ bytes and events out

    def _send(self, data: bytes) -> None:
        if self._link and self.powered and self._thawed.is_set():
            self._link.send(data)

    def _report(self) -> None:
        """Something may have changed: tell whoever asked for automatic status, and the bench."""
        reading = self.mechanism.reading
        frame = reading.frame()
        if self._mask and frame != self._frame:
            self._frame = frame
            self._send(frame)
        self.kiosk.report()
        if reading.now != self._told:
            self._told = reading.now
            self._emit({"event": "printer_condition", "conditions": sorted(reading.now)})

    def _row(self, rows: int) -> None:
        self._emit({"event": "printer_row", "rows": rows})

    def _drop(self, strip: Strip) -> None:
        self.strips.append(strip)
        self._emit({"event": "strip_cut", "strip": strip.number, "rows": strip.rows})
        if self._on_strip:
            self._on_strip(strip)

    def _emit(self, event: dict[str, Any]) -> None:
        if self._on_event:
            self._on_event(event)
