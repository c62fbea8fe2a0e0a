"""Short words for events and commands, as they stand in tables and diagrams."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

from firmware.app.clerk import vocabulary as clerk
from firmware.app.kiosk import vocabulary as kiosk

if TYPE_CHECKING:
    from collections.abc import Iterator

STALE = 0


def _worth(thing: Any) -> Iterator[str]:
    """Yield the fields that decide: enumerations, truth, and absence."""
    for field in fields(thing):
        value = getattr(thing, field.name)
        if isinstance(value, bool):
            yield f"{field.name}" if value else f"not {field.name}"
        elif isinstance(value, Enum) and field.name != "language":
            yield str(value)
        elif field.name == "tries":
            yield "no My Number card" if value is None else f"{min(value, 2)}{'+' if value > 1 else ''} left"


def _named(thing: Any) -> str:
    inside = ", ".join(_worth(thing))
    return f"{type(thing).__name__}({inside})" if inside else type(thing).__name__


@cache
def event_label(event: Any) -> str:
    """Return an event's name with what decides about its meaning."""
    match event:
        case kiosk.ClerkSaid(_, message):
            return f"clerk: {_named(message)}"
        case clerk.Touched(button):
            kind = button.partition(":")[0] + (":…" if ":" in button else "")
            return f"Touched {kind}" if kind else "Touched nothing"
        case _ if getattr(event, "serial", None) == STALE:
            return "any stale result"
        case _:
            return _named(event)


@cache
def command_label(command: Any) -> str:
    """Return a command's name with what decides about its meaning."""
    match command:
        case kiosk.Record(_, state):
            return f"Record({state})"
        case kiosk.Tell(_, message) | clerk.Say(message):
            word = "Tell" if isinstance(command, kiosk.Tell) else "Say"
            return f"{word} {_named(message)}"
        case kiosk.ReturnEscrow(_, outcome):
            return f"ReturnEscrow({outcome})" if outcome else "ReturnEscrow"
        case clerk.CancelTransaction(cause):
            return f"CancelTransaction({cause})"
        case _:
            return _named(command)


@cache
def story_label(event: Any) -> str:
    """Return an event in full, but for what is too long to be read."""
    return str(event)[:100]
