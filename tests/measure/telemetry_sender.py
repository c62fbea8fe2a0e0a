"""A process that publishes the time, again and again: by the firmware's driver, or by paho with its `loop_start`.

Run with `kiosk` or `paho` and a JSON of settings: `ca certificate key port name count pace_s`.
"""

import asyncio
import json
import sys
import threading
import time
from pathlib import Path

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from firmware import config
from firmware.devices import BrokerConnected
from firmware.drivers import mqtt

LIMIT_S = 20.0


async def by_kiosk(settings: dict) -> None:
    files = {name: Path(settings[name]) for name in ("ca", "certificate", "key")}
    broker = mqtt.Broker(config.Mqtt(host="localhost", port=settings["port"], **files), settings["name"])
    up, done, missing = asyncio.Event(), asyncio.Event(), settings["count"]

    def acknowledged(_heard: object) -> None:
        nonlocal missing
        missing -= 1
        if not missing:
            done.set()

    broker.start(lambda event: up.set() if event == BrokerConnected() else None)
    async with asyncio.timeout(LIMIT_S):
        await up.wait()
    for _ in range(settings["count"]):
        broker.publish_event("event/measured", f"{time.time():.9f}", acknowledged)
        await asyncio.sleep(settings["pace_s"])
    async with asyncio.timeout(LIMIT_S):
        await done.wait()
    await broker.close()


def by_paho(settings: dict) -> None:
    client = Client(CallbackAPIVersion.VERSION2, client_id=settings["name"], protocol=MQTTv5)
    client.tls_set(settings["ca"], settings["certificate"], settings["key"])
    up = threading.Event()
    client.on_connect = lambda *_: up.set()
    client.connect("localhost", settings["port"])
    client.loop_start()
    assert up.wait(LIMIT_S)
    topic, sent = f"kiosk/v1/{settings['name']}/event/measured", []
    for _ in range(settings["count"]):
        sent.append(client.publish(topic, f"{time.time():.9f}", qos=1))
        time.sleep(settings["pace_s"])
    for each in sent:
        each.wait_for_publish(LIMIT_S)
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    told = json.loads(sys.argv[2])
    if sys.argv[1] == "kiosk":
        asyncio.run(by_kiosk(told))
    else:
        by_paho(told)
