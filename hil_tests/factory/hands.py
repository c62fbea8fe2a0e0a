"""Who does what the factory test asks for: a person who reads it, or the simulated bench.

Not responsible for judging what the kiosk then sees (`phases.py`).
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any, Protocol

ANSWER_S = 60.0


class HandsRefused(Exception):
    """The thing asked for was not done; the text says why."""


class Hands(Protocol):
    """Does things to the kiosk, and hears it."""

    def do(self, told: str, verb: str, **arguments: Any) -> None:
        """Do it: `told` in words for a person, `verb` for a bench. `HandsRefused`."""
        ...

    def heard_hz(self) -> float:
        """Return the buzzer's frequency now in hertz, 0 for silence."""
        ...


class PersonHands:
    """A person at the kiosk, on a terminal. `nominal_hz` is what the buzzer should sound at."""

    def __init__(self, nominal_hz: float) -> None:
        self._nominal_hz = nominal_hz

    def do(self, told: str, verb: str, **arguments: Any) -> None:  # noqa: ARG002 - a person is told in words
        """Ask for it; an answer other than Enter is the reason why it was not done."""
        if reason := input(f"{told}, then press Enter (or type why it cannot be done): ").strip():
            raise HandsRefused(reason)

    def heard_hz(self) -> float:
        """Ask for the frequency, as a tuner on a telephone shows it; Enter where nothing is heard."""
        while True:
            said = input(f"Frequency on the tuner in Hz (about {self._nominal_hz:g}), Enter for silence: ").strip()
            try:
                return float(said.lower().removesuffix("hz").replace(",", "") or 0)
            except ValueError:
                print(f"{said!r} is no frequency. Type the number only, such as {self._nominal_hz:g}.")


class BenchHands:
    """The simulated bench behind its socket (docs/reference/simulated-hardware.md, "Bench socket")."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def do(self, told: str, verb: str, **arguments: Any) -> None:
        """Carry out the verb."""
        self._ask(told, {"verb": verb, **arguments})

    def heard_hz(self) -> float:
        """Return what the bench hears."""
        return float(self._ask("listening", {"verb": "buzzer"})["hz"])

    def _ask(self, told: str, request: dict[str, Any]) -> Any:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_S)
            line.connect(str(self._path))
            line.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(line.makefile().readline())
        if not answer["ok"]:
            raise HandsRefused(f"{told}: {answer['error']}")
        return answer["value"]
