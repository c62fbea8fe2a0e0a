"""The arguments of `kiosk reconcile`. Not responsible for what it does; imports nothing heavy."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:  # pyright: ignore[reportPrivateUsage]
    """Add the command."""
    text = "compare documents and money of a day: journal, centre and cash box; 1 if anything differs"
    parser = commands.add_parser("reconcile", help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="configuration (TOML)")
    day = "a day in Tokyo (default: today)"
    parser.add_argument("--date", type=date.fromisoformat, metavar="YYYY-MM-DD", help=day)
    counted = "what was in the cash box for that day's orders"
    parser.add_argument("--counted-yen", type=int, metavar="N", help=counted)
    parser.add_argument("--offline", action="store_true", help="do not ask the centre")
    parser.add_argument("--json", action="store_true", help="as JSON")
