"""Edges of the buzzer's line to tones: frequency, length, pause. MicroPython, pure but for its clock's wrap-around.

`edge` is called in an interrupt for each rising edge and allocates nothing. A tone ends when no edge came for
`SILENCE_US`. Not responsible for what a pattern means: that is the firmware's vocabulary.
"""

from time import ticks_diff

SILENCE_US = 15_000  # the lowest tone of the kiosk's configuration, 100 Hz, has an edge each 10 ms
KEPT_US = 2_000_000
MICROSECONDS = 1_000_000


class Ear:
    """Hears one line. Times are of `ticks_us`."""

    def __init__(self):
        self._first_us = 0
        self._last_us = 0
        self._edges = 0
        self._told = False
        self._tones = []  # (began, ended, hz), the last two seconds

    def edge(self, now_us):
        """Take a rising edge."""
        if self._edges == 0:
            self._first_us = now_us
        self._edges += 1
        self._last_us = now_us

    @property
    def sounding(self):
        """Whether it sounds now."""
        return self._edges > 1

    def hz(self):
        """Frequency of the tone that sounds, 0 while it cannot be told."""
        span_us = ticks_diff(self._last_us, self._first_us)
        return (self._edges - 1) * MICROSECONDS / span_us if span_us > 0 else 0.0

    def tick(self, now_us):
        """Note that a tone began or ended; returns an event, or None."""
        if self.sounding and ticks_diff(now_us, self._last_us) > SILENCE_US:
            tone = (self._first_us, self._last_us, self.hz())
            self._edges, self._told = 0, False
            self._tones = [each for each in self._tones if ticks_diff(now_us, each[1]) < KEPT_US]
            self._tones.append(tone)
            return {"event": "buzzer", "hz": 0, "after_ms": round(ticks_diff(tone[1], tone[0]) / 1000, 1)}
        if self.sounding and not self._told and ticks_diff(now_us, self._first_us) > SILENCE_US:
            self._told = True
            return {"event": "buzzer", "hz": round(self.hz(), 1)}
        return None

    def heard(self, now_us):
        """Tell what the last two seconds sounded like, in the words of the bench's verb `buzzer`."""
        tones = [each for each in self._tones if ticks_diff(now_us, each[1]) < KEPT_US]
        if self.sounding:
            tones.append((self._first_us, self._last_us, self.hz()))
        lengths = [ticks_diff(end, begin) for begin, end, _ in tones]
        pauses = [ticks_diff(tones[i + 1][0], tones[i][1]) for i in range(len(tones) - 1)]
        return {
            "sounding": self.sounding,
            "beeps": len(tones),
            "hz": round(tones[-1][2], 1) if tones else 0,
            "tone_s": max(lengths) / MICROSECONDS if lengths else 0,
            "pause_s": max(pauses) / MICROSECONDS if pauses else 0,
        }
