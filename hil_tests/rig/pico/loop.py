"""The rig's line protocol and its loop: JSON lines in, an answer to each, events between. MicroPython.

A request of coins is answered when its last pulse is out; until then no further request is read. Near an edge the loop
tells nothing, and at last does nothing but look at the clock: pulses stay within a millisecond. Not responsible for the
verbs (`rig.py`).
"""

import gc
import json

LONGEST_LINE = 512
QUIET_US = 8_000  # parsing and answering one line, or clearing up memory, takes less than this on the board
NEAR_US = 3_000  # one look at everything takes less than this


class Loop:
    """One step at a time. `read()` returns bytes that came, or None; `write(text)` sends; `now_us()` is `ticks_us`."""

    def __init__(self, rig, read, write, now_us):
        self._rig = rig
        self._read = read
        self._write = write
        self._now_us = now_us
        self._line = b""
        self._events = []  # to be told
        self._owed = None  # accepted yen before the coins that are still falling

    def step(self):
        """Do what is due, and take what has come."""
        rig, now_us = self._rig, self._now_us()
        while rig.coins.soon(now_us, NEAR_US) and not rig.coins.due(now_us):
            now_us = self._now_us()
        self._events += rig.tick(now_us)
        if self._events and not rig.coins.soon(now_us, QUIET_US):
            self._tell(self._events.pop(0))
            return
        if self._owed is not None:
            if rig.coins.busy():
                return
            accepted, self._owed = self._put_in() - self._owed, None
            self._say({"ok": True, "value": accepted})
        if rig.coins.soon(now_us, QUIET_US):
            return
        if b"\n" not in self._line:
            self._line += self._read() or b""
        if b"\n" in self._line:
            line, _, self._line = self._line.partition(b"\n")
            self._answer(line)
        elif len(self._line) > LONGEST_LINE:
            self._line = b""
            self._say({"ok": False, "error": "a line has at most {} bytes".format(LONGEST_LINE)})

    def _tell(self, event):
        """Tell of it; and clear up, so that memory lasts for all pulses of the coin that has just fallen."""
        if self._rig.watched:
            self._say(event)
        gc.collect()

    def _put_in(self):
        coins = self._rig.coins
        return sum(coins.escrow_yen) + coins.kept_yen + coins.returned_yen

    def _answer(self, line):
        before = self._put_in()
        try:
            request = json.loads(line)
            value = self._rig.perform(request, self._now_us())
        except ValueError as error:
            self._say({"ok": False, "error": str(error) or "this is no JSON"})
            return
        if request["verb"] == "insert_coins":
            self._owed = before
        else:
            self._say({"ok": True, "value": value})

    def _say(self, what):
        self._write(json.dumps(what) + "\n")
