"""Stand-in for `RPi.GPIO` with the surface of its documentation; the pins are on the bench, behind `SIM_HW_PINS`.

Behaves like rpi-lgpio 0.6, which provides this import on the Pi: same errors in the same places, callbacks on a thread
of the library. Not responsible for what is wired to a pin (the bench's `pins` package). Standard library only.
"""

from __future__ import annotations

import os
import threading
import warnings
import weakref
from typing import TYPE_CHECKING, Any

from RPi._board import GPIOS, HEADER, INFO, TO_HEADER
from RPi._edges import BOTH, FALLING, RISING, EdgeDetector
from RPi._link import PinLink, clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

VERSION = "0.7.2"
UNKNOWN, BOARD, BCM = -1, 10, 11
OUT, IN = 0, 1
LOW, HIGH = 0, 1
PUD_OFF, PUD_DOWN, PUD_UP = 20, 21, 22
SERIAL, SPI, I2C, HARD_PWM = 40, 41, 42, 43
RPI_INFO = INFO
RPI_REVISION = INFO["P1_REVISION"]

_PULL = {PUD_OFF: "off", PUD_DOWN: "down", PUD_UP: "up"}
_FIRST_LEVEL_TIMEOUT_S = 5.0

if not os.environ.get("SIM_HW_PINS"):
    raise RuntimeError(
        "This module can only be run on a Raspberry Pi! (The stand-in needs SIM_HW_PINS, the bench's pin socket.)"
    )


class _Pin:
    """What this process knows of a pin that it has set up."""

    __slots__ = ("detector", "direction", "known", "level")

    def __init__(self, direction: int, level: int | None) -> None:
        self.direction = direction
        self.level = level
        self.known = threading.Event()
        self.detector: EdgeDetector | None = None


class _State:
    """The library's state; one a process, as in the real one."""

    mode: int | None = None
    warn = True
    link: PinLink | None = None
    pins: dict[int, _Pin]


_state = _State()
_state.pins = {}
_pwms: weakref.WeakValueDictionary[int, PWM] = weakref.WeakValueDictionary()


def _on_level(gpio: int, level: int) -> None:
    pin = _state.pins.get(gpio)
    if pin is None or pin.direction != IN:
        return
    pin.level = level
    if pin.detector is not None:
        pin.detector.feed(level)
    pin.known.set()


def _settle() -> float | None:
    waits = []
    for pin in list(_state.pins.values()):
        if (detector := pin.detector) is not None:
            waits.append(detector.settle())
            detector.deliver()
    return min((wait for wait in waits if wait is not None), default=None)


def _send(message: dict[str, Any]) -> None:
    if _state.link is None:
        raise RuntimeError("The GPIO chip is not open: call setmode() first")
    _state.link.send(message)


def _gpio(channel: int) -> int:
    if _state.mode is None:
        raise RuntimeError("Please set pin numbering mode using GPIO.setmode(GPIO.BOARD) or GPIO.setmode(GPIO.BCM)")
    if _state.mode == BCM and 0 <= channel < GPIOS:
        return channel
    if _state.mode == BOARD and channel in HEADER:
        return HEADER[channel]
    raise ValueError("The channel sent is invalid on a Raspberry Pi")


def _channel(gpio: int) -> int:
    return gpio if _state.mode == BCM else TO_HEADER[gpio]


def _gpios(channels: int | Iterable[int]) -> tuple[int, ...]:
    try:
        return tuple(_gpio(int(channel)) for channel in channels)  # type: ignore[union-attr]
    except TypeError:
        try:
            return (_gpio(int(channels)),)  # type: ignore[arg-type]
        except TypeError:
            raise ValueError("Channel must be an integer or list/tuple of integers") from None


def _input_pin(gpio: int) -> _Pin:
    pin = _state.pins.get(gpio)
    if pin is None or pin.direction != IN:
        raise RuntimeError("You must setup() the GPIO channel as an input first")
    return pin


def _output_pin(gpio: int, message: str) -> _Pin:
    pin = _state.pins.get(gpio)
    if pin is None or pin.direction != OUT:
        raise RuntimeError(message)
    return pin


# ---------------------------------------------------------------- mode, set-up, clean-up


def setmode(new_mode: int) -> None:
    """Choose BOARD or BCM numbering; ValueError if another was chosen before."""
    if _state.mode is not None and new_mode != _state.mode:
        raise ValueError("A different mode has already been set!")
    if new_mode not in (BOARD, BCM):
        raise ValueError("An invalid mode was passed to setmode()")
    if _state.link is None:
        _state.link = PinLink(os.environ["SIM_HW_PINS"], _on_level, _settle)
    _state.mode = new_mode


