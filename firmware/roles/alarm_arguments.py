"""The arguments of `kiosk clear-alarm`, `operator-key` and `incidents`.

Not responsible for what they do; imports nothing heavy.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.app.kiosk.alarms import ClearReason
from firmware.app.messages import ID

if TYPE_CHECKING:
    import argparse

LONGEST_NOTE = 200


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:  # pyright: ignore[reportPrivateUsage]
    """Add the three commands."""
    text = "clear the alarm that is on, with an operator's key and a reason; both go on record"
    clear = commands.add_parser("clear-alarm", help=text, description=text[0].upper() + text[1:] + ".")
    _add_config(clear)
    clear.add_argument("--key", type=Path, required=True, metavar="FILE", help="the operator's private key")
    reasons = [str(reason) for reason in ClearReason]
    clear.add_argument("--reason", required=True, choices=reasons, metavar="REASON", help=", ".join(reasons))
    clear.add_argument("--note", type=_note, default="", metavar="TEXT", help="to whom, for a hand-over to the police")
    over = "one that is over, to put on record what became of the thing; otherwise the one that is on"
    clear.add_argument("--alarm", type=_id, metavar="ID", help=over)
    text = "make a key for an operator who may clear alarms"
    key = commands.add_parser("operator-key", help=text, description=text[0].upper() + text[1:] + ".")
    key.add_argument("--out", type=Path, required=True, metavar="FILE", help="the private key; kept by the operator")
    key.add_argument("--name", type=_name, default="office", metavar="NAME", help="of the operator (default: office)")
    text = "the record of things left behind: who cleared an alarm, when and why"
    incidents = commands.add_parser("incidents", help=text, description=text[0].upper() + text[1:] + ".")
    actions = incidents.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="one line each, oldest first")
    listed.add_argument("--json", action="store_true", help="all that is on record, one JSON array a line")
    shown = actions.add_parser("show", help="one of them in full, to be printed")
    shown.add_argument("alarm", metavar="ALARM", help="its id, or the beginning of it")
    for each in (listed, shown):
        _add_config(each)


def _add_config(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config", type=Path, required=True, metavar="FILE", help="configuration (TOML)")


def _note(text: str) -> str:
    if len(text) > LONGEST_NOTE or not text.isprintable():
        raise ValueError
    return text.strip()


def _id(text: str) -> str:
    if not ID.fullmatch(text):
        raise ValueError
    return text


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", text):
        raise ValueError
    return text


# argparse names them in its errors
_note.__name__, _name.__name__, _id.__name__ = f"text of at most {LONGEST_NOTE} characters", "name", "id (32 hex)"
