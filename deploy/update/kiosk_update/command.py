"""The command `kiosk-update`: installs a bundle, restarts into it, and judges the slot after a start. Runs as root.

Not responsible for writing slots and checking signatures: that is RAUC's, which calls back `backend` and `may-install`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk_update import gate, kiosk, trial
from kiosk_update.line import Line
from kiosk_update.slots import Slots, SlotsUnreadableError

if TYPE_CHECKING:
    from collections.abc import Generator

SELECT = Path("/boot/select")
MEMORY = Path("/state/update")
CHOSEN = Path("/proc/device-tree/chosen/bootloader/partition")
BEFORE = MEMORY / "doctor-before.json"
TRYBOOT = "0 tryboot"  # the argument of reboot(2) that the Pi's firmware understands
INSTALL_S = 3600.0


@contextmanager
def _writable() -> Generator[None]:
    subprocess.run(["mount", "-o", "remount,rw", SELECT], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,ro", SELECT], check=True)


def _say(words: str) -> None:
    print(f"kiosk-update: {words}", file=sys.stderr, flush=True)


def backend(slots: Slots, arguments: list[str]) -> int:
    """Answer RAUC; its manual, "Custom Bootloader Backend", lists the questions."""
    match arguments:
        case ["get-primary"]:
            print(slots.primary)
        case ["set-primary", slot]:
            slots.choose(slot)
        case ["get-state", slot]:
            print("good" if slots.is_good(slot) else "bad")
        case ["set-state", slot, "good"]:
            slots.mark_good(slot)
        case ["set-state", slot, "bad"]:
            slots.mark_bad(slot)
        case ["get-current"]:
            print(slots.current)
        case _:
            _say(f"backend: no such question: {' '.join(arguments)}")
            return os.EX_USAGE
    return os.EX_OK


def may_install() -> int:
    """RAUC's handler before anything is written: a status other than 0 stops the installation."""
    if reason := gate.hindrance(kiosk.service()):
        _say(reason)
        return os.EX_TEMPFAIL
    return os.EX_OK


def install(slots: Slots, bundle: str) -> int:
    """Write the other slot; nothing of the running one changes."""
    if slots.on_trial:
        _say("this slot is on trial itself: wait until it is marked good, or start the kiosk again to go back")
        return os.EX_TEMPFAIL
    if (refused := may_install()) != os.EX_OK:
        return refused
    return subprocess.run(["rauc", "install", bundle], check=False, timeout=INSTALL_S).returncode


def restart(slots: Slots) -> int:
    """Start the pending slot on trial, when the kiosk is at rest."""
    if slots.pending is None:
        _say("nothing is installed that waits for a restart")
        return os.EX_USAGE
    if (refused := may_install()) != os.EX_OK:
        return refused
    MEMORY.mkdir(parents=True, exist_ok=True)
    BEFORE.write_text(json.dumps(kiosk.findings()), encoding="utf-8")
    slots.mark_tried()
    return subprocess.run(["systemctl", "reboot", f"--reboot-argument={TRYBOOT}"], check=False).returncode


def judge(slots: Slots) -> int:
    """After a start: settle what became of a trial, and judge the one that runs. Not 0: start again, to go back."""
    try:
        back, on_trial = slots.settle(), slots.on_trial
    except (
        OSError,
        SlotsUnreadableError,
    ) as error:  # no trial can be told: a kiosk that runs is not started again for it
        _say(str(error))
        return os.EX_OK
    if back:
        _say(f"slot {back} did not prove itself; slot {slots.current} runs again")
    if not on_trial:
        return os.EX_OK
    before: dict[str, str] = json.loads(BEFORE.read_text(encoding="utf-8")) if BEFORE.exists() else {}
    _say(f"slot {slots.current} is on trial")
    if not trial.proved(before, trial.Look(kiosk.service, kiosk.page_answers, kiosk.findings), _say):
        _say(f"slot {slots.current} did not prove itself in {trial.LIMIT_S:g} s: going back")
        return os.EX_SOFTWARE
    code = subprocess.run(["rauc", "status", "mark-good"], check=False, timeout=trial.LIMIT_S).returncode
    _say(f"slot {slots.current} is good" if code == 0 else "RAUC did not mark the slot good: going back")
    return code


def show(slots: Slots) -> int:
    """Say how things stand."""
    print(f"runs {slots.current}, default {slots.default}, pending {slots.pending or 'none'}")
    print(f"may install: {gate.hindrance(kiosk.service()) or 'yes'}")
    return os.EX_OK


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="kiosk-update", description="Update this kiosk.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("install", help="write a bundle into the other slot").add_argument("bundle")
    commands.add_parser("restart", help="start what was installed, on trial")
    commands.add_parser("status", help="which slot runs, and whether an update may begin")
    commands.add_parser("judge", help="(run at each start) judge a slot on trial")
    commands.add_parser(
        "listen", help="(started by kiosk-update.socket) do what the kiosk asks for, and say how it goes"
    )
    commands.add_parser("may-install", help="(called by RAUC) whether the kiosk is at rest")
    commands.add_parser("backend", help="(called by RAUC) slots").add_argument("question", nargs="+")
    arguments = parser.parse_args(argv)
    slots = Slots(SELECT, MEMORY, CHOSEN, _writable)
    try:
        return _run(arguments, slots)
    except (OSError, SlotsUnreadableError, subprocess.SubprocessError) as error:
        _say(str(error))
        return os.EX_IOERR


def _run(arguments: argparse.Namespace, slots: Slots) -> int:
    match arguments.command:
        case "install":
            return install(slots, arguments.bundle)
        case "restart":
            return restart(slots)
        case "status":
            return show(slots)
        case "judge":
            return judge(slots)
        case "may-install":
            return may_install()
        case "listen":
            Line(slots, partial(print, flush=True)).serve(sys.stdin)
            return os.EX_OK
        case _:
            return backend(slots, arguments.question)
