"""The guard's pins (`docs/reference/guard.md`). MicroPython on the Pico only.

All inputs have pull-ups and close to ground, but for the beat, which the kiosk drives: a wire that breaks at the card
slot or tray reads as "nothing there", at door and tamper switch (normally closed) as "open".
"""

from machine import PWM, Pin

BEAT = 2  # from the kiosk, 3.3 V
PAPER = 3  # the tray sensor's line, beside the kiosk; low: paper
CARD = 4  # a switch of the guard's own in the card's rest; low: card
DOOR = 5  # closed: low
TAMPER = 6  # closed: low
KEY = 7  # the office's key switch; turned: low
BUZZER = 10
LIGHT = 25
HALF = 32_768


class Board:
    """The wires: `levels()` as the guard's machine wants them, and its two outputs."""

    def __init__(self):
        self._beat = Pin(BEAT, Pin.IN, Pin.PULL_DOWN)
        # A line that another board drives low: True where low means "on".
        self._switches = {
            name: (Pin(number, Pin.IN, Pin.PULL_UP), low_is_on)
            for name, number, low_is_on in (
                ("paper", PAPER, True),
                ("card", CARD, True),
                ("door", DOOR, False),
                ("tamper", TAMPER, False),
                ("key", KEY, True),
            )
        }
        self._light = Pin(LIGHT, Pin.OUT, value=0)
        self._buzzer = PWM(Pin(BUZZER), freq=2000, duty_u16=0)
        self._hz = 0

    def levels(self):
        """Return what all lines say now; 1 means "on"."""
        levels = {name: int(pin.value() != low_is_on) for name, (pin, low_is_on) in self._switches.items()}
        levels["beat"] = self._beat.value()
        return levels

    def sound(self, hz):
        """Sound at this frequency; 0 is silence."""
        if hz != self._hz:
            self._hz = hz
            if hz:
                self._buzzer.freq(hz)
            self._buzzer.duty_u16(HALF if hz else 0)

    def light(self, on):
        """Switch the light."""
        self._light.value(on)
