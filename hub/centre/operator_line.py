"""The command line of the centre's operators: words and options only; the work is done in `operator_command.py`."""

import argparse
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hub.centre.hours import TOKYO

WithData = Callable[[argparse.ArgumentParser], argparse.ArgumentParser]
EVERYWHERE = "*"


def add_operator(commands: Any, with_data: WithData) -> None:
    """Add the commands to the parser."""
    resume = with_data(commands.add_parser("resume", help="lift a stop that a mismatch has set"))
    resume.add_argument("--subject", required=True, help="402231/resident_record, or a kiosk like kiosk-0001")
    _decided(resume)
    notice = with_data(commands.add_parser("notice", help="list, give or withdraw notices of maintenance"))
    notice.add_argument("--from", dest="begins", type=_tokyo, metavar="TIME", help="2026-12-01T21:00, Asia/Tokyo")
    notice.add_argument("--to", dest="ends", type=_tokyo, metavar="TIME", help="first moment of service again")
    notice.add_argument("--municipality", default=EVERYWHERE, metavar="CODE", help="one instead of all")
    notice.add_argument("--ja", metavar="TEXT", help="what the screens say in Japanese")
    notice.add_argument("--en", metavar="TEXT", help="what the screens say in English")
    notice.add_argument("--withdraw", type=int, metavar="N", help="number of a notice to end before its time")
    notice.add_argument("--by", metavar="NAME", help="who decides")
    notice.add_argument("--reason", help="why; kept")
    with_data(commands.add_parser("decisions", help="list what named people decided at the centre, newest first"))


def _decided(command: argparse.ArgumentParser) -> None:
    command.add_argument("--by", required=True, metavar="NAME", help="who decides; kept with the stop")
    command.add_argument("--reason", required=True, help="what was found; kept with the stop")


def _tokyo(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)
