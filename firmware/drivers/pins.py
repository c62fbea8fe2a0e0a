"""Pins for asyncio: inputs whose edges come onto the loop with a time stamp, outputs, and a tone (PWM).

The only file that imports RPi.GPIO; on the Pi that is rpi-lgpio (`DEVICES`, "GPIO and camera"). Its callbacks come on a
library thread, so they stamp, read the level and cross with `call_soon_threadsafe`, nothing else. Not responsible for
debouncing (`contact.py`) nor for what a pin means.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Literal

from firmware.devices import DeviceUnavailable

try:
    from RPi import GPIO
except (ImportError, RuntimeError) as error:
    raise DeviceUnavailable(
        f"pins: RPi.GPIO cannot be used: {error}. On a Raspberry Pi: apt-get install python3-rpi-lgpio."
    ) from error

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    OnEdge = Callable[[bool, float], None]

Pull = Literal["up", "down", "off"]
_PULLS = {"up": GPIO.PUD_UP, "down": GPIO.PUD_DOWN, "off": GPIO.PUD_OFF}


class InputPin:
    """One input. `on_edge(level, t)` is called on the loop for every edge; `t` is in monotonic seconds."""

    def __init__(self, number: int, pull: Pull, on_edge: OnEdge) -> None:
        self._number = number
        self._on_edge = on_edge
        self._loop = asyncio.get_running_loop()
        GPIO.setup(number, GPIO.IN, pull_up_down=_PULLS[pull])
        GPIO.add_event_detect(number, GPIO.BOTH, callback=self._cross)

    def level(self) -> bool:
        """Return the level now."""
        return bool(GPIO.input(self._number))

    def close(self) -> None:
        """Release the pin; no edge comes after this."""
        GPIO.remove_event_detect(self._number)
        self._on_edge = _ignore
        GPIO.cleanup(self._number)

    def _cross(self, number: int) -> None:
        stamp_s = time.monotonic()
        level = bool(GPIO.input(number))
        with contextlib.suppress(RuntimeError):  # the loop was closed between the edge and here: nobody waits for it
            self._loop.call_soon_threadsafe(self._arrive, level, stamp_s)

    def _arrive(self, level: bool, stamp_s: float) -> None:  # noqa: FBT001 - the callback's shape
        self._on_edge(level, stamp_s)


class OutputPin:
    """One output, low until driven."""

    def __init__(self, number: int) -> None:
        self._number = number
        GPIO.setup(number, GPIO.OUT, initial=GPIO.LOW)

    def drive(self, level: bool) -> None:  # noqa: FBT001 - one switch, named by the verb
        """Make it high or low."""
        GPIO.output(self._number, level)

    def close(self) -> None:
        """Make it low and release it."""
        GPIO.output(self._number, GPIO.LOW)
        GPIO.cleanup(self._number)


class TonePin:
    """One output that sounds."""

    def __init__(self, number: int, hz: float) -> None:
        self._number = number
        self._hz = hz
        self._duty = 0.0
        GPIO.setup(number, GPIO.OUT, initial=GPIO.LOW)
        self._pwm = GPIO.PWM(number, hz)

    def sound(self, hz: float, duty: float) -> None:
        """Sound at `hz` with a duty cycle of `duty` percent, above 0, until told otherwise."""
        if hz != self._hz:
            self._pwm.ChangeFrequency(hz)
            self._hz = hz
        if self._duty == 0:
            self._pwm.start(duty)
        elif duty != self._duty:
            self._pwm.ChangeDutyCycle(duty)
        self._duty = duty

    def hush(self) -> None:
        """Be silent."""
        if self._duty:
            self._pwm.stop()
            self._duty = 0.0

    def close(self) -> None:
        """Be silent and release the pin."""
        self.hush()
        del self._pwm  # its destructor writes to the pin, so before the pin is released
        GPIO.cleanup(self._number)


class Pins:
    """The header's pins by BCM number. One a process; raises `DeviceUnavailable` when there is no header."""

    def __init__(self) -> None:
        try:
            GPIO.setwarnings(False)
            GPIO.setmode(GPIO.BCM)
        except RuntimeError as error:
            raise DeviceUnavailable(f"pins: {error}") from error

    def input(self, number: int, pull: Pull, on_edge: OnEdge) -> InputPin:
        """Set up an input; its edges come from now on."""
        with _unavailable(number):
            return InputPin(number, pull, on_edge)

    def output(self, number: int) -> OutputPin:
        """Set up an output, low."""
        with _unavailable(number):
            return OutputPin(number)

    def tone(self, number: int, hz: float) -> TonePin:
        """Set up an output for tones, silent."""
        with _unavailable(number):
            return TonePin(number, hz)

    def close(self) -> None:
        """Release every pin that is still set up."""
        GPIO.cleanup()


@contextlib.contextmanager
def _unavailable(number: int) -> Generator[None]:
    try:
        yield
    except RuntimeError as error:
        raise DeviceUnavailable(f"pin {number}: {error}") from error


def _ignore(_level: bool, _stamp_s: float) -> None:  # noqa: FBT001 - the callback's shape
    """Take an edge that was on its way when its pin was closed."""
