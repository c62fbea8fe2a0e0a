"""Clerks for locust: each person drawn at random, each answer checked in every field.

Run by `tests/load/run.py`, which says where the hub is: LOAD_DATA, LOAD_PORT. An `issue` is from the order to the
opened and checked document, a `visit` from the first connection to the paper taken; one failure named `Swapped` is one
too many.
"""

import json
import os
import random
import time
from pathlib import Path

from locust import User, constant_pacing, events, task

from tests.load.visit import Line, Refused, Swapped, Visit, kiosks, people

DATA = Path(os.environ["LOAD_DATA"])
HERE = {
    "people": people(DATA, int(os.environ.get("LOAD_PEOPLE", "20"))),
    "kiosks": kiosks(DATA, ("127.0.0.1", int(os.environ["LOAD_PORT"]))),
}
CHANCE = random.Random()  # noqa: S311 - whoever comes next; nothing secret
PACE_S = float(os.environ.get("LOAD_PACE_S", "2"))


@events.init.add_listener
def remember(environment, **_: object) -> None:
    """Keep what locust counts in: `quit` does not tell."""
    HERE["environment"] = environment


@events.quit.add_listener
def write_down(**_: object) -> None:
    """Write what was found when the last clerk is done; locust's own files are of before."""
    environment = HERE["environment"]
    rows = {
        name: {"count": entry.num_requests, "p50_ms": _share(entry, 0.5), "p99_ms": _share(entry, 0.99)}
        for (name, _), entry in environment.stats.entries.items()
    }
    failures = {repr(each.error): each.occurrences for each in environment.stats.errors.values()}
    Path(os.environ["LOAD_FOUND"]).write_text(json.dumps({"rows": rows, "failures": failures}))


def _share(entry, share: float) -> float:
    return entry.get_response_time_percentile(share) if entry.num_requests else 0.0


class Clerk(User):
    """One clerk process after the other at one kiosk, a visit each `PACE_S` seconds if the hub keeps up."""

    wait_time = constant_pacing(PACE_S)

    def on_start(self) -> None:
        """Take a kiosk's place."""
        self.kiosk = CHANCE.choice(HERE["kiosks"])
        self.own = Line(self.kiosk.address, self.kiosk.kiosk)
        time.sleep(CHANCE.uniform(0, PACE_S))

    def on_stop(self) -> None:
        """Leave it."""
        self.own.close()

    @task
    def visit(self) -> None:
        """Serve one person."""
        visit = Visit(self.kiosk, CHANCE.choice(HERE["people"]))
        began = time.monotonic()
        error: Exception | None = None
        try:
            visit.issue()
            self._tell("issue", visit.issued_s)
            visit.settle(self.own)
        except (Swapped, Refused, OSError) as found:
            error = found
        self._tell("visit", time.monotonic() - began, error)
        if visit.line.cut:
            self._tell("cut and asked again", 0.0)

    def _tell(self, name: str, took_s: float, error: Exception | None = None) -> None:
        events.request.fire(
            request_type="clerk", name=name, response_time=1000 * took_s, response_length=0, exception=error, context={}
        )
