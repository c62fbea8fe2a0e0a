"""What is known of each kiosk now: the newest of every topic, as it came over MQTT.

What a kiosk says is checked for shape only; anything else is counted as rubbish and left alone. States of a kiosk that
is offline are the last known ones: `row` says unknown. Not responsible for history (`history.py`).
Topics: `docs/reference/mqtt.md`.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, cast

_TOPIC = re.compile(
    r"kiosk/v1/(kiosk-[0-9]{4,6})/(avail|info|state|state/[a-z_]{1,40}|(?:alarm|event|result)/[a-z_]{1,40})"
)
_LARGEST = 16_384
MOST_KIOSKS = 100_000
Body = dict[str, Any]


@dataclass(slots=True)
class Kiosk:
    """One kiosk. `online` is None until it was ever heard of; `since_s` is when its state began, Unix time."""

    id: str
    online: bool | None = None
    info: Body = field(default_factory=dict[str, Any])
    states: dict[str, Body] = field(default_factory=dict[str, Body])
    alarms: dict[str, Body] = field(default_factory=dict[str, Body])
    since_s: float = 0.0

    @property
    def state(self) -> str:
        """The state that it is in, `unknown` while it is offline."""
        return str(self.states.get("kiosk", {}).get("state", "unknown")) if self.online else "unknown"

    def row(self) -> Body:
        """Return what a list shows."""
        kiosk, printer, camera = (self.states.get(name, {}) for name in ("kiosk", "printer", "camera"))
        known = bool(self.online)
        return {
            "id": self.id,
            "online": known,
            "state": self.state,
            "reasons": kiosk.get("reasons", []) if known else [],
            "alarms": sorted(self.alarms),
            "paper": str(printer.get("paper", "unknown")) if known else "unknown",
            "camera": str(camera.get("health", "unknown")) if known else "unknown",
            "version": str(self.info.get("version", "")),
            "build": str(self.info.get("build", "")),
            "operator": str(self.info.get("operator", "")),
            "since_s": self.since_s,
        }


@dataclass(frozen=True, slots=True)
class Told:
    """What a message was: of which kiosk, `kind` (`avail`, `info`, `state`, `alarm`, `event`, `result`), name, body."""

    kiosk_id: str
    kind: str
    name: str
    body: Body


class Register:
    """All kiosks by id; `rubbish` counts messages that are none of the contract."""

    def __init__(self) -> None:
        self.kiosks: dict[str, Kiosk] = {}
        self.rubbish = 0

    def take(self, topic: str, payload: bytes, at_s: float) -> Told | None:
        """Take one message; None for rubbish."""
        found = _TOPIC.fullmatch(topic)
        body = _body(payload, found[2]) if found and len(payload) <= _LARGEST else None
        if found is None or body is None or (found[1] not in self.kiosks and len(self.kiosks) >= MOST_KIOSKS):
            self.rubbish += 1
            return None
        kind, _, name = found[2].partition("/")
        kiosk = self.kiosks.setdefault(found[1], Kiosk(found[1], since_s=at_s))
        before = kiosk.state
        match kind:
            case "avail":
                kiosk.online = body["avail"] == "online"
            case "info":
                kiosk.info = body
            case "state":
                kiosk.states[name or "kiosk"] = body
            case "alarm" if body:
                kiosk.alarms[name] = body
            case "alarm":
                kiosk.alarms.pop(name, None)
            case _:
                pass
        if kiosk.state != before:
            kiosk.since_s = at_s
        return Told(kiosk.id, kind, name, body)


def _body(payload: bytes, rest: str) -> Body | None:
    """Return what a payload says; None for rubbish. An alarm that is empty is over."""
    if rest == "avail":
        word = payload.decode(errors="replace")
        return {"avail": word} if word in {"online", "offline"} else None
    if not payload:
        return {} if rest.startswith("alarm/") else None
    try:
        value: Any = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return cast("Body", value) if isinstance(value, dict) else None
