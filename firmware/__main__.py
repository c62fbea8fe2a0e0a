"""The command line: `kiosk run|doctor|clear-alarm|…`, and the two roles that the kiosk starts itself.

Composition is in `roles/`. Exit status: 78 for a configuration that cannot be used, 74 for a journal that cannot.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from firmware import __version__
from firmware.config import Config, ConfigError, load
from firmware.roles import alarm_arguments, audit_arguments, provision, reconcile_arguments
from firmware.roles.evidence import arguments as evidence


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    match arguments.command:
        case "replay":
            from firmware.roles import replay  # noqa: PLC0415 - each role imports only what it needs

            return replay.run(arguments.file)
        case "operator-key":
            from firmware.roles import operator_key  # noqa: PLC0415

            return operator_key.run(arguments.out, arguments.name)
        case "provision":
            return provision.run(arguments)
        case _:
            pass
    try:
        config = load(arguments.config)
    except ConfigError as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return os.EX_CONFIG
    return _with(config, arguments)


def _with(config: Config, arguments: argparse.Namespace) -> int:
    """Run a command that needs the configuration."""
    match arguments.command:
        case "run":
            from firmware.roles import kiosk  # noqa: PLC0415

            return kiosk.run(config, arguments.config.resolve())
        case "doctor":
            from firmware.roles import doctor  # noqa: PLC0415

            return doctor.run(config, with_strip=arguments.strip)
        case "test-print":
            from firmware.roles import test_print  # noqa: PLC0415

            return test_print.run(config)
        case "renew":
            from firmware.roles import renew  # noqa: PLC0415

            return renew.run(config, now=arguments.now)
        case "test-chart":
            from firmware.roles import test_chart  # noqa: PLC0415

            return test_chart.run(config, arguments.chart)
        case "clerk":
            from firmware.roles import clerk  # noqa: PLC0415

            return clerk.run(config, arguments.home)
        case "recorder":
            from firmware.roles import recorder  # noqa: PLC0415

            return recorder.run(config)
        case _:
            return _of_office(config, arguments)


def _of_office(config: Config, arguments: argparse.Namespace) -> int:
    """Run a command of the office: evidence, alarms, books."""
    match arguments.command:
        case "evidence":
            from firmware.roles.evidence import command  # noqa: PLC0415

            return command.run(config, arguments)
        case "clear-alarm":
            from firmware.roles import clear_alarm  # noqa: PLC0415

            return clear_alarm.run(config, arguments)
        case "incidents":
            from firmware.roles import incidents  # noqa: PLC0415

            return incidents.run(config, arguments)
        case "audit":
            from firmware.roles import audit  # noqa: PLC0415

            return audit.run(config, arguments)
        case _:
            from firmware.roles import reconcile  # noqa: PLC0415

            return reconcile.run(config, arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kiosk", description="Firmware of a kiosk that issues official certificates with a My Number card."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in {
        "run": "serve people: start the kiosk, its clerk and its recorder",
        "doctor": "check each device, the hub, the broker, clock and disk, and say what to do",
        "test-print": "print one strip and say whether the printer confirmed it; not beside a running kiosk",
        "renew": "have certificates issued anew when a third of their time is left; started once a day",
        "test-chart": "print the centre's test chart, from which the back panels' profile is chosen; as test-print",
        "clerk": "(started by run) serve one person",
        "recorder": "(started by run) keep the camera's film",
    }.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("--config", type=Path, required=True, metavar="FILE", help="configuration (TOML)")
        if name == "doctor":
            command.add_argument("--strip", action="store_true", help="print the fitter's check-list as a test strip")
        if name == "renew":
            command.add_argument("--now", action="store_true", help="renew whatever time is left")
        if name == "test-chart":
            command.add_argument("chart", type=Path, metavar="FILE", help="the chart (PBM), from `python -m hub chart`")
        if name == "clerk":
            command.add_argument("--home", required=True, metavar="URL", help="the kiosk's own page")
    text = "list, export, hold and release the camera's clips; show and fix its view"
    evidence.add(commands.add_parser("evidence", help=text, description=text[0].upper() + text[1:] + "."))
    alarm_arguments.add(commands)
    provision.add(commands)
    audit_arguments.add(commands)
    reconcile_arguments.add(commands)
    text = "replay a recording of what happened through the machine; tells the first difference"
    replay = commands.add_parser("replay", help=text, description=text[0].upper() + text[1:] + ".")
    replay.add_argument("file", type=Path, metavar="FILE", help="state_dir/events, or the older state_dir/events.1")
    return parser


if __name__ == "__main__":
    sys.exit(main())
