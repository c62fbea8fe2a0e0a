"""What a check found, and how a check is carried out: within its time, and never with a traceback.

Not responsible for what is checked.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LIMIT_S = 10.0
_NAME_WIDTH = 18


class Mark(StrEnum):
    """How bad it is. With a `FAIL` the kiosk cannot serve."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check; `remedy` says what to do unless all is well."""

    mark: Mark
    found: str
    remedy: str = ""

    def line(self, name: str) -> str:
        """Return it as one line of text."""
        what_to_do = f" -> {self.remedy}" if self.remedy else ""
        return " ".join(f"{self.mark:<4} {name:<{_NAME_WIDTH}} {self.found}{what_to_do}".splitlines())


class Ended(Exception):
    """Ends a check from within with this finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.found)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Check:
    """A check; `remedy` goes with whatever `ask` raises, and with no answer at all."""

    name: str
    ask: Callable[[], Awaitable[Finding]]
    remedy: str

    async def perform(self, limit_s: float = LIMIT_S) -> Finding:
        """Carry it out; an error, whatever it is, is a finding that shows its class and text."""
        within = asyncio.timeout(limit_s)
        try:
            async with within:
                return await self.ask()
        except Ended as ended:
            return ended.finding
        except Exception as error:  # noqa: BLE001 - nothing is swallowed: it becomes the line that is shown
            if within.expired():
                return fail(f"no result within {limit_s:g} s", self.remedy)
            return fail(f"{type(error).__name__}: {error}".rstrip(": "), self.remedy)


def ok(found: str) -> Finding:
    """Return that all is well."""
    return Finding(Mark.OK, found)


def warn(found: str, remedy: str) -> Finding:
    """Return that something will need somebody soon, or could not be looked at."""
    return Finding(Mark.WARN, found, remedy)


def fail(found: str, remedy: str) -> Finding:
    """Return that the kiosk cannot serve like this."""
    return Finding(Mark.FAIL, found, remedy)
