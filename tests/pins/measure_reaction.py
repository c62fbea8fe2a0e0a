"""Measures how soon the buzzer's pin follows an edge of the tray's pin: `python tests/pins/measure_reaction.py [N]`.

The firmware's drivers run in a process of their own with the shortest loop there is (paper there: sound); both edges
are stamped by the board. Prints one line of JSON in milliseconds, without debouncing and with the default one.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from sim_hw.pins.server import PinServer  # noqa: E402 - the path comes first

FIRMWARE = """
import asyncio, sys
from firmware import config
from firmware.drivers.pins import Pins
from firmware.drivers.tray_sensor import PinTraySensor
from firmware.drivers.buzzer import PwmBuzzer
from firmware.devices import BuzzerPattern, PaperTaken, PaperPresented
async def main():
    pins = Pins()
    buzzer = PwmBuzzer(config.Buzzer(), pins)
    sound = {PaperPresented: BuzzerPattern.ALARM_LOUD, PaperTaken: BuzzerPattern.SILENT}
    PinTraySensor(config.TraySensor(debounce_ms=int(sys.argv[1])), pins).start(lambda e: buzzer.play(sound[type(e)]))
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def measure(debounce_ms: int, times: int) -> list[float]:
    """Return the reactions in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pins.sock")
        server = PinServer(path, lambda _event: None)
        await server.start()
        server.drive(17, 1)
        sounded = asyncio.Queue()
        server.watch_tone(18, lambda _hz, duty, t: sounded.put_nowait((duty > 0, t)))
        firmware = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            FIRMWARE,
            str(debounce_ms),
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'sim_hw/standins'}:{ROOT}", "SIM_HW_PINS": str(path)},
        )
        await asyncio.sleep(1.5)
        reactions = []
        for number in range(times):
            level = number % 2
            started = time.monotonic()
            server.drive(17, level)
            while True:
                sounds, stamp = await sounded.get()
                if sounds != bool(level):
                    break
            reactions.append((stamp - started) * 1000)
            await asyncio.sleep(0.005)
        firmware.kill()
        await firmware.wait()
        await server.close()
    return reactions


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    result = {}
    for debounce_ms in (0, 3):
        reactions = asyncio.run(measure(debounce_ms, times))
        percentiles = statistics.quantiles(reactions, n=100)
        result[f"debounce_{debounce_ms}_ms"] = {
            "p50_ms": round(percentiles[49], 3),
            "p99_ms": round(percentiles[98], 3),
            "max_ms": round(max(reactions), 3),
            "n": times,
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
