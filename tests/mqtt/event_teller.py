"""A process that writes lines into a journal and has them told as events, by the kiosk's own outbox and driver.

Run with a JSON of settings: `ca certificate key port folder total pace_s hasty`, and for a cluster `hosts`, the
addresses that `localhost` has there, and `protocol`. It goes on where it was killed, and ends when all events are
delivered. `hasty` shortens the waits between attempts.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path

from mosquitto_subscriber import becomes_true

from firmware import config
from firmware.app.kiosk import deliveries as sending
from firmware.app.kiosk.lines import LineFile
from firmware.app.kiosk.outbox import FILE, Outbox, Source
from firmware.app.kiosk.telemetry import Head
from firmware.drivers import mqtt


def name_with(hosts: list[str]) -> None:
    """Have the resolver give these addresses, as a name server does for a name with several."""

    def found(_host, port, *_more, **_named):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in hosts]

    socket.getaddrinfo = found


async def tell(settings: dict) -> None:
    folder = Path(settings["folder"])
    sending.NOBODY_S = 0.5
    if settings["hasty"]:
        mqtt.RECONNECT_S = (0.1, 0.4)
    if settings.get("hosts"):
        name_with(settings["hosts"])
    written = []
    journal = LineFile(folder / "journal", written.append)
    head = Head()

    def event_of(line):
        return head.order_event({"document_id": f"{line['n']:032x}", "state": "paid", "at_s": 0.0})

    outbox = Outbox(folder / FILE, [Source("journal", folder / "journal", event_of)])
    files = {name: Path(settings[name]) for name in ("ca", "certificate", "key")}
    protocol = settings.get("protocol", "auto")
    broker = mqtt.Broker(config.Mqtt(host="localhost", port=settings["port"], protocol=protocol, **files), "kiosk-0001")
    deliveries = sending.Deliveries(outbox, broker, lambda line: print(line, file=sys.stderr))
    broker.start(lambda _event: None)
    running = asyncio.create_task(deliveries.run())
    for number in range(len(written), settings["total"]):
        await asyncio.to_thread(journal.append, {"n": number})
        deliveries.look()
        await asyncio.sleep(settings["pace_s"])
    await becomes_true(lambda: not outbox.turn((), (), (), 1), limit_s=60.0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await broker.close()
    deliveries.close()
    journal.close()


if __name__ == "__main__":
    asyncio.run(tell(json.loads(sys.argv[1])))
