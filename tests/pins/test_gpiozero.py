"""gpiozero, which is not ours and drives the library in its own way, agrees with the board."""

import pytest
from gpiozero import LED, Button
from gpiozero.pins.rpigpio import RPiGPIOFactory
from pins_backend_sim import until


class PiFourFactory(RPiGPIOFactory):
    """Its own factory, told the board that it would read from the device tree."""

    def _get_revision(self):
        return 0xC03115


@pytest.fixture
def factory(gpio):
    gpio.cleanup()
    factory = PiFourFactory()
    yield factory
    factory.close()


def test_a_button_and_a_lamp_of_gpiozero(factory, pins_backend):
    pressed = []
    with Button(5, pin_factory=factory) as button, LED(6, pin_factory=factory) as lamp:
        button.when_pressed = lambda: pressed.append(True)
        assert not button.is_pressed
        pins_backend.drive(5, 0)
        until(lambda: pressed == [True])
        assert button.is_pressed
        lamp.on()
        until(lambda: pins_backend.output(6) == 1)
        lamp.off()
        until(lambda: pins_backend.output(6) == 0)
