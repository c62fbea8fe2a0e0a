"""Replays a recording through the machine: the same events at the same times must give the same phases and commands.

Not responsible for what is recorded (`recording.py`) nor for how a replay is shown (`roles/replay.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.app.kiosk import lines
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.machine import step
from firmware.app.kiosk.notation import decode, encode
from firmware.app.kiosk.state import Kiosk, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware.app.kiosk.lines import Body


@dataclass(frozen=True, slots=True)
class Began:
    """A recording begins at this line: the kiosk started, or a new file was begun. `at_s` is Unix time."""

    line: int
    at_s: float
    version: str
    kiosk: Kiosk


@dataclass(frozen=True, slots=True)
class Stepped:
    """One event: what the machine makes of it now, and in which words that differs from what was recorded, if it does.

    `now` is the machine's own time (monotonic seconds), `at_s` Unix time.
    """

    line: int
    now: float
    at_s: float
    event: v.Event
    before: Kiosk
    after: Kiosk
    commands: tuple[v.Command, ...]
    differs: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line is damaged, or of another version; the replay goes on where the next recording begins."""

    line: int
    why: str


Seen = Began | Stepped | Unreadable


def replayed(content: bytes) -> Iterator[Seen]:
    """Give what is in a recording, in order; after a difference, the rest up to the next beginning is left out."""
    kiosk: Kiosk | None = None
    limits, offset_s = Limits(), 0.0
    for number, line in enumerate(content.splitlines(keepends=True), start=1):
        try:
            body = lines.decode(line)
            if "limits" in body:
                began = Began(number, float(body["at_s"]), str(body["version"]), decode(body["kiosk"], Kiosk))
                limits, offset_s, kiosk = decode(body["limits"], Limits), began.at_s - float(body["now"]), began.kiosk
                yield began
            elif kiosk is not None:
                stepped = _stepped(number, body, kiosk, limits, offset_s)
                kiosk = None if stepped.differs else stepped.after
                yield stepped
        except (ValueError, KeyError, TypeError) as error:
            kiosk = None
            yield Unreadable(number, str(error))


def _stepped(number: int, body: Body, kiosk: Kiosk, limits: Limits, offset_s: float) -> Stepped:
    event: v.Event = decode(body["event"], v.Event)
    now = float(body["now"])
    after, commands = step(kiosk, event, now, limits)
    differs = ""
    if encode(commands) != body["commands"]:
        recorded = [str(each.get("is")) for each in body["commands"]]
        differs = f"recorded commands: {_told(body['commands'])}" if recorded else "recorded: no commands"
    elif encode(after.phase) != body["phase"]:
        differs = f"recorded phase: {_told([body['phase']])}"
    return Stepped(number, now, now + offset_s, event, kiosk, after, commands, differs)


def _told(recorded: list[Body]) -> str:
    """Return recorded dataclasses as text."""
    said: list[str] = []
    for each in recorded:
        inside = ", ".join(f"{name} {value}" for name, value in each.items() if name != "is")
        said.append(f"{each.get('is')}({inside})")
    return "; ".join(said)
