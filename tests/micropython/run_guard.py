"""The guard's own program on a MicroPython process: run_guard.py WIRES-IN WIRES-OUT. A tone is a level here."""

import sys
from time import sleep_ms, ticks_ms

from watch import Watch
from wires import Wires

NAMES = ("beat", "paper", "card", "door", "tamper", "key")


class Board:
    def __init__(self, wires):
        self._wires = wires
        self._shown = {}

    def levels(self):
        self._wires.pump()
        return {name: self._wires.get(name) for name in NAMES}

    def sound(self, hz):
        self._show("buzzer", hz)

    def light(self, on):
        self._show("light", on)

    def _show(self, name, level):
        if self._shown.get(name) != level:
            self._shown[name] = level
            self._wires.set(name, level)


watch = Watch(Board(Wires(sys.argv[1], sys.argv[2])), ticks_ms())
while True:
    watch.round(ticks_ms())
    sleep_ms(5)
