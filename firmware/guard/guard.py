"""The guard: sounds the alarm itself when the kiosk has died with a card or a paper left in it. MicroPython, pure.

A second controller with its own supply, buzzer and card-slot switch. It feels the kiosk's heartbeat; while that beats,
alarms are the kiosk's own business, but for the doors. Source: DOMAIN, "Leaving things behind" and row 1 (the alarm
sounds until the thing is taken or the office clears it). Not responsible for pins (`board.py`).

State -> what the guard does:
    ok        the kiosk beats, the doors are closed                                 silent
    waiting   no beat, nothing left                                                 silent, light
    left      no beat, a card or a paper is there                                   alarm until it is taken
    opened    a door is open while nobody allowed it, or the tamper switch was felt alarm until the key switch is turned
"""

from time import ticks_diff

DEAD_MS = 1_000  # four beats of the kiosk (firmware/drivers/heartbeat.py)
SETTLE_MS = 30  # a line counts once it has been still for this long
TONE_MS = 250
OK, WAITING, LEFT, OPENED = "ok", "waiting", "left", "opened"


class Line:
    """A line that counts once it is still."""

    def __init__(self, level, now_ms):
        self.level = level
        self._seen = level
        self._since_ms = now_ms

    def look(self, level, now_ms):
        """Take the level now; returns the one that counts."""
        if level != self._seen:
            self._seen, self._since_ms = level, now_ms
        elif ticks_diff(now_ms, self._since_ms) >= SETTLE_MS:
            self.level = level
        return self.level


class Guard:
    """The state machine. `look` is called each few milliseconds with the levels of all lines.

    Lines: `beat` changes while the kiosk lives; 1 means: `paper`, `card` there, `door` open, `tamper` felt, `key`
    turned by somebody of the office (service: doors may be opened, alarms are cleared). Times are of `ticks_ms`.
    """

    def __init__(self, levels, now_ms):
        self.state = OK
        self._beat = levels["beat"]
        self._beaten_ms = now_ms
        self.alive = True  # until the first beats are missed
        self._lines = {name: Line(level, now_ms) for name, level in levels.items() if name != "beat"}
        self._opened = False
        self._sounds_since_ms = now_ms

    def look(self, levels, now_ms):
        """Take the lines' levels; returns the state."""
        if levels["beat"] != self._beat:
            self._beat, self._beaten_ms, self.alive = levels["beat"], now_ms, True
        elif self.alive and ticks_diff(now_ms, self._beaten_ms) >= DEAD_MS:
            self.alive = False  # and stays so until a beat: the clock's difference turns over after days
        is_on = {name: line.look(levels[name], now_ms) for name, line in self._lines.items()}
        if is_on["key"]:
            self._opened = False
        elif is_on["door"] or is_on["tamper"]:
            self._opened = True
        before, self.state = self.state, self._judge(is_on)
        if before != self.state:
            self._sounds_since_ms = now_ms
        return self.state

    def _judge(self, is_on):
        if self._opened:
            return OPENED
        if self.alive:
            return OK
        if (is_on["paper"] or is_on["card"]) and not is_on["key"]:
            return LEFT
        return WAITING

    def buzzer(self, now_ms):
        """Frequency to sound now, in Hz; 0 is silence. Two tones, so that it is told from the kiosk's own."""
        if self.state not in (LEFT, OPENED):
            return 0
        return 2700 if ticks_diff(now_ms, self._sounds_since_ms) // TONE_MS % 2 == 0 else 2000

    def light(self):
        """Whether the guard's light is on: everything but `ok`."""
        return int(self.state != OK)
