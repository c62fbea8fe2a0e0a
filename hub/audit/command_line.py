"""The command line of received audit logs: words and options only; the work is done in `command.py`."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any


def add_audit(commands: Any, with_data: Callable[[argparse.ArgumentParser], argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    audit = with_data(commands.add_parser("audit", help="tell whether the kiosks' audit logs are whole"))
    audit.description = "Audit: the received logs, where each stands, and every cut, change or fork; 1 if any."
    audit.add_argument("--kiosk", metavar="ID", help="one kiosk instead of all")
    audit.add_argument("--out", type=Path, metavar="FILE", help="write the kiosk's newest log here; with --kiosk")
