"""The walls around the clerk: it may reach hub, card service, screen and the lent printer, and change no file.

Landlock rules files, TCP ports, abstract sockets and signals; a seccomp filter (`system_calls.py`) rules the rest. Both
hold for good, for all threads and whatever is started. Applied once, before any thread and before any person.
Not responsible for users and mounts (`deploy/systemd`). Limits: docs/threat-model.md. Source: docs/decisions/0023.
"""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from py_landlock import AccessFs, Landlock, LandlockError, get_abi_version

from firmware.app.clerk import system_calls

LEAST_ABI = 6  # Linux 6.12: files (1), truncation (3), TCP (4), devices (5), abstract sockets and signals (6)
PACKAGE = Path(__file__).resolve().parents[2]
_CODE = ("/usr", "/lib", "/lib64", sys.prefix, sys.base_prefix, str(PACKAGE))
_SETTINGS = (
    "/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf",
    "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/gai.conf",
    "/dev/urandom",
)  # fmt: skip
_SOUND = ("/dev/snd", "/etc/alsa", "/etc/asound.conf")
_READ_FOLDER = AccessFs.READ_FILE | AccessFs.READ_DIR
_USE_DEVICE = AccessFs.READ_FILE | AccessFs.WRITE_FILE | AccessFs.IOCTL_DEV


class SandboxUnavailable(Exception):
    """The walls cannot be put up, or do not hold; the text says what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What this clerk must reach: files to read, devices to use, TCP ports to call.

    `names`: the hub's name must be looked up; `speech`: programs that speak are started.
    """

    files: tuple[Path, ...]
    devices: tuple[Path, ...]
    ports: tuple[int, ...]
    names: bool
    speech: bool


def missing() -> str:
    """Return what this machine lacks for the whole of the walls; empty when it has all."""
    if not system_calls.available():
        return "seccomp filters (kernel's CONFIG_SECCOMP_FILTER, package libseccomp2)"
    abi = _abi()
    if abi == 0:
        return "Landlock (Linux 6.12 or newer with landlock in its list of security modules, see boot option lsm=)"
    if abi < LEAST_ABI:
        return f"Landlock of Linux 6.12 (version {LEAST_ABI}); this kernel has version {abi}"
    return ""


def confine(needs: Needs, *, required: bool) -> None:
    """Put the walls up. `SandboxUnavailable` unless they hold whole; without `required`, what there is will do."""
    lacking = missing()
    if lacking and required:
        raise SandboxUnavailable(
            f"the clerk cannot be confined: this machine lacks {lacking}. "
            'Update it, or accept the risk with clerk.sandbox = "available".'
        )
    if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208 - names are enough
        raise SandboxUnavailable("a thread runs already, which Landlock would leave out; set OPENBLAS_NUM_THREADS=1")
    if _abi():
        try:
            _rules(needs).apply()
        except (LandlockError, OSError) as error:
            raise SandboxUnavailable(f"Landlock: {type(error).__name__}: {error}") from error
    if system_calls.available():
        system_calls.load(names=needs.names, speech=needs.speech)
    if not lacking:
        _feel()


def _abi() -> int:
    try:
        return get_abi_version()
    except LandlockError:
        return 0


def _rules(needs: Needs) -> Landlock:
    """Return the rules, as far as this kernel knows them; what is not there cannot be reached and needs no rule."""
    rules = Landlock(strict=False)
    programs = AccessFs.EXECUTE if needs.speech else AccessFs(0)
    for folder in filter(os.path.isdir, _CODE):
        rules.add_path_rule(folder, access=_READ_FOLDER | programs)
    for file in filter(os.path.exists, (*_SETTINGS, *needs.files)):
        rules.add_path_rule(file, access=AccessFs.READ_FILE)
    rules.add_path_rule("/dev/null", access=AccessFs.READ_FILE | AccessFs.WRITE_FILE)
    for device in filter(os.path.exists, needs.devices):
        rules.add_path_rule(device, access=_USE_DEVICE)
    for place in filter(os.path.exists, _SOUND if needs.speech else ()):
        folder = AccessFs.READ_DIR if Path(place).is_dir() else AccessFs(0)
        rules.add_path_rule(place, access=_USE_DEVICE | folder)
    rules.allow_network(*needs.ports, bind=False)
    rules.allow_network(0, connect=False)  # the screen: a port that the system picks
    return rules


def _feel() -> None:
    """Try three forbidden things: walls that nobody has touched are not believed in."""
    for what, attempt in {
        "a file outside": lambda: os.close(os.open("/etc/passwd", os.O_RDONLY)),
        # Where files could be made but for the walls: a read-only file system refuses for a reason of its own.
        "a new file": lambda: os.close(os.open("/tmp/kiosk-felt", os.O_WRONLY | os.O_CREAT, 0o600)),  # noqa: S108
        "a raw socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
    }.items():
        try:
            attempt()
        except PermissionError:
            continue
        except OSError as error:
            raise SandboxUnavailable(f"{what} was refused for another reason: {error.strerror}") from error
        raise SandboxUnavailable(f"{what} was not refused, though the kernel took all rules")
