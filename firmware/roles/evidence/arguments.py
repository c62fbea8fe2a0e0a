"""The arguments of `kiosk evidence`. Not responsible for what the commands do; imports nothing heavy."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.app.messages import Id, MarkKind

if TYPE_CHECKING:
    import argparse

COMMANDS = {
    "list": "the clips on this kiosk",
    "export": "hand clips over: films with the operator's key, or sealed as they are; each is logged",
    "hold": "keep clips whatever their age, as the police asks",
    "release": "let held clips go when their time comes",
    "log": "who was given what, held and released it; checks that nothing was changed",
    "still": "one picture as the recorder sees it, masks black: for the fitter",
    "reference": "take the view that the camera should have; nobody in front, lights on",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the commands below `kiosk evidence`."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        command.add_argument("--config", type=Path, required=True, metavar="FILE", help="configuration (TOML)")
        if name in {"list", "export", "hold"}:
            _add_choice(command)
        if name == "list":
            command.add_argument("--json", action="store_true", help="one JSON object a line")
        if name in {"hold", "release", "export"}:
            command.add_argument("--who", type=_said, required=True, metavar="NAME", help="who asks, for the log")
            command.add_argument("--why", type=_said, required=True, metavar="TEXT", help="for what, for the log")
        if name in {"hold", "release", "export"}:
            command.add_argument("clips", nargs="*", type=Id, metavar="CLIP", help="ids, as `list` shows them")
        if name == "export":
            command.add_argument("--to", type=Path, required=True, metavar="DIR", help="where the files go")
            form = command.add_mutually_exclusive_group(required=True)
            form.add_argument("--key", type=Path, metavar="FILE", help="the operator's private key: export films")
            form.add_argument("--sealed", action="store_true", help="export encrypted, to be opened elsewhere")
            command.add_argument("--unchecked", action="store_true", help="with --sealed: even if damaged or changed")
        if name == "still":
            command.add_argument("--out", type=Path, required=True, metavar="FILE", help="a PNG file to write")


def _add_choice(command: argparse.ArgumentParser) -> None:
    command.add_argument("--from", dest="since", type=_time, metavar="TIME", help="marked then or later (ISO 8601)")
    command.add_argument("--until", type=_time, metavar="TIME", help="marked before then")
    command.add_argument("--subject", type=Id, metavar="ID", help="of this transaction or session")
    command.add_argument("--mark", choices=[str(kind) for kind in MarkKind], help="of this kind only")


def _time(text: str) -> datetime:
    """Read a time; without an offset it is this machine's local time."""
    return datetime.fromisoformat(text).astimezone()


def _said(text: str) -> str:
    """Refuse to leave a log line without its reason."""
    if not text.strip():
        raise ValueError("must not be empty")
    return text.strip()


_time.__name__, _said.__name__ = "time", "text"  # argparse names them in its errors
