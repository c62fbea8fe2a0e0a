"""Wires of a board that runs as a MicroPython process on this machine: levels in from a pipe, levels out to another.

A line in is `NAME LEVEL`; `tone HZ MS` makes rising edges with the spacing of that tone. A line out is `NAME LEVEL US`,
with the time by `ticks_us`. MicroPython only; the test's side is `board.py`.
"""

import select
from time import ticks_add, ticks_us


class Wires:
    """Same surface as the boards' own pins: `get`, `set`, `servo`, `listen`."""

    def __init__(self, incoming, outgoing):
        self._in = open(incoming, "rb")  # noqa: PTH123, SIM115 - for the life of the process
        self._out = open(outgoing, "wb")  # noqa: PTH123, SIM115
        self._poll = select.poll()
        self._poll.register(self._in, select.POLLIN)
        self._levels = {}
        self._on_edge = None

    def listen(self, on_edge):
        self._on_edge = on_edge

    def pump(self):
        """Take the levels that have come."""
        while any(event & select.POLLIN for _, event in self._poll.poll(0)):
            words = self._in.readline().decode().split()
            if not words:
                return
            if words[0] == "tone":
                began_us, hz, ms = ticks_us(), float(words[1]), float(words[2])
                for number in range(int(ms * hz / 1000) + 1):
                    self._on_edge(ticks_add(began_us, int(number * 1_000_000 / hz)))
            else:
                self._levels[words[0]] = int(words[1])

    def get(self, name):
        return self._levels.get(name, 0)

    def set(self, name, level):
        self._out.write("{} {} {}\n".format(name, level, ticks_us()).encode())

    def servo(self, there):
        self.set("servo", int(there))
