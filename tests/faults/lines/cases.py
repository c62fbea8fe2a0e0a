"""Which line or process, what befalls it, and at which step of a visit: all cases, and the few of the quick part.

A case is named `far end/fault/step`. Not responsible for running them (`run.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults.lines.person import STEPS

SHORTAGES = ("no descriptors", "no memory")
FAULTS = ("drop", "delay", "cut off", "reset", "repeat", "killed")
NO_REPEAT = ("drop", "delay", "cut off", "reset", "killed")  # nothing below a local socket does it


@dataclass(frozen=True)
class Line:
    """One line, or process: who talks over it, at which steps anything does, and where a fault bites."""

    ends: str
    steps: tuple[str, ...]
    faults: tuple[str, ...] = FAULTS
    after: int = 40
    towards: str = "client"


ALL = tuple(STEPS)
LINES = {
    "centre": Line("kiosk and clerk - centre", ALL),
    "municipality": Line("centre - municipality", ("start", "choosing", "issuing")),
    "jpki": Line("centre - JPKI centre", ("reader", "pin")),
    "database": Line("centre - PostgreSQL", ("start", "pin", "issuing", "paying", "pickup"), FAULTS[:-1]),
    "broker": Line("kiosk - broker", ("start", "issuing", "paying", "printing", "pickup")),
    "printer": Line("kiosk and clerk - printer", ("start", "issuing", "paying", "printing", "pickup"), after=0),
    "job": Line("clerk - printer, within the job", ("paying",), FAULTS[:4], after=6000, towards="server"),
    "screen": Line("kiosk and clerk - screen", ALL, FAULTS[:-1]),
    "pcscd": Line("kiosk and clerk - pcscd", ("start", "reader", "pin", "choosing", "printing"), NO_REPEAT),
    "names": Line("kiosk and clerk - name server", ("start", "pin", "issuing", "pickup"), ("mute", "unknown", "slow")),
    "kiosk": Line("the kiosk process", ("start", "issuing", "paying", "printing", "pickup"), SHORTAGES),
    "clerk": Line("the clerk process", ("reader", "pin", "issuing", "paying", "printing"), SHORTAGES),
    "hub": Line("the centre's process", ("start", "pin", "issuing", "pickup"), SHORTAGES),
}
PLACES = {"job": "printer"}  # a line told twice


@dataclass(frozen=True)
class Case:
    """One run."""

    line: str
    fault: str
    step: str

    @property
    def name(self) -> str:
        """The case in one line."""
        return f"{self.line}/{self.fault}/{self.step}"


def everything() -> list[Case]:
    """Return all cases, those on the database last: they need a world of their own."""
    cases = [Case(name, fault, step) for name, line in LINES.items() for fault in line.faults for step in line.steps]
    return sorted(cases, key=lambda case: case.line == "database")


QUICK = tuple(
    Case(*name.split("/"))
    for name in (
        "municipality/reset/issuing",
        "jpki/drop/pin",
        "broker/repeat/paying",
        "job/cut off/paying",
        "printer/drop/printing",
        "pcscd/cut off/pin",
        "pcscd/killed/start",
    )
)
