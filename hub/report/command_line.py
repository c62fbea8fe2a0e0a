"""The command line of the reports: words and options only; the work is done in `command.py`."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from hub.kiosk_id import KIOSK_ID
from hub.report.recovery import COPIES_A_HOLDER_ASSUMED

WithData = Callable[[argparse.ArgumentParser], argparse.ArgumentParser]
_EARLIEST = 2016


def add_reports(commands: Any, with_data: WithData) -> None:
    """Add the commands to the parser."""
    report = with_data(commands.add_parser("report", help="counts and stops; with --municipality the yearly review"))
    report.description = "Report: counts of all documents, or a municipality's yearly review for its council."
    report.add_argument("--municipality", metavar="CODE", help="six digits: the yearly review of this municipality")
    report.add_argument("--fiscal-year", type=_year, metavar="YYYY", help="2026 is April 2026 to March 2027")
    report.add_argument("--json", action="store_true", help="print JSON instead of text")
    report.add_argument("--pdf", type=Path, metavar="FILE", help="write the review with charts, too")
    report.add_argument(
        "--copies-a-holder",
        type=float,
        default=COPIES_A_HOLDER_ASSUMED,
        metavar="N",
        help="certificates of a card's holder a year, for the second line (%(default)s)",
    )
    report.add_argument(
        "--incidents",
        type=_incidents,
        nargs="+",
        default=[],
        metavar="KIOSK=FILE",
        help="copies of kiosks' own records of things left behind (state_dir/incidents)",
    )
    with_data(commands.add_parser("orders", help="list all orders and their states"))
    history = with_data(commands.add_parser("history", help="invent a year of orders in records without any: a test"))
    history.add_argument("--municipality", default="402231", metavar="CODE", help="six digits (%(default)s)")
    history.add_argument("--fiscal-year", type=_year, required=True, metavar="YYYY")
    history.add_argument("--documents", type=int, default=5000, metavar="N", help="how many (%(default)s)")
    history.add_argument(
        "--seed", type=int, default=1, metavar="N", help="the same number, the same year (%(default)s)"
    )


def _year(text: str) -> int:
    year = int(text)
    if not _EARLIEST <= year <= date.max.year - 1:
        raise argparse.ArgumentTypeError(f"{text} is no fiscal year from {_EARLIEST} on")
    return year


def _incidents(text: str) -> tuple[str, Path]:
    kiosk_id, _, file = text.partition("=")
    if not KIOSK_ID.fullmatch(kiosk_id) or not file:
        raise argparse.ArgumentTypeError(f"`{text}`: write KIOSK=FILE, such as kiosk-0001=/tmp/incidents")
    return kiosk_id, Path(file)