def getmode() -> int | None:
    """Return BOARD, BCM or None."""
    return _state.mode


def setwarnings(value: Any) -> None:
    """Switch warnings on or off."""
    _state.warn = bool(value)


def gpio_function(channel: int) -> int:
    """Return IN or OUT, as rpi-lgpio does, which cannot see alternative functions."""
    pin = _state.pins.get(_gpio(channel))
    return IN if pin is None else pin.direction


def setup(
    chanlist: int | Iterable[int], direction: int, pull_up_down: int = PUD_OFF, initial: int | None = None
) -> None:
    """Make channels inputs with a pull resistor, or outputs with an initial level."""
    if direction not in (IN, OUT):
        raise ValueError("An invalid direction was passed to setup()")
    if direction == OUT and pull_up_down != PUD_OFF:
        raise ValueError("pull_up_down parameter is not valid for outputs")
    if direction == IN and initial is not None:
        raise ValueError("initial parameter is not valid for inputs")
    if pull_up_down not in _PULL:
        raise ValueError("Invalid value for pull_up_down - should be either PUD_OFF, PUD_UP or PUD_DOWN")
    for gpio in _gpios(chanlist):
        if direction == IN:
            _setup_input(gpio, pull_up_down)
        else:
            _setup_output(gpio, initial)


def _setup_input(gpio: int, pull: int) -> None:
    old = _state.pins.get(gpio)
    pin = _Pin(IN, None)
    if old is not None and old.direction == IN:
        pin.detector = old.detector
    _state.pins[gpio] = pin
    _send({"op": "setup", "pin": gpio, "dir": "in", "pull": _PULL[pull], "initial": None})
    link = _state.link
    if link is not None and link.on_own_thread:
        while not pin.known.is_set() and link.pump(_FIRST_LEVEL_TIMEOUT_S):
            pass
    elif not pin.known.wait(_FIRST_LEVEL_TIMEOUT_S):
        raise RuntimeError(f"The bench did not tell the level of GPIO {gpio}")


def _setup_output(gpio: int, initial: int | None) -> None:
    old = _state.pins.get(gpio)
    level = (old.level if old else 0) if initial is None else int(bool(initial))
    _state.pins[gpio] = _Pin(OUT, level)
    _send({"op": "setup", "pin": gpio, "dir": "out", "pull": "off", "initial": None if initial is None else level})


def cleanup(chanlist: int | Iterable[int] | None = None) -> None:
    """Make channels, or all, inputs without pull or edge detection; for all, also forget the numbering mode."""
    if _state.link is None:
        return
    gpios = tuple(_state.pins) if chanlist is None else _gpios(chanlist)
    if not gpios and _state.warn:
        warnings.warn(
            "No channels have been set up yet - nothing to clean up!  "
            "Try cleaning up at the end of your program instead!",
            stacklevel=2,
        )
    for gpio in gpios:
        _state.pins.pop(gpio, None)
        _pwms.pop(gpio, None)
    try:
        if gpios:
            _send({"op": "cleanup", "pins": list(gpios)})
    finally:
        if chanlist is None:
            _state.link.close()
            _state.link = None
            _state.mode = None


# ---------------------------------------------------------------- levels


def input(channel: int) -> int:  # noqa: A001 - the vendor's name
    """Return the level of an input, or the last one given to an output."""
    pin = _state.pins.get(_gpio(channel))
    if pin is None:
        raise RuntimeError("You must setup() the GPIO channel first")
    return pin.level or 0


def output(channel: int | Iterable[int], value: int | Iterable[int]) -> None:
    """Give one level to one or several outputs, or to each its own."""
    gpios = _gpios(channel)
    try:
        values = tuple(int(bool(item)) for item in value)  # type: ignore[union-attr]
    except TypeError:
        values = (int(bool(value)),)
    if len(gpios) > 1 and len(values) == 1:
        values *= len(gpios)
    if len(gpios) != len(values):
        raise RuntimeError("Number of channels != number of values")
    for gpio, level in zip(gpios, values, strict=True):
        _output_pin(gpio, "The GPIO channel has not been set up as an OUTPUT").level = level
        _send({"op": "out", "pin": gpio, "level": level, "t": clock()})


# ---------------------------------------------------------------- edges


