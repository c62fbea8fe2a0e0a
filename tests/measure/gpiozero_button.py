"""gpiozero doing what the kiosk does, button to buzzer: `python -m tests.measure.gpiozero_button PAIR ...`.

A pair is `button:buzzer:debounce_ms`, pins of the board behind SIM_HW_PINS. A low button sounds, a high one hushes.
Writes a line when it is ready; runs until its standard input closes.
"""

import sys

from gpiozero import Button, PWMOutputDevice
from gpiozero.pins.rpigpio import RPiGPIOFactory

from firmware import config

DUTY = 0.5


class _Factory(RPiGPIOFactory):
    """Its own factory on RPi.GPIO, told the board that it would read from the device tree."""

    def _get_revision(self):
        return 0xC03115


def _wire(factory, pair):
    contact, sounder, debounce_ms = map(int, pair.split(":"))
    button = Button(contact, bounce_time=debounce_ms / 1000 or None, pin_factory=factory)
    buzzer = PWMOutputDevice(sounder, frequency=config.Buzzer().hz, pin_factory=factory)

    def sound():
        buzzer.value = DUTY

    button.when_pressed, button.when_released = sound, buzzer.off
    return button, buzzer


def main():
    factory = _Factory()
    devices = [device for pair in sys.argv[1:] for device in _wire(factory, pair)]
    print("wired", flush=True)
    sys.stdin.read()
    for device in devices:
        device.close()
    factory.close()


if __name__ == "__main__":
    main()
