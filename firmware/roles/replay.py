"""`kiosk replay FILE`: a recording (`state_dir/events`, `events.1`) through the machine, told event by event.

Exit status 0 when all is as recorded; 1 at the first difference or when a part could not be read.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.orders import Order
from firmware.app.kiosk.replay import Began, Seen, Stepped, Unreadable, replayed
from firmware.app.kiosk.state import Phase, Session
from firmware.app.messages import ID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAILED = 1
_INDENT = " " * 14


def run(path: Path) -> int:
    """Print the replay; returns the exit status."""
    try:
        content = path.read_bytes()
    except OSError as error:
        print(f"kiosk replay: {path}: {error.strerror}. Recordings are events and events.1.", file=sys.stderr)
        return FAILED
    count, failed = 0, False
    for seen in replayed(content):
        print("\n".join(told(seen)))
        count += isinstance(seen, Stepped)
        failed |= isinstance(seen, Unreadable)
        if isinstance(seen, Stepped) and seen.differs:
            return FAILED
    print(f"{count} events replayed; {'a part could not be read' if failed else 'all as recorded'}")
    return FAILED if failed or not count else os.EX_OK


def told(seen: Seen) -> list[str]:
    """Return what was seen as lines of plain words."""
    match seen:
        case Began():
            return [f"{_clock(seen.at_s)}  recording of version {seen.version}: {words(seen.kiosk.phase)}"]
        case Unreadable():
            return [f"line {seen.line}: cannot be read: {seen.why}; going on where the next recording begins"]
        case Stepped():
            return [*_step(seen)]


def _step(seen: Stepped) -> Iterator[str]:
    yield f"{_clock(seen.at_s)}  {words(seen.event)}"
    if seen.after.phase != seen.before.phase:
        yield f"{_INDENT}now {_phase(seen.before.phase, seen.after.phase, seen.now)}"
    yield from (f"{_INDENT}-> {words(command)}" for command in seen.commands)
    if seen.differs:
        yield f"DIFFERENCE at line {seen.line}: the machine now does what stands above;"
        yield seen.differs


def _phase(before: Phase, after: Phase, now: float) -> str:
    """Return the phase with what is new in it; times as seconds from now."""
    said: list[str] = []
    for field in fields(after):
        value = getattr(after, field.name)
        if value == (getattr(before, field.name) if type(after) is type(before) else None):
            continue
        timed = isinstance(value, float)
        said.append(f"{field.name} in {value - now:.1f} s" if timed else f"{field.name} {_value(value)}")
    return _named(type(after).__name__, said)


def words(thing: Any) -> str:
    """Return an event, command or phase in words; ids by their first eight digits, what is empty left out."""
    match thing:
        case v.ClerkSaid(clerk, message):
            return f"clerk {clerk} says: {words(message)}"
        case v.Tell(clerk, message):
            return f"tell clerk {clerk}: {words(message)}"
        case _:
            return _named(str(thing.__class__.__name__), _inside(thing))


def _named(kind: str, inside: list[str]) -> str:
    name = re.sub(r"(?<!^)(?=[A-Z])", " ", kind).lower()
    return f"{name} ({', '.join(inside)})" if inside else name


def _inside(thing: Any) -> list[str]:
    values = ((field.name, getattr(thing, field.name)) for field in fields(thing))
    return [f"{name} {_value(value)}" for name, value in values if value is not None and value != ()]


def _value(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Order():
            return value.document_id[:8]
        case Session():
            return f"{value.session_id[:8]} of clerk {value.spare.clerk}"
        case IntEnum():
            return value.name.lower()
        case str() if ID.fullmatch(value):
            return value[:8]
        case float():
            return f"{value:.3f}"
        case tuple() | frozenset():
            return "+".join(sorted(_value(each) for each in value))  # pyright: ignore[reportUnknownVariableType]
        case _ if is_dataclass(value):
            return f"({', '.join(_inside(value))})"
        case _:
            return str(value)


def _clock(at_s: float) -> str:
    return datetime.fromtimestamp(at_s).astimezone().strftime("%H:%M:%S.%f")[:-3]
