"""A coin acceptor with escrow, as the kiosk's wires see one: pulses, escrow contact, gates. MicroPython, pure.

Same behaviour and timing as `sim_hw/pins/coin_acceptor.py` (docs/reference/simulated-hardware.md, "Pin socket"). The
edges of a train have due times of their own, so that a late look at the clock makes one edge late and no pulse wrong.
Not responsible for pins (`board.py`) nor for when it is called (`loop.py`).
"""

from time import ticks_add, ticks_diff, ticks_us

COINS_YEN = (10, 50, 100, 500)
YEN_PER_PULSE = 10
HALF_PULSE_US = 25_000
COIN_GAP_US = 300_000
FALL_US = 10_000  # from the contact to the first pulse; parsing a request takes less, so that the pulse is on time
GATE_HOLD_US = 50_000
GATE_MOVE_US = 150_000


class CoinAcceptor:
    """An acceptor with an empty escrow. `lines` has `get(name)` and `set(name, level)`; times are of `ticks_us`."""

    def __init__(self, lines):
        self._lines = lines
        self._coins = []
        self._edges = 0  # left of the coin that is falling: two for each pulse
        self._due_us = ticks_us()
        self._gate = ""  # the line whose coil is under current
        self._gate_since_us = ticks_us()
        self._moving = ""
        self._moved_us = ticks_us()
        self.jammed = False
        self.escrow_yen = []
        self.kept_yen = 0
        self.returned_yen = 0
        self.refused_yen = 0
        lines.set("pulse", 1)
        lines.set("escrow", 1)

    def insert(self, yen, now_us):
        """Put in these coins, one after the other."""
        if not self.busy():
            self._due_us = now_us
        self._coins.extend(yen)

    def busy(self):
        """Whether coins still fall or their pulses still come."""
        return self._edges > 0 or len(self._coins) > 0

    def soon(self, now_us, within_us):
        """Whether an edge is due in this time: then nothing slow may be begun."""
        return self.busy() and ticks_diff(self._due_us, now_us) < within_us

    def due(self, now_us):
        """Whether an edge is due."""
        return self.soon(now_us, 1)

    def tick(self, now_us):
        """Do what is due; returns an event, or None."""
        self._watch_gates(now_us)
        if self._moving and ticks_diff(now_us, self._moved_us) >= 0:
            return self._empty()
        if not self.due(now_us):
            return None
        if self._edges:
            self._edge()
            return None
        return self._fall(self._coins.pop(0))

    def _fall(self, yen):
        if not self._lines.get("enable") or self._moving or yen not in COINS_YEN:
            self.refused_yen += yen
            return {"event": "coin_refused", "yen": yen}
        self.escrow_yen.append(yen)
        self._lines.set("escrow", 0)
        self._due_us = ticks_add(self._due_us, FALL_US)
        self._edges = 2 * yen // YEN_PER_PULSE
        return {"event": "coin_in_escrow", "yen": yen}

    def _edge(self):
        self._lines.set("pulse", self._edges % 2)
        self._edges -= 1
        self._due_us = ticks_add(self._due_us, HALF_PULSE_US if self._edges else COIN_GAP_US - FALL_US)

    def _watch_gates(self, now_us):
        """Let a gate move once its coil was held for long enough."""
        for name in ("stack", "return"):
            if self._lines.get(name):
                if self._gate != name:
                    self._gate, self._gate_since_us = name, now_us
                elif not self._moving and ticks_diff(now_us, self._gate_since_us) >= GATE_HOLD_US and not self.jammed:
                    self._moving, self._moved_us = name, ticks_add(now_us, GATE_MOVE_US)
            elif self._gate == name:
                self._gate = ""

    def _empty(self):
        name, self._moving = self._moving, ""
        self._gate_since_us = ticks_add(self._moved_us, GATE_MOVE_US)
        yen = sum(self.escrow_yen)
        self.escrow_yen.clear()
        if name == "stack":
            self.kept_yen += yen
        else:
            self.returned_yen += yen
        self._lines.set("escrow", 1)
        return {"event": "coins_stacked" if name == "stack" else "coins_returned", "yen": yen}
