"""What a kiosk announces to a Home Assistant is of its documented form, and a press is signed once.

The same payloads go through Home Assistant's own code in `make test-dashboards`.
"""

import asyncio
import json
import time

import jsonschema_rs
import pytest

from firmware.app.kiosk.discovery import announcements
from firmware.app.kiosk.remote_command import checked
from hub.fleet.buttons import BURST, BUTTONS, Buttons
from hub.fleet.line import Broker

pytestmark = pytest.mark.anyio
TEXT = {"type": "string", "minLength": 1}
TOPIC = {"type": "string", "pattern": "^[^#+\\u0000]+$", "maxLength": 200}
DEVICE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["identifiers"],
    "properties": {
        **dict.fromkeys(("name", "model", "manufacturer", "sw_version", "serial_number"), TEXT),
        "identifiers": {"type": "array", "minItems": 1, "items": TEXT},
    },
}
COMMON = {"name": TEXT, "unique_id": TEXT, "availability_topic": TOPIC, "device": DEVICE}
READ = {"state_topic": TOPIC, "value_template": TEXT}
OWN = {
    "sensor": READ,
    "binary_sensor": {**READ, "device_class": {"enum": ["problem", "opening", "connectivity"]}},
    "button": {
        "command_topic": TOPIC,
        "entity_category": {"enum": ["config", "diagnostic"]},
        "device_class": {"enum": ["identify", "restart", "update"]},
    },
}
OPTIONAL = {"device_class"}


def announced():
    return [(topic.split("/"), json.loads(payload)) for topic, payload in announcements("kiosk-0001", "1.0")]


def test_each_entity_is_of_the_documented_form_and_no_two_are_the_same():
    for (prefix, component, node, key, last), body in announced():
        assert (prefix, node, last) == ("homeassistant", "kiosk-0001", "config")
        properties = {**COMMON, **OWN[component]}
        schema = {
            "properties": properties,
            "required": sorted(set(properties) - OPTIONAL),
            "additionalProperties": False,
        }
        jsonschema_rs.validate(schema, body)
        assert body["unique_id"] == f"kiosk-0001_{key}"
    names = [body["unique_id"] for _, body in announced()]
    assert len(set(names)) == len(names)


def test_the_buttons_that_are_announced_are_those_that_are_signed():
    pressed = {body["command_topic"] for (_, component, *_), body in announced() if component == "button"}
    assert pressed == {f"homeassistant/button/kiosk-0001/{name}/press" for name in BUTTONS}


async def test_a_press_becomes_one_command_that_the_kiosk_accepts(fleet):
    told, more = [], asyncio.Event()

    def tell(*what):
        told.append(what)
        more.set()

    async def until(count):
        async with asyncio.timeout(20):
            while len(told) < count:
                more.clear()
                await more.wait()

    running = asyncio.create_task(
        Buttons(Broker("localhost", fleet.broker.port, fleet.data / "pki", "buttons"), fleet.key, tell).run()
    )
    kiosk = await heard(fleet, "kiosk/v1/kiosk-0001/cmd/+")
    try:
        await until(1)
        await press(fleet, "restart")
        topic, _, payload = (await asyncio.wait_for(kiosk.stdout.readline(), 20)).decode().strip().partition(" ")
        assert topic == "kiosk/v1/kiosk-0001/cmd/restart"
        command = checked("restart", payload.encode(), {"home-assistant": fleet.public}, "kiosk-0001", time.time())
        assert command.order == "restart"
        await press(fleet, "clear_alarm")
        await press(fleet, "in_service", retained=True)
        for _ in range(BURST):
            await press(fleet, "restart")
        await until(3 + BURST)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        kiosk.terminate()
        await kiosk.communicate()
    assert told[1:3] == [("kiosk-0001", "restart", "sent"), ("", "", "not a button")]
    assert ("kiosk-0001", "restart", "too many") in told


async def heard(fleet, topic):
    """Listen as kiosk-0001."""
    folder = fleet.data / "kiosks" / "kiosk-0001"
    command = ["stdbuf", "-oL", "mosquitto_sub", "-h", "localhost", "-p", str(fleet.broker.port), "-V", "5", "-q", "1"]
    command += ["--cafile", str(fleet.data / "pki" / "tls-ca.pem"), "--cert", str(folder / "kiosk.pem")]
    command += ["--key", str(folder / "kiosk.key"), "-t", topic, "-F", "%t %p"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(20):
        while not any("as kiosk-0001" in line for line in fleet.broker.log):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
    return process


async def press(fleet, name, *, retained=False):
    """Press as a Home Assistant does: a fixed text, by its own user."""
    pki = fleet.data / "pki"
    command = [
        "mosquitto_pub",
        "-h",
        "localhost",
        "-p",
        str(fleet.broker.port),
        "-V",
        "5",
        "-q",
        "1",
        "-i",
        "home-assistant",
    ]
    command += ["--cafile", str(pki / "tls-ca.pem"), "--cert", str(pki / "home-assistant.pem")]
    command += ["--key", str(pki / "home-assistant.key"), "-t", f"homeassistant/button/kiosk-0001/{name}/press"]
    command += ["-m", "PRESS", *(["-r"] if retained else [])]
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0
