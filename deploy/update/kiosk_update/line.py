"""The line between the kiosk and its updates: a socket of the service manager that only the kiosk may open.

The kiosk's process may write nothing of the system and names a bundle here; this end, as root, has the command
`kiosk-update` do it and tells how it goes, a line each. Words: README.md. Not responsible for whether an update may
begin (`gate.py`), nor for who asked for it: the kiosk has checked an operator's signature.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from kiosk_update.slots import other

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kiosk_update.slots import Slots

PROGRAM = "kiosk-update"
LOOK_S = 2.0
LONGEST = 1000  # characters of a request
ADDRESS = re.compile(r"(https?://[!-~]+|/[!-~]+)\.raucb")
PERCENT = re.compile(r"\s*(\d{1,3})% ")


class Line:
    """Answers what comes in `asked`, line by line, by `answer`; one end of it may be gone at any time."""

    def __init__(self, slots: Slots, answer: Callable[[str], None], wait: Callable[[float], None] = time.sleep) -> None:
        self._slots = slots
        self._to_kiosk = answer
        self._wait = wait

    def serve(self, asked: Iterable[str]) -> None:
        """Answer until the kiosk closes."""
        for line in asked:
            match line.strip().split(" "):
                case ["install", address] if ADDRESS.fullmatch(address) and len(address) <= LONGEST:
                    self._run(["install", address], "installed")
                case ["restart"]:
                    self._run(["restart"], "restarting")
                case ["outcome"]:
                    self._answer(self._outcome())
                case _:
                    self._answer("failed not a request of this line, or no address of a bundle")

    def _outcome(self) -> str:
        """Return what became of the trial that the last restart began; waits for the judge (`command.py`)."""
        while self._slots.on_trial:
            self._wait(LOOK_S)
        second = other(self._slots.current)
        if self._slots.pending == second:  # not tried; or the judge has not come to it yet
            return "returned" if self._slots.tried else "failed it is installed, but was not restarted into"
        return "good" if self._slots.is_good(second) else "returned"

    def _run(self, words: list[str], done: str) -> None:
        last = ""
        with subprocess.Popen(
            [PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            for said in process.stdout or ():
                if found := PERCENT.match(said):
                    self._answer(f"percent {found[1]}")
                last = said.strip() or last
        match process.returncode:
            case 0:
                self._answer(done)
            case os.EX_TEMPFAIL:
                self._answer(f"refused {last}")
            case code:
                self._answer(f"failed {last or f'exit status {code}'}")

    def _answer(self, words: str) -> None:
        with suppress(BrokenPipeError):  # the kiosk has gone: what was begun goes on
            self._to_kiosk(words[:LONGEST])
