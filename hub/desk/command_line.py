"""The command line of the desks: words and options only; the work is done in `command.py`."""

import argparse
from collections.abc import Callable
from typing import Any

WithData = Callable[[argparse.ArgumentParser], argparse.ArgumentParser]
CENTRE = "centre"


def add_desks(commands: Any, with_data: WithData) -> None:
    """Add the commands to the parser."""
    desk = with_data(commands.add_parser("desk", help="serve the web pages of the centre's operators or of an office"))
    desk.description = "Desk: pages for named people on 127.0.0.1; from elsewhere: ssh -L 8490:127.0.0.1:8490 HOST."
    _desk(desk)
    desk.add_argument("--port", type=int, default=8490, metavar="N", help="port (%(default)s); 0 = any")
    person = with_data(commands.add_parser("desk-person", help="list, add or remove the people of a desk"))
    _desk(person)
    person.add_argument("--add", metavar="NAME", help="let somebody sit there; prints the token, once")
    person.add_argument("--remove", metavar="NAME", help="take a name off; open sessions end")


def _desk(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--desk", default=CENTRE, metavar="DESK", help="centre, or a municipality's code (%(default)s)"
    )
