"""Writes the pages of codes: exit statuses, problem codes of the centre, refused commands; and the doctor's checks.

`python -m tests.docs.tables` writes them; a test compares. Not responsible for what follows from a code.
"""

from __future__ import annotations

import argparse
import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING

from firmware import __main__ as command_line
from firmware.app.clerk.failures import told
from firmware.app.hub_errors import CODES, HubRefused
from firmware.config import load
from firmware.roles import doctor
from hub.web.problem import CATALOGUE
from tests.docs.handbook import NOTE
from tests.docs.protocols import read_asyncapi
from tests.docs.schemas import cell

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "deploy/kiosk.toml"
EXITS = {
    "EX_OK": "All is well: it served until it was told to stop, or did what was asked.",
    "EX_OSERR": "The clerk cannot be kept as secret as `clerk.sandbox` asks: see *clerk's walls* in `kiosk doctor`.",
    "EX_IOERR": "Journal, record or film's folder cannot be read, written or trusted. The kiosk must not serve: keep "
    "a copy of the folder, call the office.",
    "EX_CONFIG": "The configuration cannot be used; the line names key, value and reason. The service manager leaves "
    "it alone until somebody edits it.",
}
REFUSALS = {
    "": "not refused",
    "retained": "a command came as a retained message",
    "unknown-command": "no command has this name",
    "bad-request": "it is not of the form asked for",
    "unknown-key": "its key is not in `operators.keys`",
    "bad-signature": "the signature does not fit",
    "wrong-kiosk": "it is for another kiosk",
    "wrong-command": "topic and text name two commands",
    "wrong-nonce": "it was signed for another conversation",
    "expired": "its time is over, or too far ahead",
    "replayed": "it came before",
    "not-recorded": "it could not be put on record, so it was not carried out",
    "busy": "a person is being served",
    "updating": "an update is under way",
    "printer-not-ready": "the printer cannot print now",
    "not-printed": "the printer did not say that it printed",
    "wrong-alarm": "another alarm is on",
    "already-cleared": "it was cleared before",
    "no-alarm": "no alarm is on",
    "note-missing": "this reason needs a note",
    "too-many": "more than ten commands in ten seconds",
}


def exits_used() -> set[str]:
    """Return the names of the exit statuses that the firmware ends with."""
    found: set[str] = set()
    for path in sorted((ROOT / "firmware").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr.startswith("EX_"):
                found.add(node.attr)
    return found


def codes_page() -> str:
    """Return the page of all codes."""
    parts = [
        "# Exit statuses and error codes\n",
        NOTE,
        "## Exit status of `kiosk`\n",
        (
            "Besides these: 1, the command says on standard error what is not in order; 2, the command line is wrong; "
            "a number above 128, it was killed (137: by the kiosk itself or for want of memory).\n"
        ),
        "| status | name | meaning |\n|---|---|---|",
    ]
    used = sorted(exits_used(), key=lambda each: getattr(os, each))
    parts += [f"| {getattr(os, name)} | `{name}` | {EXITS[name]} |" for name in used]
    parts += [
        "\n## Problem codes of the centre\n",
        (
            "What the centre answers ([hub protocol](hub-protocol.md)), the page that the person then sees "
            "([refusals](../operator/en/refusals.md)) and the cause that the kiosk notes.\n"
        ),
        "| code | HTTP | meaning | page | noted as |\n|---|---|---|---|---|",
    ]
    for code, (status, title) in sorted(CATALOGUE.items()):
        page, cause = told(HubRefused(status, code)) if code in CODES else ("error", "hub")
        parts.append(f"| `{code}` | {status} | {cell(title)} | `{page}` | `{cause}` |")
    parts += ["\n## Refused commands over MQTT\n", "| code | meaning |\n|---|---|"]
    for code in read_asyncapi()["components"]["schemas"]["refusal"]["enum"]:
        parts.append(f"| {f'`{code}`' if code else '(empty)'} | {REFUSALS[code]} |")
    return "\n".join(parts) + "\n"


def doctor_page() -> str:
    """Return the page of the doctor's checks and of all commands."""
    config = load(SAMPLE)
    checks = [*doctor._checks(config, doctor.screen.Occupant.NOBODY), *doctor._exclusive(config)]
    parts = [
        "# kiosk doctor and the other commands\n",
        NOTE,
        "    sudo -u kiosk kiosk doctor --config /etc/kiosk/kiosk.toml\n",
        (
            "One line a check: `ok`, `WARN` or `FAIL`, what was found, and what to do. Exit status 1 while anything "
            "says `FAIL`. It changes nothing; beside a running kiosk it leaves alone what only one process can hold.\n"
        ),
        "| check | if it cannot even be made |\n|---|---|",
    ]
    parts += [f"| {check.name} | {cell(check.remedy)} |" for check in checks]
    parts += ["\n## Commands\n", "| command | what it does |\n|---|---|"]
    for name, text in commands().items():
        parts.append(f"| `kiosk {name}` | {cell(text)} |")
    return "\n".join(parts) + "\n"


def commands() -> dict[str, str]:
    """Return every command of the firmware with its help."""
    parser = command_line._parser()
    (group,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    return {str(each.dest): str(each.help) for each in group._choices_actions}


def pages() -> dict[str, Callable[[], str]]:
    """Return what writes each page, by their path in docs/."""
    return {"reference/codes.md": codes_page, "fitter/doctor.md": doctor_page}