def _detector(channel: int, edge: int, bouncetime: int | None) -> tuple[EdgeDetector, bool]:
    """Return a detector with these settings, and whether it is a new one; RuntimeError if another is set."""
    gpio = _gpio(channel)
    pin = _input_pin(gpio)
    if edge not in (RISING, FALLING, BOTH):
        raise ValueError("The edge must be set to RISING, FALLING or BOTH")
    if bouncetime == -666:  # noqa: PLR2004 - the real library's own word for "none"
        bouncetime = None
    if bouncetime is not None and bouncetime <= 0:
        raise ValueError("Bouncetime must be greater than 0")
    if pin.detector is None:
        pin.detector = EdgeDetector(_channel(gpio), edge, bouncetime, pin.level or 0)
        return pin.detector, True
    if (pin.detector.edge, pin.detector.bouncetime_ms) != (edge, bouncetime):
        raise RuntimeError("Conflicting edge detection already enabled for this GPIO channel")
    return pin.detector, False


def add_event_detect(
    channel: int, edge: int, callback: Callable[[int], object] | None = None, bouncetime: int | None = None
) -> None:
    """Detect edges from now on; `callback(channel)` runs on the library's thread."""
    if callback is not None and not callable(callback):
        raise TypeError("Parameter must be callable")
    detector, _ = _detector(channel, edge, bouncetime)
    if callback is not None:
        detector.callbacks.append(callback)


def add_event_callback(channel: int, callback: Callable[[int], object]) -> None:
    """Add a callback to a channel with edge detection."""
    if not callable(callback):
        raise TypeError("Parameter must be callable")
    detector = _input_pin(_gpio(channel)).detector
    if detector is None:
        raise RuntimeError("Add event detection using add_event_detect first before adding a callback")
    detector.callbacks.append(callback)


def remove_event_detect(channel: int) -> None:
    """Stop detecting edges."""
    pin = _state.pins.get(_gpio(channel))
    if pin is not None:
        pin.detector = None


def event_detected(channel: int) -> bool:
    """Whether an edge came since the last question; False without edge detection."""
    pin = _state.pins.get(_gpio(channel))
    return pin is not None and pin.detector is not None and pin.detector.take_detected()


def wait_for_edge(channel: int, edge: int, bouncetime: int | None = None, timeout: int | None = None) -> int | None:
    """Block until an edge; returns the channel, or None after `timeout` ms."""
    if timeout is not None and timeout <= 0:
        raise ValueError("Timeout must be greater than 0")
    detector, new = _detector(channel, edge, bouncetime)
    if detector.callbacks:
        raise RuntimeError("Conflicting edge detection already enabled for this GPIO channel")
    seen = threading.Event()

    def on_edge(_channel: int) -> None:
        seen.set()

    detector.callbacks.append(on_edge)
    try:
        return channel if seen.wait(None if timeout is None else timeout / 1000) else None
    finally:
        detector.callbacks.remove(on_edge)
        if new:
            remove_event_detect(channel)


# ---------------------------------------------------------------- PWM


class PWM:
    """Pulse-width modulation of an output. Ends when the object is collected, as in the real library."""

    def __init__(self, channel: int, frequency: float) -> None:
        self._gpio = _gpio(channel)
        self._running = False
        if self._gpio in _pwms:
            raise RuntimeError("A PWM object already exists for this GPIO channel")
        _output_pin(self._gpio, "You must setup() the GPIO channel as an output first")
        self._duty = 0.0
        self.ChangeFrequency(frequency)
        _pwms[self._gpio] = self

    def __del__(self) -> None:
        if self._running and _state.link is not None:
            self.stop()

    def start(self, dc: float) -> None:
        """Begin with a duty cycle in percent."""
        self.ChangeDutyCycle(dc)
        self._running = True
        self._tell()

    def stop(self) -> None:
        """End; the output is low."""
        if not self._running:
            return
        self._running = False
        _send({"op": "pwm", "pin": self._gpio, "hz": self._frequency, "duty": 0})

    def ChangeDutyCycle(self, dc: float) -> None:
        """Set the duty cycle, 0 to 100 percent."""
        duty = float(dc)
        if not 0 <= duty <= 100:  # noqa: PLR2004 - percent
            raise ValueError("dutycycle must have a value from 0.0 to 100.0")
        self._duty = duty
        self._tell()

    def ChangeFrequency(self, frequency: float) -> None:
        """Set the frequency in hertz."""
        hertz = float(frequency)
        if hertz <= 0:
            raise ValueError("frequency must be greater than 0.0")
        self._frequency = hertz
        self._tell()

    def _tell(self) -> None:
        if self._running:
            _send({"op": "pwm", "pin": self._gpio, "hz": self._frequency, "duty": self._duty})
