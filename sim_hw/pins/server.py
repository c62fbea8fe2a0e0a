"""The board: levels of pins, and the socket over which firmware processes reach them.

Levels live here and outlive the firmware. When a process hangs up, its outputs fall to 0, as the board's pull-down
resistors make them. Not responsible for what is wired to a pin (the files beside this one).
Wire: `docs/reference/simulated-hardware.md`, "Pin socket".
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Emit = Callable[[dict[str, Any]], None]

_PULLED = {"up": 1, "down": 0, "off": 0}


class _Process:
    """One connection of a firmware process."""

    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        self.pid = 0
        self.rest = b""
        self.inputs: dict[int, str] = {}
        self.outputs: set[int] = set()
        self.wants_scene = False


class PinServer:
    """The board, listening on a Unix socket at `path` between `start` and `close`.

    Watchers of outputs, `on_level(level, t)` and `on_tone(hz, duty, t)`, run on the loop. `drive` may be called from
    any thread, so that a device can time its pulses without waiting for the loop.
    """

    def __init__(self, path: Path, emit: Emit) -> None:
        self._path = path
        self._emit = emit
        self._guard = threading.RLock()
        self._processes: list[_Process] = []
        self._driven: dict[int, int] = {}
        self._outputs: dict[int, int] = {}
        self._level_watchers: dict[int, Callable[[int, float], None]] = {}
        self._tone_watchers: dict[int, Callable[[float, float, float], None]] = {}
        self._scene: dict[str, Any] = {"op": "scene", "light": 1.0, "turned": 0.0, "people": 0}
        self._scene |= dict.fromkeys(("covered", "frozen", "missing", "veiled"), False)
        self._listener: socket.socket | None = None

    # ------------------------------------------------------------ for the bench

    async def start(self) -> None:
        """Listen; a socket file left by an earlier bench is replaced."""
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self._path))
        self._listener.listen()
        self._listener.setblocking(False)
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    async def close(self) -> None:
        """Hang up on everybody."""
        for process in list(self._processes):
            self._drop(process)
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
            self._path.unlink(missing_ok=True)

    @property
    def pids(self) -> list[int]:
        """Processes that are connected, a number for each connection."""
        return [process.pid for process in self._processes]

    # ------------------------------------------------------------ for devices

    def drive(self, pin: int, level: int, at_s: float | None = None) -> None:
        """Put a level on an input of the firmware; from any thread. `at_s` (monotonic): when it was due, if not now."""
        with self._guard:
            if self._driven.get(pin) == level:
                return
            self._driven[pin] = level
            made_s = time.monotonic() if at_s is None else at_s
            line = _line({"op": "level", "pin": pin, "level": level, "t": made_s})
            for process in self._processes:
                if pin in process.inputs:
                    self._send(process, line)

    def output(self, pin: int) -> int:
        """Return the level that the firmware gives a pin, 0 when nobody does."""
        return self._outputs.get(pin, 0)

    def watch_output(self, pin: int, on_level: Callable[[int, float], None]) -> None:
        """Call `on_level(level, t)` at each change of an output; `t` is when the firmware made it."""
        self._level_watchers[pin] = on_level

    def watch_tone(self, pin: int, on_tone: Callable[[float, float, float], None]) -> None:
        """Call `on_tone(hz, duty, t)` at each change of a PWM output; duty 0 is silence."""
        self._tone_watchers[pin] = on_tone

    def show(self, **scene: Any) -> None:
        """Give the camera another scene: fields of `standins/picamera2/scene.py`."""
        with self._guard:
            self._scene |= scene
            for process in self._processes:
                if process.wants_scene:
                    self._send(process, _line(self._scene))

    @property
    def scene(self) -> dict[str, Any]:
        """The camera's scene."""
        return {name: value for name, value in self._scene.items() if name != "op"}

    # ------------------------------------------------------------ the socket

    def _accept(self) -> None:
        assert self._listener is not None  # noqa: S101 - the reader is registered while it listens
        wire, _ = self._listener.accept()
        wire.setblocking(False)
        process = _Process(wire)
        with self._guard:
            self._processes.append(process)
        asyncio.get_running_loop().add_reader(wire, self._readable, process)

    def _readable(self, process: _Process) -> None:
        try:
            data = process.wire.recv(65536)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        *lines, process.rest = (process.rest + data).split(b"\n")
        for line in lines:
            self._take(process, json.loads(line))
        if not data:
            self._drop(process)

    def _take(self, process: _Process, message: dict[str, Any]) -> None:
        match message:
            case {"op": "hello", "pid": pid}:
                process.pid = pid
                self._emit({"event": "pins_connected", "pid": pid})
            case {"op": "setup", "pin": pin, "dir": "in", "pull": pull}:
                with self._guard:
                    process.outputs.discard(pin)
                    process.inputs[pin] = pull
                    level = self._driven.get(pin, _PULLED[pull])
                    self._send(process, _line({"op": "level", "pin": pin, "level": level, "t": time.monotonic()}))
            case {"op": "setup", "pin": pin, "dir": "out", "initial": initial}:
                process.inputs.pop(pin, None)
                process.outputs.add(pin)
                if initial is not None:
                    self._set_output(pin, initial)
            case {"op": "out", "pin": pin, "level": level, "t": at_s}:
                self._set_output(pin, level, at_s)
            case {"op": "pwm", "pin": pin, "hz": hz, "duty": duty}:
                self._set_tone(pin, hz, duty)
            case {"op": "cleanup", "pins": list(pins)}:  # pyright: ignore[reportUnknownVariableType]
                self._release(process, pins)  # pyright: ignore[reportUnknownArgumentType]
            case {"op": "camera", "want": "scene"}:
                with self._guard:
                    process.wants_scene = True
                    self._send(process, _line(self._scene))
            case _:
                raise ValueError(f"pin socket: not an operation: {message}")

    def _set_output(self, pin: int, level: int, at_s: float | None = None) -> None:
        if self._outputs.get(pin, 0) != level:
            self._outputs[pin] = level
            if watcher := self._level_watchers.get(pin):
                watcher(level, time.monotonic() if at_s is None else at_s)

    def _set_tone(self, pin: int, hz: float, duty: float) -> None:
        if watcher := self._tone_watchers.get(pin):
            watcher(hz, duty, time.monotonic())

    def _release(self, process: _Process, pins: list[int]) -> None:
        for pin in pins:
            process.inputs.pop(pin, None)
            if pin in process.outputs:
                process.outputs.discard(pin)
                self._set_tone(pin, 0, 0)
                self._set_output(pin, 0)

    def _send(self, process: _Process, line: bytes) -> None:
        try:
            sent = process.wire.send(line)
        except OSError:
            sent = 0
        if sent != len(line):  # dying, or it read nothing for thousands of levels: it must not go on with wrong ones
            with contextlib.suppress(OSError):
                process.wire.shutdown(socket.SHUT_RDWR)

    def _drop(self, process: _Process) -> None:
        asyncio.get_running_loop().remove_reader(process.wire)
        with self._guard:
            self._processes.remove(process)
        process.wire.close()
        self._release(process, list(process.outputs))
        self._emit({"event": "pins_disconnected", "pid": process.pid})


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
