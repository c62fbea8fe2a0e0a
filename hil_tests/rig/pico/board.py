"""The Pico's pins, by what they are wired to (`wiring.svg`). MicroPython on the board only.

Lines to the kiosk are open drain: the kiosk's own pull-ups make them high, so a rig without power disturbs nothing.
"""

from time import ticks_us

from machine import PWM, Pin

DRIVEN = {"tray": 2, "pulse": 3, "escrow": 4, "cover": 9}
READ = {"enable": 5, "stack": 6, "return": 7}
SERVO = 8
BUZZER = 10
SERVO_HZ = 50
CARD_THERE_NS = 1_900_000
CARD_AWAY_NS = 1_100_000


class Board:
    """The wires. `on_edge(us)` is called in an interrupt for each rising edge of the buzzer's line."""

    def __init__(self):
        self._out = {name: Pin(number, Pin.OPEN_DRAIN, value=1) for name, number in DRIVEN.items()}
        self._in = {name: Pin(number, Pin.IN, Pin.PULL_DOWN) for name, number in READ.items()}
        self._buzzer = Pin(BUZZER, Pin.IN, Pin.PULL_DOWN)
        self._servo = PWM(Pin(SERVO), freq=SERVO_HZ, duty_ns=CARD_AWAY_NS)

    def listen(self, on_edge):
        """Hear the buzzer from now on; at once, since what is put off while memory is cleared up loses edges."""
        self._buzzer.irq(lambda _pin: on_edge(ticks_us()), Pin.IRQ_RISING, hard=True)

    def get(self, name):
        """Level of a line that the kiosk drives."""
        return self._in[name].value()

    def set(self, name, level):
        """Drive a line: 0 low, 1 released."""
        self._out[name].value(level)

    def servo(self, there):
        """Lay the card on the reader, or take it away."""
        self._servo.duty_ns(CARD_THERE_NS if there else CARD_AWAY_NS)
