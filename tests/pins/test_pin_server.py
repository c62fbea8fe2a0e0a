"""The simulated board outlives firmware processes, and firmware at rest does not wake up."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pins_backend_sim import STANDINS, until

ROOT = Path(__file__).parents[2]
FIRMWARE = """
import asyncio, sys
from firmware import config
from firmware.drivers.pins import Pins
from firmware.drivers.tray_sensor import PinTraySensor
from firmware.drivers.buzzer import PwmBuzzer
from firmware.drivers.coin_acceptor import PulseCoinAcceptor
from firmware.devices import BuzzerPattern

async def main():
    pins = Pins()
    tray = PinTraySensor(config.TraySensor(), pins)
    buzzer = PwmBuzzer(config.Buzzer(), pins)
    coins = PulseCoinAcceptor(config.CoinAcceptor(pulse_max_ms=200), pins)
    tray.start(lambda event: print(event, flush=True))
    coins.start(lambda event: print(event, flush=True))
    coins.accept(True)
    if "alarm" in sys.argv:
        buzzer.play(BuzzerPattern.ALARM_LOUD)
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


class Firmware:
    """A firmware process with all pin drivers."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", FIRMWARE, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": f"{STANDINS}:{ROOT}"},
        )
        self.said = []
        for line in self.process.stdout:
            self.said.append(line.strip())
            if line == "ready\n":
                break

    def cut_power(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def wake_ups(self) -> int:
        """Voluntary context switches of all threads so far."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            status = dict(line.split(":\t") for line in (task / "status").read_text().splitlines() if ":\t" in line)
            total += int(status["voluntary_ctxt_switches"])
        return total


@pytest.fixture
def start():
    started = []

    def start(*arguments: str) -> Firmware:
        started.append(Firmware(*arguments))
        return started[-1]

    yield start
    for firmware in started:
        if firmware.process.returncode is None:
            firmware.cut_power()


def test_a_power_cut_silences_refuses_coins_and_keeps_paper_and_money(pins_backend, start):
    first = start("alarm")
    until(lambda: pins_backend.coins.accepting and pins_backend.buzzer.sounding)
    pins_backend.run(pins_backend.tray.put_paper())
    assert pins_backend.run(pins_backend.coins.insert(100))
    first.cut_power()
    until(lambda: not pins_backend.coins.accepting and not pins_backend.buzzer.sounding)

    second = start()
    assert second.said == ["PaperPresented()", "EscrowChanged(occupied=True)", "ready"]
    names = [event["event"] for event in pins_backend.events]
    assert names.count("pins_connected") == 2
    assert names.count("pins_disconnected") == 1


def test_a_socket_left_by_an_earlier_bench_is_replaced(pins_backend):
    path = os.environ["SIM_HW_PINS"]
    pins_backend.run(pins_backend.pins.close())
    Path(path).write_text("left over")
    pins_backend.run(pins_backend.pins.start())
    assert Path(path).is_socket()


def test_firmware_at_rest_does_not_wake_up(pins_backend, start):
    firmware = start()
    until(lambda: pins_backend.coins.accepting)
    before = firmware.wake_ups()
    with pytest.raises(subprocess.TimeoutExpired):
        firmware.process.wait(3)
    # The few are the end of the start: nothing repeats.
    assert firmware.wake_ups() - before <= 2


def test_every_event_of_the_bench_can_be_a_line_of_json(pins_backend, start):
    start()
    until(lambda: pins_backend.coins.accepting)
    pins_backend.run(pins_backend.coins.insert(10))
    pins_backend.run(pins_backend.tray.put_paper())
    pins_backend.run(pins_backend.tray.take_paper())
    lines = [json.dumps(event) for event in pins_backend.events]
    assert any('"coin_in_escrow"' in line for line in lines)
