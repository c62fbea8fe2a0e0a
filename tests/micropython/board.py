"""The test's side of a board that runs as a real MicroPython process: its wires, and what it did with them, when.

Not responsible for what the program on the board is (`run_rig.py`, `run_guard.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
MICROPYTHON = Path(sys.prefix, "bin", "micropython")
LIMIT_S = 15.0


class Level(NamedTuple):
    """A line took this level at `at_ms`, by the board's clock."""

    line: str
    level: int
    at_ms: float


class Board:
    """A MicroPython process that runs `program`, with `modules` on its path; `usb` is its standard input and output."""

    def __init__(self, folder: Path, program: str, modules: Path, usb: int = subprocess.DEVNULL) -> None:
        incoming, outgoing = folder / "in", folder / "out"
        os.mkfifo(incoming)
        os.mkfifo(outgoing)
        self.levels: list[Level] = []
        self._changed = threading.Condition()
        command = [MICROPYTHON, HERE / program, incoming, outgoing]
        path = f"{modules}:{HERE}:.frozen"
        self._errors = (folder / "board.log").open("w+", encoding="utf-8")
        environment = {**os.environ, "MICROPYPATH": path}
        self._process = subprocess.Popen(command, env=environment, stdin=usb, stdout=usb, stderr=self._errors)
        self._in = _open_with_reader(incoming, self._process)
        self._out = outgoing.open("rb")
        self._reader = threading.Thread(target=self._read, name="board's wires")
        self._reader.start()

    def drive(self, line: str, level: int) -> None:
        """Make a line that the board reads high or low."""
        self._say(f"{line} {level}")

    def sound(self, hz: float, ms: float) -> None:
        """Sound a tone on the line that the board hears."""
        self._say(f"tone {hz} {ms}")

    def level(self, line: str) -> int | None:
        """Return the level that the board drives a line to; None before it did."""
        found = [each.level for each in list(self.levels) if each.line == line]
        return found[-1] if found else None

    def expect(self, line: str, level: int, limit_s: float = LIMIT_S) -> None:
        """Wait until the board drives a line to this level."""
        end = time.monotonic() + limit_s
        with self._changed:
            while self.level(line) != level:
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(
                        f"{line} is {self.level(line)}, not {level}, after {limit_s:g} s; {self.log()}"
                    )
                self._changed.wait(left)

    def log(self) -> str:
        """What the board printed: nothing, unless its program failed."""
        return Path(self._errors.name).read_text(encoding="utf-8")

    def close(self) -> None:
        """Take the power away."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        os.close(self._in)
        self._out.close()
        self._errors.close()

    def _say(self, words: str) -> None:
        os.write(self._in, f"{words}\n".encode())

    def _read(self) -> None:
        for line in self._out:
            name, level, us = line.split()
            with self._changed:
                self.levels.append(Level(name.decode(), int(level), int(us) / 1000))
                self._changed.notify_all()


def _open_with_reader(fifo: Path, process: subprocess.Popen[bytes]) -> int:
    """Open a pipe for writing once the process reads it; a process that ended instead is told of."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end and process.poll() is None:
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # ENXIO: nobody reads yet
            time.sleep(0.01)
    raise AssertionError(f"MicroPython does not read its wires; exit status {process.poll()}")
