"""Runs inside an environment of Home Assistant: its own code reads what kiosks announce, from standard input."""

import json
import sys

from homeassistant.components.mqtt import binary_sensor, button, sensor

SCHEMAS = {
    "sensor": sensor.DISCOVERY_SCHEMA,
    "binary_sensor": binary_sensor.DISCOVERY_SCHEMA,
    "button": button.DISCOVERY_SCHEMA,
}
for topic, payload in json.load(sys.stdin):
    SCHEMAS[topic.split("/")[1]](json.loads(payload))
    print(topic)
