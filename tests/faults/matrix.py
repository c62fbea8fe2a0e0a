"""Which runs there are: people with their manners, and for each point of their visit what can break there.

A case is named `scenario/point/fault`, or `scenario/point/fault/point/fault` with a second fault behind the first.
Not responsible for running them (`campaign.py`).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults import promises
from tests.faults.person import Manners
from tests.faults.run import CLOCKS, Broken, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENARIOS: dict[str, Manners] = {
    "pays": Manners(),
    "two copies": Manners(coins=(500,), copies=2),
    "overpays, then pays": Manners(coins=(100, 500, 100, 100, 50)),
    "gives up": Manners(coins=(100, 100, 50), gives_up_at_yen=200),
    "leaves the paper": Manners(leaves_paper_s=90.0),
    "paper void": Manners(leaves_paper_s=480.0),
    "leaves the card": Manners(leaves_card_s=150.0),
    "cover opened": Manners(opens_cover=True),
    "late coin": Manners(late_coin=True),
    "coin jammed": Manners(jams=1),
    "centre away": Manners(hub_away_when_paid_s=40.0),
}
TEARS = ("power:half", "power:zeros")
BOOKS = ("journal", "incidents", "printer-lent", "escrow-return", "audit")
DISK = ("disk full", "disk error", "read-only")
LINE = ("line 8 s", "line 25 min")


@dataclass(frozen=True)
class Case:
    """One run."""

    scenario: str
    faults: tuple[tuple[int, str], ...]
    stage: str

    @property
    def name(self) -> str:
        """The case in one line."""
        return "/".join([self.scenario, *(f"{number}/{kind}" for number, kind in self.faults)])


@dataclass(frozen=True)
class Result:
    """What came of a case: an outcome, or how a promise was broken."""

    case: str
    fault: str
    stage: str
    outcome: str
    broken: str = ""


STAGES = (
    ("person: start", "dialogue"),
    ("clerk: PlaceOrder", "issuing"),
    ("clerk: says DocumentHeld", "paying"),
    ("coins: accept off", "lending"),
    ("kiosk: Tell Print", "printing"),
    ("clerk: PrintDocument done", "receipt"),
    ("clerk: PrintReceipt done", "pickup"),
    ("kiosk: Tell Finish", "ending"),
)


def stages(labels: tuple[str, ...]) -> list[str]:
    """Return the stage of the visit that each point belongs to."""
    found, stage, ahead = [], "start", [*STAGES]
    for label in labels:
        for number, (marker, name) in enumerate(ahead):
            if label == marker:
                stage, ahead = name, ahead[number + 1 :]
                break
        found.append(stage)
    return found


@cache
def points_of(scenario: str) -> tuple[str, ...]:
    """Return the points of an undisturbed visit."""
    return tuple(run_of(Case(scenario, (), ""))[1])


def run_of(case: Case) -> tuple[Result, list[str], list[str]]:
    """Run a case; returns its result, its points and its story."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        state = Path(folder) / "state"
        state.mkdir()
        run = Run(state, replace(SCENARIOS[case.scenario]), dict(case.faults))
        broken = ""
        outcome = "VIOLATION"
        try:
            run.go()
            outcome = promises.check(run)
        except Broken as error:
            broken = str(error)
        kind = " + ".join(kind for _, kind in case.faults) or "none"
        return Result(case.name, kind, case.stage, outcome, broken), run.points.labels, run.story


WHERE: dict[str, tuple[str, ...]] = {  # the points at which these faults are not like at their neighbours
    "kill": ("",),
    "power:all": ("",),
    "clerk": ("clerk", "hub", "kiosk", "sheet", "receipt", "gate", "coin of"),
    "printer": ("printer", "sheet", "receipt", "kiosk", "gate", "tray"),
    **dict.fromkeys(LINE, ("hub", "kiosk", "coin", "gate", "clerk: P")),
    **dict.fromkeys(("answer lost", "repeated"), ("hub",)),
    **dict.fromkeys((*TEARS, *DISK), BOOKS),
    **dict.fromkeys(CLOCKS, ("person: start", "journal", "coin of", "gate")),
    "kill+printed": ("sheet", "receipt"),
}
AT_START = {"kill", "power:all", *TEARS, *DISK, "answer lost", "repeated"}


def kinds_at(label: str, *, in_visit: bool) -> Iterator[str]:
    """Yield what can break at a point: the power everywhere, the rest where it matters."""
    yield "power:nothing"
    if label.startswith("events"):  # written beside, and nothing waits for it
        return
    for kind, labels in WHERE.items():
        if label.startswith(labels) and (in_visit or kind in AT_START):
            yield kind


def cases(scenario: str) -> Iterator[Case]:
    """Yield every single fault of a scenario."""
    labels = points_of(scenario)
    start, stage = labels.index("person: start"), stages(labels)
    for number, label in enumerate(labels):
        for kind in kinds_at(label, in_visit=number >= start):
            yield Case(scenario, ((number, kind),), stage[number])


def at(scenario: str, label: str, kind: str, *, nth: int = 0) -> Case:
    """Return the case in which something breaks at the `nth` point of this label."""
    labels = points_of(scenario)
    number = [n for n, each in enumerate(labels) if each == label][nth]
    return Case(scenario, ((number, kind),), stages(labels)[number])


def doubles(scenario: str, step: int = 5) -> Iterator[Case]:
    """Yield a second cut at each point of the recovery from a first one, for every `step`th first one."""
    labels = points_of(scenario)
    begin, stage = labels.index("person: start"), stages(labels)
    for number in range(begin, len(labels), step):
        if labels[number].startswith("events"):
            continue
        for kind, again in (("power:nothing", "power:all"), ("kill", "power:nothing")):
            for behind in range(1, 40, 3):
                second = number + behind
                yield Case(scenario, ((number, kind), (second, again)), stage[number])
