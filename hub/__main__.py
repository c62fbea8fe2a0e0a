"""`python -m hub`: introduces the command line to the parts that do the work.

Not responsible for any of that work. Options: `hub/command_line.py`.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from cryptography import x509

from hub import log, town_hall
from hub.centre import operator_command
from hub.centre.app import openapi
from hub.centre.keys import KeysError
from hub.centre.records import place_of_records
from hub.clock import utc_now
from hub.command_line import parser
from hub.desk import command as desks
from hub.forgery.command import detect
from hub.inquiry.command import restore
from hub.issued import write_issued
from hub.jpki.authority import KINDS
from hub.jpki.register import Register
from hub.ledger import command as accounts
from hub.municipality.citizens import CITIZENS
from hub.municipality.interface import Municipality
from hub.municipality.setup import initialise_all, open_all
from hub.report import command as reports
from hub.scramble.key import PanelKeyError
from hub.serve import serve, serve_centre, serve_inquiry, serve_jpki, serve_municipality
from hub.settings import Settings, SettingsError, load, validated
from hub.setup.data_directory import Plan, initialise
from hub.signed_code.page import page_with
from hub.signed_code.verdict import centre_keys, verified

EXIT_REFUSED = 1
EXIT_CONFIGURATION = 78


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
    except (SettingsError, KeysError, PanelKeyError) as error:
        print(f"hub: {error}", file=sys.stderr)
        return EXIT_CONFIGURATION
    except (OSError, ValueError, KeyError) as error:
        print(f"hub {options.command}: {error}", file=sys.stderr)
        return EXIT_REFUSED


def _init(options: argparse.Namespace) -> int:
    opens, _, closes = options.municipality_hours.partition("-")
    settings = validated(
        "command line",
        {
            "port": options.port,
            "ocsp_port": options.ocsp_port,
            "always_open": options.always_open,
            "municipality_opens": opens,
            "municipality_closes": closes,
        },
    )
    plan = Plan(options.data, options.kiosk, settings, CITIZENS, initialise_all)
    initialise(plan, utc_now, print)
    print(f"ready. Next: python -m hub serve --data {options.data}")
    return 0


def _serve(options: argparse.Namespace) -> int:
    settings = load(options.data / "hub.toml")
    given = {"port": options.port, "ocsp_port": options.ocsp_port}
    settings = replace(settings, **{name: value for name, value in given.items() if value is not None})
    log.configure()
    asyncio.run(serve(options.data, settings, _open))
    return 0


def _centre(options: argparse.Namespace) -> int:
    settings = _with_port(options, "port")
    if options.shared and not settings.database.startswith("postgresql"):
        raise SettingsError("several centre processes share a PostgreSQL database: set `database` in hub.toml")
    log.configure()
    asyncio.run(serve_centre(options.data, settings, shared=options.shared))
    return 0


def _municipality(options: argparse.Namespace) -> int:
    log.configure()
    asyncio.run(serve_municipality(options.data, _with_port(options, "issuing_port"), _open))
    return 0


def _jpki(options: argparse.Namespace) -> int:
    log.configure()
    asyncio.run(serve_jpki(options.data, _with_port(options, "ocsp_port")))
    return 0


def _inquiry(options: argparse.Namespace) -> int:
    log.configure()
    asyncio.run(serve_inquiry(options.data, _with_port(options, "inquiry_port")))
    return 0


def _with_port(options: argparse.Namespace, name: str) -> Settings:
    settings = load(options.data / "hub.toml")
    return settings if options.port is None else validated("command line", asdict(settings) | {name: options.port})


async def _open(data: Path, settings: Settings) -> Sequence[Municipality]:
    hours = (settings.municipality_opens, settings.municipality_closes)
    shared = settings.issuing_shared_workers
    return await open_all(data, always_open=settings.always_open, hours=hours, shared_by_all=shared)


def _revoke(options: argparse.Namespace) -> int:
    card = options.data / "citizens" / options.citizen
    if not (card / "card.json").is_file():
        known = ", ".join(sorted(each.name for each in (options.data / "citizens").glob("*/")))
        raise ValueError(f"no citizen `{options.citizen}` in {options.data}; there are: {known or 'none'}")
    register = Register(options.data / "jpki.sqlite")
    try:
        for kind in KINDS:
            certificate = x509.load_der_x509_certificate((card / f"{kind}_cert.der").read_bytes())
            done = register.revoke(kind, certificate.serial_number, utc_now())
            print(f"{options.citizen}: {kind} certificate {'revoked' if done else 'was revoked before'}")
    finally:
        register.close()
    return 0


def _issued(options: argparse.Namespace) -> int:
    _require_records(options.data)
    print(json.dumps(write_issued(options.data, options.document, options.out), indent=2))
    return 0


def _detect(options: argparse.Namespace) -> int:
    _require_records(options.data)
    told = detect(options.data, options.scan, options.dpi)
    print(json.dumps(told, indent=2))
    return 0 if told["verdict"] == "original" else EXIT_REFUSED


def _restore(options: argparse.Namespace) -> int:
    told = restore(options.data, options.scan, options.out, options.page)
    print(json.dumps(told, indent=2))
    return 0 if told["verdict"] == "genuine" else EXIT_REFUSED


def _verify(options: argparse.Namespace) -> int:
    told = verified(options.code, centre_keys(options.data / "pki"), tuple(options.front))
    print(json.dumps(told, indent=2))
    return 0 if told["verdict"] == "genuine" else EXIT_REFUSED


def _verify_page(options: argparse.Namespace) -> int:
    options.out.write_text(page_with(centre_keys(options.data / "pki")), encoding="utf-8")
    print(f"wrote {options.out}")
    return 0


def _openapi(_options: argparse.Namespace) -> int:
    print(json.dumps(openapi(), ensure_ascii=False, indent=1))
    return 0


def _require_records(data: Path) -> None:
    place = place_of_records(data)
    if isinstance(place, Path) and not place.is_file():
        raise ValueError(f"{place} is missing: run `python -m hub init --data {data}` first")


_COMMANDS = {
    "init": _init,
    "serve": _serve,
    "centre": _centre,
    "municipality": _municipality,
    "jpki": _jpki,
    "inquiry": _inquiry,
    "revoke": _revoke,
    "issued": _issued,
    "detect": _detect,
    "restore": _restore,
    "verify": _verify,
    "verify-page": _verify_page,
    "openapi": _openapi,
    **operator_command.COMMANDS,
    **accounts.COMMANDS,
    **reports.COMMANDS,
    **desks.COMMANDS,
    **town_hall.COMMANDS,
}


if __name__ == "__main__":
    sys.exit(main())
