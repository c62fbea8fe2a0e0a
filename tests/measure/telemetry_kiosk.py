"""A process that is the kiosk's telemetry and nothing else: the firmware's driver, states, outbox and deliveries.

Run with a JSON of settings: `ca certificate key port folder name keepalive_s`. It writes one line
once it is connected, then lies idle until it is killed.
"""

import asyncio
import json
import sys
from pathlib import Path

from firmware import config
from firmware.app.kiosk.deliveries import Deliveries
from firmware.app.kiosk.outbox import FILE, Outbox
from firmware.app.kiosk.state import Kiosk
from firmware.app.kiosk.telemetry import Head, Telemetry
from firmware.devices import BrokerConnected
from firmware.drivers import mqtt

COUNTS = {"commands_done": 0, "commands_refused": 0}


async def lie_idle(settings: dict) -> None:
    files = {name: Path(settings[name]) for name in ("ca", "certificate", "key")}
    place = {"host": "localhost", "port": settings["port"], "keepalive_s": settings["keepalive_s"]}
    chosen = config.Mqtt(**place, **files)
    broker, head = mqtt.Broker(chosen, settings["name"]), Head()
    outbox = Outbox(Path(settings["folder"]) / FILE)
    deliveries = Deliveries(outbox, broker, lambda line: print(line, file=sys.stderr))
    more = {"orders": {}, "telemetry": {**deliveries.counts, **COUNTS}}
    telemetry = Telemetry(broker, chosen.status_interval_s, head, deliveries.put, lambda: more)
    telemetry.introduce({"version": "measured"})
    telemetry.show(Kiosk(), None)
    broker.listen(lambda _heard: None)
    broker.start(lambda event: print("connected", flush=True) if event == BrokerConnected() else None)
    await deliveries.run()


if __name__ == "__main__":
    asyncio.run(lie_idle(json.loads(sys.argv[1])))
