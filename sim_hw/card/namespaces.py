"""Namespaces of the card host: a network, mounts and process ids of its own, so that nobody else reaches vpcd.

Not responsible for: the host itself (`host.py`). They can be refused (in a container without CAP_SYS_ADMIN, in a plain
chroot whose / is no mount point, by AppArmor on Ubuntu 24.04 for users other than root); `refusal` tries.
Command: DEVICES, "Smart card".
"""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from pathlib import Path

# /proc is still the outer one when its first line reads the process id; exec keeps that process.
_INSIDE = (
    "read -r outer rest </proc/self/stat && mount -t proc proc /proc && ip link set lo up"
    ' && mount -t tmpfs tmpfs /run && exec "$@" --outer-pid "$outer"'
)
_SWITCHES = {  # what can allow them to users, and the value that does; a machine has some of these or none
    "kernel.unprivileged_userns_clone": "1",
    "kernel.apparmor_restrict_unprivileged_userns": "0",
}


def enclosed(command: Sequence[str]) -> list[str]:
    """Return the command line that runs `command --outer-pid N` inside; it ends with whoever waits for it."""
    user = [] if os.geteuid() == 0 else ["-U", "-r"]
    return ["unshare", *user, "-n", "-m", "-p", "--fork", "--kill-child", "bash", "-c", _INSIDE, "bash", *command]


async def refusal(environment: dict[str, str]) -> str:
    """Try them for a moment; return what refused them, or an empty text."""
    trial = await asyncio.create_subprocess_exec(
        *enclosed(["true"]), stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=environment
    )
    _, told = await trial.communicate()
    return "" if trial.returncode == 0 else told.decode(errors="replace").strip() or f"status {trial.returncode}"


def remedy(settings: Path = Path("/proc/sys")) -> str:
    """Name the command that would allow them to this user, or that root is needed."""
    wrong = [
        f"{name}={value}"
        for name, value in _SWITCHES.items()
        if (file := settings / name.replace(".", "/")).exists() and file.read_text(encoding="ascii").strip() != value
    ]
    return f"sudo sysctl {' '.join(wrong)}" if wrong else "run this as root, outside of a container or chroot"
