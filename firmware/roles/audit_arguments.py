"""The arguments of `kiosk audit`.

Not responsible for what it does; imports nothing heavy.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:  # pyright: ignore[reportPrivateUsage]
    """Add the command."""
    text = "check the log of what this kiosk did for anything cut, changed or moved; copy it out for the hub"
    audit = commands.add_parser("audit", help=text, description=text[0].upper() + text[1:] + ".")
    actions = audit.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, said in {"verify": "check it", "export": "check it and copy it out, whole or not"}.items():
        action = actions.add_parser(name, help=said)
        action.add_argument("--config", type=Path, required=True, metavar="FILE", help="configuration (TOML)")
        head = "the head that an earlier verify or export printed: it must still be in the log"
        action.add_argument("--head", type=_hash, default="", metavar="HEX", help=head)
        if name == "export":
            action.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the copy goes")


def _hash(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: a head has 64 hexadecimal digits")
    return text
