"""The published contract, `docs/reference/asyncapi.yaml`: what a topic carries, and whether it is of that form."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import jsonschema_rs
import yaml

FILE = Path(__file__).parents[2] / "docs" / "reference" / "asyncapi.yaml"


@cache
def document() -> dict:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


@cache
def _validator(message: str):
    return jsonschema_rs.Draft7Validator(schema_of(message))


def schema_of(message: str) -> dict:
    """Return the payload's JSON schema of a message, whole."""
    payload = document()["components"]["messages"][message]["payload"]
    return {"allOf": [payload], "components": {"schemas": document()["components"]["schemas"]}}


def message_at(topic: str) -> str | None:
    """Return the message that this topic carries, None for a topic that is not of the contract."""
    for name, channel in document()["channels"].items():
        pattern = channel["address"].replace("{kiosk_id}", r"kiosk-\d{4,6}")
        for parameter, described in channel["parameters"].items():
            pattern = pattern.replace(f"{{{parameter}}}", "|".join(described.get("enum", ())).join("()"))
        if re.fullmatch(pattern, topic):
            return next(iter(channel["messages"])) if name else None
    return None


def faults(topic: str, payload: str) -> list[str]:
    """Return what is wrong with a message; nothing for one of the contract's form."""
    message = message_at(topic)
    if message is None:
        return [f"{topic}: not a topic of the contract"]
    if message == "alarm" and not payload:
        return []  # cleared
    try:
        value = payload if message == "avail" else json.loads(payload)
    except ValueError as error:
        return [f"{topic}: {payload[:80]!r} is no JSON: {error}"]
    return [
        f"{topic}: {error.message} at {list(error.instance_path)}" for error in _validator(message).iter_errors(value)
    ]
