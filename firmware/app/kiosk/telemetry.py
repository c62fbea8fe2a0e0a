"""What dashboards see: the retained states, published on change and once every interval.

Topics and payloads: `docs/reference/mqtt.md`. Not responsible for the connection (`drivers/mqtt.py`). Holds states and
counts; the kiosk process has nothing personal that could get in.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from firmware.app.kiosk.incidents import Incident
    from firmware.app.kiosk.state import Kiosk
    from firmware.app.messages import Clip

from firmware.app.kiosk.outputs import alarms_of, published


class Publisher(Protocol):
    """Keeps the newest payload of each topic at the broker."""

    def publish_state(self, name: str, payload: str) -> None:
        """Publish `kiosk/v1/<id>/<name>`, retained; an empty payload clears it."""
        ...

    def publish_event(self, name: str, payload: str) -> None:
        """Publish `kiosk/v1/<id>/<name>` for those who listen."""
        ...


class Telemetry:
    """Turns the machine's state into retained messages."""

    def __init__(self, publisher: Publisher, interval_s: float, version: str) -> None:
        self._publisher = publisher
        self._interval_s = interval_s
        self._boot_id = secrets.token_hex(8)
        self._sequence = 0
        self._last: dict[str, dict[str, object]] = {}
        self._alarms: frozenset[str] = frozenset()
        self._timer: asyncio.TimerHandle | None = None
        publisher.publish_state("info", json.dumps({"version": version, "boot_id": self._boot_id}))

    def show(self, kiosk: Kiosk, incident: Incident | None) -> None:
        """Publish what changed; `incident` is the alarm that is on record without an end."""
        states = published(kiosk)
        for name, state in states.items():
            if self._last.get(name) != state:
                self._publish(name, state)
        self._last = states
        alarms = alarms_of(kiosk)
        for code in alarms - self._alarms:
            since = {"since": _utc(incident.first.at_s), "alarm_id": incident.first.alarm_id} if incident else {}
            self._publisher.publish_state(f"alarm/{code}", json.dumps(since))
        for code in self._alarms - alarms:
            self._publisher.publish_state(f"alarm/{code}", "")
        self._alarms = alarms
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._interval_s, self._repeat)

    def _repeat(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._interval_s, self._repeat)
        for name, state in self._last.items():
            self._publish(name, state)

    def _publish(self, name: str, state: dict[str, object]) -> None:
        topic = "state" if name == "kiosk" else f"state/{name}"
        self._publisher.publish_state(topic, json.dumps({**state, **self._head()}))

    def filmed(self, clip: Clip) -> None:
        """Publish that a clip of evidence was written, or that there is no film."""
        body = {
            "clip_id": clip.clip_id,
            "mark": clip.mark,
            "subject_id": clip.subject_id,
            "part": clip.part,
            "frames": clip.frames,
        }
        self._publisher.publish_event("event/evidence", json.dumps({**body, **self._head()}))

    def _head(self) -> dict[str, object]:
        self._sequence += 1
        return {"boot_id": self._boot_id, "sequence": self._sequence, "time": _now()}

    def close(self) -> None:
        """Stop repeating."""
        if self._timer:
            self._timer.cancel()


def _now() -> str:
    return _utc(time.time())


def _utc(unix_s: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix_s))
