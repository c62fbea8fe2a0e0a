"""`python -m hil_tests.factory`: tests a newly assembled kiosk and writes the signed record. Exit status 0 for a PASS.

    python -m hil_tests.factory test   --config FILE --serial S --key KEY.pem --out RECORD [--bench SOCKET]
    python -m hil_tests.factory verify RECORD --key KEY.pem
    python -m hil_tests.factory rehearse --out FOLDER

The kiosk's service must be stopped: the test holds the devices itself. Not responsible for its phases (`phases.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from firmware.config import ConfigError, load
from hil_tests.factory import record
from hil_tests.factory.hands import BenchHands, PersonHands

EX_CONFIG = 78
FAILED = 1


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        return {"test": _test, "verify": _verify, "rehearse": _rehearse}[arguments.command](arguments)
    except ConfigError as error:
        print(f"factory: {error}", file=sys.stderr)
        return EX_CONFIG
    except (record.RecordUntrusted, OSError) as error:
        print(f"factory: {error}", file=sys.stderr)
        return FAILED


def _test(arguments: argparse.Namespace) -> int:
    key = record.read_key(arguments.key)
    config = load(arguments.config)
    hands = BenchHands(arguments.bench) if arguments.bench else PersonHands(config.buzzer.hz)
    del sys.argv[1:]  # OpenHTF reads options of its own from there, when it is imported
    from hil_tests.factory import station  # noqa: PLC0415 - see above; and verifying needs no pins' library

    devices = station.Devices(config, arguments.config)
    passed = station.run(devices, hands, arguments.card, arguments.serial, key=key, out=arguments.out)
    print(f"{'PASS' if passed else 'FAIL'} {arguments.serial}: {arguments.out}")
    return 0 if passed else FAILED


def _verify(arguments: argparse.Namespace) -> int:
    key = record.read_key(arguments.key).public_key()
    found = record.verified(arguments.record.read_text(encoding="utf-8"), key)
    print(f"{found['outcome']} {found['dut_id']}, {found['metadata']['kiosk_id']}, signed by {record.key_id(key)}")
    return 0 if found["outcome"] == "PASS" else FAILED


def _rehearse(arguments: argparse.Namespace) -> int:
    from hil_tests.factory.rehearsal import rehearse  # noqa: PLC0415 - the simulator is not at every kiosk

    return asyncio.run(rehearse(arguments.out, arguments.serial))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hil_tests.factory", description="Factory test of a kiosk.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    test = commands.add_parser("test", help="test a kiosk whose service is stopped")
    test.add_argument("--config", type=Path, required=True, metavar="FILE", help="kiosk.toml")
    test.add_argument("--serial", required=True, metavar="S", help="the serial number on its plate")
    test.add_argument("--card", default="hanako", metavar="CITIZEN", help="whose test card is at hand")
    test.add_argument("--bench", type=Path, metavar="SOCKET", help="a simulated bench instead of a person's hands")
    test.add_argument("--out", type=Path, required=True, metavar="RECORD", help="where the signed record goes")
    verify = commands.add_parser("verify", help="check a record's signature and tell its outcome")
    verify.add_argument("record", type=Path, metavar="RECORD", help="a signed record")
    rehearse = commands.add_parser("rehearse", help="the test on a simulated kiosk, with a key of its own")
    rehearse.add_argument("--serial", default="K-0000-0000", metavar="S", help="a serial number (K-0000-0000)")
    rehearse.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="takes record.json, factory.pem")
    for each in (test, verify):
        each.add_argument("--key", type=Path, required=True, metavar="PEM", help="the factory's Ed25519 key")
    return parser


if __name__ == "__main__":
    sys.exit(main())
