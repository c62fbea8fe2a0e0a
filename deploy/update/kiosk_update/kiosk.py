"""The running kiosk, as an update sees it: what it is doing, whether it lives, what its doctor says.

Asked through the service manager (the kiosk says its state there, sd_notify `STATUS=`) and its own commands. Not
responsible for what follows from the answers (`gate.py`, `trial.py`).
"""

from __future__ import annotations

import http.client
import re
import subprocess
from dataclasses import dataclass

UNIT = "kiosk.service"
PAGE_PORT = 8080
COMMAND_S = 60.0
PAGE_S = 5.0
AS_KIOSK = ("setpriv", "--reuid=kiosk", "--regid=kiosk", "--init-groups")
DOCTOR = (*AS_KIOSK, "kiosk", "doctor", "--config", "/etc/kiosk/kiosk.toml")
LINE = re.compile(r"^(OK|WARN|FAIL) +(.+?)  ")


@dataclass(frozen=True, slots=True)
class Service:
    """The kiosk's unit: `says` is the state that the kiosk last told, empty for none."""

    active: bool
    pid: int
    says: str


def service_of(shown: str) -> Service:
    """Return what `systemctl show` printed as `NAME=VALUE` lines."""
    values = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    state = values.get("ActiveState", "")
    return Service(state == "active", int(values.get("MainPID", "0") or 0), values.get("StatusText", ""))


def service() -> Service:
    """Ask the service manager."""
    command = ["systemctl", "show", UNIT, "--property", "ActiveState,MainPID,StatusText"]
    return service_of(subprocess.run(command, capture_output=True, text=True, check=True, timeout=COMMAND_S).stdout)


def page_answers() -> bool:
    """Whether the kiosk serves its screen."""
    connection = http.client.HTTPConnection("127.0.0.1", PAGE_PORT, timeout=PAGE_S)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def findings_of(printed: str) -> dict[str, str]:
    """Return OK, WARN or FAIL for each thing that `kiosk doctor` speaks of."""
    return {found[2].strip(): found[1] for line in printed.splitlines() if (found := LINE.match(line))}


def findings() -> dict[str, str]:
    """Ask the doctor, beside the running kiosk; one that gives no answer in its time finds nothing in order."""
    try:
        done = subprocess.run(DOCTOR, capture_output=True, text=True, check=False, timeout=COMMAND_S)
    except subprocess.TimeoutExpired:
        return {}
    return findings_of(done.stdout)
