"""The tray sensor's driver, from the wire to the event."""

import pytest

from firmware import config
from firmware.devices import PaperPresented, PaperTaken
from firmware.drivers.tray_sensor import PinTraySensor

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sensor(pins):
    sensor = PinTraySensor(config.TraySensor(), pins)
    yield sensor
    sensor.close()


async def test_paper_that_comes_and_goes_is_told_once_each(sensor, pins_backend, told):
    sensor.start(told)
    await pins_backend.do(pins_backend.tray.put_paper())
    await told.until(PaperTaken(), PaperPresented())
    await pins_backend.do(pins_backend.tray.take_paper())
    await told.until(PaperTaken(), PaperPresented(), PaperTaken())


async def test_paper_left_from_before_the_start_is_told_at_the_start(sensor, pins_backend, told):
    await pins_backend.do(pins_backend.tray.put_paper())
    sensor.start(told)
    await told.until(PaperPresented())


async def test_a_chattering_sensor_tells_one_change(sensor, pins_backend, told):
    pins_backend.tray.bounce_ms = 10
    sensor.start(told)
    await pins_backend.do(pins_backend.tray.put_paper())
    await told.until(PaperTaken(), PaperPresented())
    await pins_backend.do(pins_backend.tray.take_paper())
    await told.until(PaperTaken(), PaperPresented(), PaperTaken())


async def test_a_spike_on_the_wire_is_not_a_hand_that_takes_the_paper(sensor, pins_backend, told):
    await pins_backend.do(pins_backend.tray.put_paper())
    sensor.start(told)
    pins_backend.drive(17, 1)
    pins_backend.drive(17, 0)
    await pins_backend.do(pins_backend.tray.take_paper())
    await told.until(PaperPresented(), PaperTaken())


async def test_a_sensor_wired_the_other_way_round(pins, pins_backend, told):
    sensor = PinTraySensor(config.TraySensor(pin=5, active_low=False, debounce_ms=0), pins)
    pins_backend.drive(5, 0)
    sensor.start(told)
    pins_backend.drive(5, 1)
    await told.until(PaperTaken(), PaperPresented())
    sensor.close()


async def test_nothing_is_told_after_closing(sensor, pins, pins_backend, told):
    sensor.start(told)
    sensor.close()
    other = PinTraySensor(config.TraySensor(pin=5, debounce_ms=0), pins)
    other.start(told)
    await pins_backend.do(pins_backend.tray.put_paper())
    pins_backend.drive(5, 0)  # an edge behind it on the same wire: when it is told, the first would have been
    await told.until(PaperTaken(), PaperTaken(), PaperPresented())
    other.close()
