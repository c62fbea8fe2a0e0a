"""The command line of the accounts: words and options only; the work is done in `command.py`."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

WithData = Callable[[argparse.ArgumentParser], argparse.ArgumentParser]


def add_accounts(commands: Any, with_data: WithData) -> None:
    """Add the commands to the parser."""
    day = with_data(commands.add_parser("reconcile", help="compare orders, ledger, archive and cash box of a day"))
    day.description = "Reconcile: both equations for each kiosk, every difference with cause and remedy; 1 if any."
    _date(day, required=True)
    day.add_argument("--kiosk", metavar="ID", help="one kiosk instead of all")
    day.add_argument("--json", action="store_true", help="as JSON")
    entries = with_data(commands.add_parser("ledger", help="list the entries of the ledger"))
    _date(entries, required=False)
    entries.add_argument("--document", metavar="ID", help="those of one document")
    charge = with_data(commands.add_parser("charge", help="book the yearly charge by population, once"))
    charge.add_argument(
        "--fiscal-year", type=int, required=True, metavar="YYYY", help="2026 is April 2026 to March 2027"
    )
    charge.add_argument("--municipality", metavar="CODE", help="one municipality instead of all in tariffs.toml")
    cash = with_data(commands.add_parser("cash-count", help="record what a person counted in a kiosk's cash box"))
    cash.add_argument("--kiosk", required=True, metavar="ID")
    cash.add_argument("--yen", required=True, type=int, metavar="N", help="all that was in it")
    cash.add_argument("--by", required=True, metavar="NAME", help="who counted")
    _add_settle(with_data(commands.add_parser("settle", help="say what became of an order that the kiosk lost")))
    alarms = with_data(commands.add_parser("alarms", help="keep alarms and faults from the monitoring's messages"))
    alarms.description = (
        "Alarms: reads lines of mosquitto_sub -F '%%U %%t %%p' -t 'kiosk/v1/+/alarm/+' -t 'kiosk/v1/+/state'."
    )
    alarms.add_argument("--from", dest="source", type=Path, metavar="FILE", help="a file instead of standard input")


def _add_settle(settle: argparse.ArgumentParser) -> None:
    settle.add_argument("--document", required=True, metavar="ID")
    settle.add_argument("--state", required=True, choices=("taken", "refunded", "cancelled"))
    settle.add_argument("--by", required=True, metavar="NAME", help="who decides")
    settle.add_argument("--reason", required=True, help="what was found; kept")


def _date(command: argparse.ArgumentParser, *, required: bool) -> None:
    command.add_argument(
        "--date", type=date.fromisoformat, required=required, metavar="YYYY-MM-DD", help="a day in Tokyo"
    )
