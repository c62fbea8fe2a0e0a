"""The command line of the fleet: words and options only; the work is done in `command.py`."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from hub.fleet.signing import COMMANDS, REASONS

WithData = Callable[[argparse.ArgumentParser], argparse.ArgumentParser]
BROKER_PORT = 8883
YEARS = "http://127.0.0.1:8429"


def add_fleet(commands: Any, with_data: WithData) -> None:
    """Add the fleet's commands to the parser."""
    command = with_data(commands.add_parser("command", help="sign a command for a kiosk, send it, wait for its answer"))
    command.add_argument("kiosk", metavar="KIOSK", help="such as kiosk-0001")
    command.add_argument("name", choices=COMMANDS, metavar="NAME", help=", ".join(COMMANDS))
    command.add_argument("--key", type=Path, required=True, metavar="FILE", help="the operator's private key (PEM)")
    command.add_argument("--alarm", metavar="ID", help="clear_alarm: which one, as alarm/<code> says")
    command.add_argument("--reason", choices=REASONS, metavar="REASON", help=f"clear_alarm: {', '.join(REASONS)}")
    command.add_argument("--note", default="", metavar="TEXT", help="clear_alarm: to whom, for hand-over-police")
    command.add_argument("--bundle", default="", metavar="FILE", help="start_update: which, such as kiosk-2.raucb")
    command.add_argument("--wait", type=float, default=10.0, metavar="S", help="for the answer (%(default)s s)")
    _add_broker(command)
    buttons = with_data(
        commands.add_parser(
            "home-assistant", help="sign what is pressed in a Home Assistant, and send it to the kiosks"
        )
    )
    buttons.add_argument("--key", type=Path, required=True, metavar="FILE", help="an operator's key of its own (PEM)")
    _add_broker(buttons)
    history = with_data(commands.add_parser("fleet-history", help="events that kiosks told, or how many there were"))
    history.add_argument("--kiosk", metavar="ID", help="of this kiosk alone")
    history.add_argument("--kind", metavar="KIND", help="such as command, alarm, order, state_changed")
    history.add_argument("--most", type=int, default=100, metavar="N", help="the newest so many (%(default)s)")
    history.add_argument("--first", type=date.fromisoformat, metavar="DAY", help="count from this day on (Tokyo)")
    history.add_argument("--after", type=date.fromisoformat, metavar="DAY", help="up to, not with, this day")
    years = commands.add_parser("fleet-figures", help="figures of a year: up, out of service by reason, orders")
    years.add_argument(
        "--first", type=date.fromisoformat, required=True, metavar="DAY", help="from this day on (Tokyo)"
    )
    years.add_argument(
        "--after", type=date.fromisoformat, required=True, metavar="DAY", help="up to, not with, this day"
    )
    years.add_argument("--url", default=YEARS, metavar="URL", help="the engine that keeps them (%(default)s)")
    fleet = with_data(commands.add_parser("fleet", help="serve the fleet's page and its figures for Prometheus"))
    fleet.add_argument("--port", type=int, default=8491, metavar="N", help="port (%(default)s); 0 = any")
    _add_broker(fleet)


def _add_broker(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--broker", default="localhost", metavar="HOST[:PORT],...", help="the broker, or all shards (%(default)s)"
    )
    command.add_argument("--broker-port", type=int, default=BROKER_PORT, metavar="N", help="its port (%(default)s)")
    command.add_argument("--protocol", choices=("5", "3.1.1"), default="5", help="of MQTT (%(default)s)")
