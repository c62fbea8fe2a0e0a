"""`kiosk provision`: makes a new kiosk's keys and has the hub give it certificates, once, with a token.

Run as root it gives the files to the user `kiosk`. Needs no configuration: there is none yet. Not responsible for that
(`kiosk doctor` tells what is missing).
"""

from __future__ import annotations

import os
import pwd
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

USER = "kiosk"
FILES = ("kiosk.key", "clerk.key", "kiosk.pem", "clerk.pem", "tls-ca.pem", "root.pub.pem")


def add(commands: Any) -> None:
    """Add the command to the command line's parser."""
    text = "make this kiosk's keys and get its certificates from the hub, with a token"
    command = commands.add_parser("provision", help=text, description=text[0].upper() + text[1:] + ".")
    command.add_argument("--hub", required=True, metavar="URL", help="the hub's address for new kiosks")
    command.add_argument("--token", required=True, help="as `python -m hub.enrolment token` printed it")
    out = Path("/etc/kiosk/pki")
    command.add_argument("--out", type=Path, default=out, metavar="DIR", help=f"where the files go ({out})")


def run(arguments: argparse.Namespace) -> int:
    """Provision; returns the exit status."""
    from firmware.app.provision.enrolment import NotEnrolled, enrol, read_token  # noqa: PLC0415 - only this role
    from firmware.app.provision.identity import IdentityError  # noqa: PLC0415

    folder: Path = arguments.out
    try:
        token = read_token(arguments.token)
        folder.mkdir(parents=True, exist_ok=True)
        enrol(arguments.hub, token, folder)
        _give(folder)
    except (NotEnrolled, IdentityError, OSError) as error:
        print(f"kiosk provision: {error}", file=sys.stderr)
        return 1
    print(
        f"{token.kiosk_id}: keys and certificates are in {folder}. Next: set kiosk.id in kiosk.toml, then kiosk doctor."
    )
    return os.EX_OK


def _give(folder: Path) -> None:
    if os.getuid() == 0 and any(entry.pw_name == USER for entry in pwd.getpwall()):
        for name in FILES:
            shutil.chown(folder / name, USER, USER)
