"""What dashboards see: the retained states, published on change and once every interval, and events as they happen.

Topics and payloads: `docs/reference/mqtt.md`. Not responsible for the connection (`drivers/mqtt.py`) nor for events
getting through (`deliveries.py`). Holds states and counts; the kiosk process has nothing personal that could get in.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import time
from typing import TYPE_CHECKING, Protocol

from firmware.app.kiosk.outbox import Fresh
from firmware.app.kiosk.outputs import alarms_of, published

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from firmware.app.kiosk.incidents import Incident
    from firmware.app.kiosk.lines import Body
    from firmware.app.kiosk.state import Kiosk
    from firmware.app.messages import Clip

States = dict[str, dict[str, object]]


class Publisher(Protocol):
    """Keeps the newest payload of each topic at the broker."""

    def publish_state(self, name: str, payload: str, *, repeated: bool = False) -> None:
        """Publish `kiosk/v1/<id>/<name>`, retained; an empty payload clears it. `repeated`: nothing in it is new."""
        ...


class Head:
    """What every message begins or ends with: which start of the kiosk, its number within that, and the time."""

    def __init__(self) -> None:
        self.boot_id = secrets.token_hex(8)
        self._numbers = itertools.count(1)

    def __call__(self, unix_s: float | None = None) -> dict[str, object]:
        """Return the next head; from any thread."""
        at = utc(time.time() if unix_s is None else unix_s)
        return {"boot_id": self.boot_id, "sequence": next(self._numbers), "time": at}

    def event(self, kind: str, body: Mapping[str, object], unix_s: float | None = None) -> Fresh:
        """Return an event with an id of its own."""
        return Fresh(kind, json.dumps({"event_id": secrets.token_hex(16), **body, **self(unix_s)}))

    def order_event(self, line: Body) -> Fresh:
        """Return the event of a line of the journal: which document came to which state, and nothing of its content."""
        body = {"document_id": str(line["document_id"]), "state": str(line["state"])}
        return self.event("order", body, float(line["at_s"]))

    def alarm_event(self, line: Body) -> Fresh:
        """Return the event of a line of the record of alarms."""
        body = {"alarm_id": str(line["alarm_id"]), "thing": str(line["thing"]), "noted": str(line["noted"])}
        return self.event("alarm", body, float(line["at_s"]))


class Telemetry:
    """Turns the machine's state into retained messages.

    `more` gives states that follow from no step of the machine: counts. `put` takes events; those in `said` are called
    with each new state.
    """

    def __init__(
        self,
        publisher: Publisher,
        interval_s: float,
        head: Head,
        put: Callable[[Fresh], None],
        more: Callable[[], States],
    ) -> None:
        self._publisher = publisher
        self._interval_s = interval_s
        self._head = head
        self._put = put
        self._more = more
        self.said: list[Callable[[str], None]] = []
        self._last: States = {}
        self._alarms: frozenset[str] = frozenset()
        self._timer: asyncio.TimerHandle | None = None

    def introduce(self, info: Mapping[str, object]) -> None:
        """Say which kiosk this is, and that it started."""
        whole = {**info, "boot_id": self._head.boot_id, "started": utc(time.time())}
        self._publisher.publish_state("info", json.dumps(whole))
        self.tell("started", {"version": info.get("version", "")})

    def show(self, kiosk: Kiosk, incident: Incident | None) -> None:
        """Publish what changed; `incident` is the alarm that is on record without an end."""
        states = published(kiosk)
        was, now = self._last.get("kiosk", {}).get("state"), states["kiosk"]["state"]
        self._publish_changes(states)
        if was != now:
            for say in self.said:
                say(str(now))
        if was is not None and was != now:
            self.tell("state_changed", {"from": was, "to": now, "reasons": states["kiosk"]["reasons"]})
        alarms = alarms_of(kiosk)
        for code in alarms - self._alarms:
            since = {"since": utc(incident.first.at_s), "alarm_id": incident.first.alarm_id} if incident else {}
            self._publisher.publish_state(f"alarm/{code}", json.dumps(since))
        for code in self._alarms - alarms:
            self._publisher.publish_state(f"alarm/{code}", "")
        self._alarms = alarms
        if self._timer is None:
            self._publish_changes(self._more())
            self._timer = asyncio.get_running_loop().call_later(self._interval_s, self._repeat)

    def counted(self) -> None:
        """Publish how many orders there are in each state."""
        self._publish_changes({"orders": self._more()["orders"]})

    def filmed(self, clip: Clip) -> None:
        """Tell that a clip of evidence was written, or that there is no film."""
        clip_id, subject_id = str(clip.clip_id), str(clip.subject_id)
        body = {"clip_id": clip_id, "mark": str(clip.mark), "subject_id": subject_id}
        self.tell("evidence", {**body, "part": clip.part, "frames": clip.frames})

    def tell(self, kind: str, body: Mapping[str, object]) -> None:
        """Tell of an event."""
        self._put(self._head.event(kind, body))

    def close(self) -> None:
        """Stop repeating."""
        if self._timer:
            self._timer.cancel()

    def _repeat(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._interval_s, self._repeat)
        more = self._more()
        for name, state in self._last.items():
            newest = more.get(name, state)
            # The kiosk's own state is acknowledged each time, so that a connection that is dead is noticed.
            self._publish(name, newest, repeated=newest == state and name != "kiosk")
        self._last |= more

    def _publish_changes(self, states: States) -> None:
        for name, state in states.items():
            if self._last.get(name) != state:
                self._publish(name, state)
        self._last = {**self._last, **states}

    def _publish(self, name: str, state: dict[str, object], *, repeated: bool = False) -> None:
        topic = "state" if name == "kiosk" else f"state/{name}"
        self._publisher.publish_state(topic, json.dumps({**state, **self._head()}), repeated=repeated)


def utc(unix_s: float) -> str:
    """Return a time as it is published: UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix_s))
