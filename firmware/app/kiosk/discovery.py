"""Announces the kiosk's entities to a Home Assistant at the same broker, one retained topic each.

Off by default: a fleet has dashboards of its own. A button's press is heard and signed by `hub home-assistant`, never
by a kiosk: commands must be signed, which a button cannot.
Form: Home Assistant's documentation, "MQTT discovery"; state topics: `docs/reference/mqtt.md`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class _Entity:
    component: str
    key: str
    name: str
    topic: str
    template: str
    device_class: str = ""


_ENTITIES = (
    _Entity("sensor", "state", "State", "state", "{{ value_json.state }}"),
    _Entity("sensor", "reasons", "Out of service for", "state", "{{ value_json.reasons | join(', ') or 'none' }}"),
    _Entity("binary_sensor", "alarm", "Alarm", "state", "{{ 'ON' if value_json.alarms else 'OFF' }}", "problem"),
    _Entity("sensor", "printer", "Printer", "state/printer", "{{ value_json.device }}"),
    _Entity("sensor", "paper", "Paper", "state/printer", "{{ value_json.paper }}"),
    _Entity(
        "binary_sensor",
        "cover",
        "Printer cover",
        "state/printer",
        "{{ 'ON' if value_json.cover == 'open' else 'OFF' }}",
        "opening",
    ),
    _Entity("sensor", "card_reader", "Card reader", "state/card_reader", "{{ value_json.device }}"),
    _Entity("sensor", "card", "Card", "state/card_reader", "{{ value_json.media }}"),
    _Entity("sensor", "tray", "Tray", "state/tray", "{{ value_json.media }}"),
    _Entity("sensor", "coin_acceptor", "Coin acceptor", "state/coin_acceptor", "{{ value_json.device }}"),
    _Entity("sensor", "camera", "Camera", "state/camera", "{{ value_json.health }}"),
    _Entity("sensor", "buzzer", "Buzzer", "state/buzzer", "{{ value_json.pattern }}"),
    _Entity(
        "binary_sensor",
        "hub",
        "Certificate centre",
        "state/hub",
        "{{ 'ON' if value_json.device == 'online' else 'OFF' }}",
        "connectivity",
    ),
    _Entity("sensor", "version", "Firmware", "info", "{{ value_json.version }}"),
)


_BUTTONS = {
    "out_of_service": "Take out of service",
    "in_service": "Put in service",
    "restart": "Restart",
    "send_diagnostics": "Send diagnostics",
    "test_print": "Test print",
}


def announcements(kiosk_id: str, version: str) -> Iterator[tuple[str, str]]:
    """Give topic and payload of every entity."""
    branch = f"kiosk/v1/{kiosk_id}/"
    device = {"identifiers": [kiosk_id], "name": kiosk_id, "model": "Certificate kiosk", "sw_version": version}
    for entity in _ENTITIES:
        config: dict[str, object] = {
            "name": entity.name,
            "unique_id": f"{kiosk_id}_{entity.key}",
            "state_topic": branch + entity.topic,
            "value_template": entity.template,
            "availability_topic": branch + "avail",
            "device": device,
        }
        if entity.device_class:
            config["device_class"] = entity.device_class
        yield f"homeassistant/{entity.component}/{kiosk_id}/{entity.key}/config", json.dumps(config)
    for name, text in _BUTTONS.items():
        button: dict[str, object] = {
            "name": text,
            "unique_id": f"{kiosk_id}_{name}",
            "command_topic": f"homeassistant/button/{kiosk_id}/{name}/press",
            "availability_topic": branch + "avail",
            "entity_category": "config",
            "device": device,
        }
        if name == "restart":
            button["device_class"] = "restart"
        yield f"homeassistant/button/{kiosk_id}/{name}/config", json.dumps(button)
