"""The command line of a municipality's office: the record of changes, registrations for use, and people for load tests.

Words and options only; the work is done in `town_hall.py`.
"""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

WithData = Callable[[argparse.ArgumentParser], argparse.ArgumentParser]


def add_town_hall(commands: Any, with_data: WithData) -> None:
    """Add the office's commands to the parser."""
    changes = _of_town(with_data(commands.add_parser("changes", help="print a municipality's dated record of changes")))
    changes.add_argument("--out", type=Path, metavar="FILE.pdf", help="write it as a PDF for the council instead")
    change = _of_town(with_data(commands.add_parser("change", help="enter a dated change of types, fees, hours ...")))
    change.add_argument("--on", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD", help="first day")
    change.add_argument("--by", required=True, metavar="NAME", help="who enters it")
    change.add_argument("--reason", required=True, help="why, for the council")
    change.add_argument(
        "sets",
        nargs="+",
        metavar="NAME=JSON",
        help="such as opens='\"08:00\"' or type:income_tax='{\"fee_yen\": 300}'",
    )
    asked = _of_town(
        with_data(commands.add_parser("registrations", help="list, approve, reject registrations for use"))
    )
    asked.add_argument("--number", metavar="N", help="the request to decide on; without it the open ones are listed")
    asked.add_argument("--approve", metavar="PERSON", help="id of the person of the family register")
    asked.add_argument("--reject", metavar="REASON", help="not_found, not_confirmed or incomplete")
    asked.add_argument("--by", metavar="NAME", help="who decides")
    people = with_data(commands.add_parser("populate", help="make municipalities with plausible residents, for load"))
    people.add_argument("--municipalities", type=int, default=1, metavar="N", help="how many (%(default)s)")
    people.add_argument("--residents", type=int, default=1000, metavar="M", help="about how many in each (%(default)s)")
    people.add_argument("--cards", type=int, default=100, metavar="K", help="cards in each, at most M (%(default)s)")


def _of_town(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--municipality", default="402231", metavar="CODE", help="six digits (%(default)s)")
    return command
