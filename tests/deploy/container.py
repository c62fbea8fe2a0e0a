"""A booted system of this machine's own files, with the kiosk's unit in it: systemd-nspawn over a throw-away overlay.

The machine's root is seen through an overlay whose changes live in memory, so that a boot takes a second and leaves
nothing. All of it, mounts too, is in namespaces of a process that dies with this one, and in control groups of its own:
a system that outlives its test keeps the kiosk's group populated, and the next test's systemd waits for it in vain.
The unit is deploy's, unchanged; the command behind it is this checkout with the simulator's pins. Needs root.
Not responsible for the Debian package (`booted_package.py`, which boots a root that has it).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
LIMIT_S = 60.0
UNITS_OFF = ("pcscd.socket", "pcscd.service")

# A process that goes when its parent does and takes its namespaces with it. It mounts, says so, and boots when told.
HOLDER = ("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
HOLD = """\
set -e
for place in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    if [ -e "$place/cgroup.procs" ]; then
        mkdir -p "$place/$1"
        echo 0 >"$place/$1/cgroup.procs"
    fi
done
mount -t tmpfs "$1" "$3"
mkdir "$3/upper" "$3/work"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$3/upper,workdir=$3/work" "$4"
echo laid
read -r _
shift 4
exec "$@" </dev/null
"""
# Blocks the main thread on SIGUSR1, as a bug would: the other threads live on, the event loop does not turn.
PROGRAM = """\
import runpy, signal, sys, time
if "run" in sys.argv: signal.signal(signal.SIGUSR1, lambda *_: time.sleep(300))
runpy.run_module("firmware", run_name="__main__", alter_sys=True)
"""
# Children are started as `python -m firmware`, with the interpreter and environment of their parent.
COMMAND = """\
#!/bin/sh
export PYTHONPATH=/srv/checkout/sim_hw/standins:/srv/checkout:/srv/packages PYTHONDONTWRITEBYTECODE=1
export SIM_HW_PINS=/srv/bench/pins.sock LD_LIBRARY_PATH=/srv/python/lib
exec /srv/python/bin/{python} /srv/program.py "$@"
"""


def need_root() -> None:
    """Fail in words where nothing can be booted."""
    if os.getuid() != 0 or shutil.which("systemd-nspawn") is None:
        raise AssertionError("a system is booted here: run as root, with Debian's systemd-container installed")


class Container:
    """A system over the root `lower`. `bench` holds the pin socket; `settings` is laid down as /etc/kiosk."""

    lower = Path("/")
    target = "kiosk-bench.target"

    def __init__(self, folder: Path, bench: Path, settings: Path) -> None:
        need_root()
        self._name = name_of(folder)
        self._laid = folder / "root"
        self._memory = folder / "memory"
        self._bench = bench
        self._settings = settings
        for place in (self._laid, self._memory):
            place.mkdir(parents=True)
        self._log = (folder / "console.log").open("wb")
        self._process: subprocess.Popen[bytes] | None = None
        self._leader = 0
        self.root = Path()

    def start(self) -> None:
        """Boot; returns when the service manager inside answers."""
        command = ["systemd-nspawn", "--quiet", "--directory", self._laid, "--register=no", "--keep-unit"]
        command += ["--private-network", "--console=pipe", "--machine", self._name]
        command += [f"--bind={self._bench}:/srv/bench"]
        command += [f"--bind-ro={source}:{place}" for place, source in self.binds().items()]
        command += ["--boot", f"systemd.unit={self.target}"]
        self._hold(command)
        self.put("etc/machine-id", "")
        shutil.rmtree(self.root / "etc/kiosk", ignore_errors=True)
        shutil.copytree(self._settings, self.root / "etc/kiosk")
        self.dress()
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(b"boot\n")
        self._process.stdin.close()
        self._leader = self.until(self._find_leader, "the container did not start")
        self.until(lambda: self.systemctl("is-system-running") in ("running", "degraded"), "systemd did not come up")

    def _hold(self, command: list[str | Path]) -> None:
        """Start what holds the root, and later the system: `command`."""
        hold = [*HOLDER, "sh", "-c", HOLD, "sh", self._name, self.lower, self._memory, self._laid, *command]
        self._process = subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=self._log, stderr=self._log)
        self.until(lambda: "laid\n" in self.console() or self._process.poll(), "the root was not laid")
        assert self._process.poll() is None, f"the root was not laid: {self.console()}"
        (holder,) = _children(self._process.pid)
        self.root = Path(f"/proc/{holder}/root{self._laid}")

    def binds(self) -> dict[str, Path]:
        """What of this machine is seen inside, by its place there."""
        packages = Path(sys.prefix, "lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages")
        return {"/srv/checkout": ROOT, "/srv/python": Path(sys.base_prefix), "/srv/packages": packages}

    def dress(self) -> None:
        """Put into the root what the package would have put there, with this checkout behind the command."""
        put = self.put
        put("srv/program.py", PROGRAM)
        put("usr/bin/kiosk", COMMAND.format(python=Path(os.path.realpath(sys.executable)).name), 0o755)
        put("etc/systemd/system/kiosk.service", (DEPLOY / "systemd" / "kiosk.service").read_text(encoding="utf-8"))
        put(
            f"etc/systemd/system/{self.target}", "[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n"
        )
        put("etc/sysusers.d/kiosk.conf", (DEPLOY / "package" / "sysusers.conf").read_text(encoding="utf-8"))
        put("usr/lib/certificate-kiosk/app/.keep", "")
        for name in UNITS_OFF:
            unit = self.root / "etc/systemd/system" / name
            unit.unlink(missing_ok=True)
            unit.symlink_to("/dev/null")
        subprocess.run(["chroot", self.root, "systemd-sysusers", "kiosk.conf"], check=True, capture_output=True)
        self.own_settings()

    def own_settings(self) -> None:
        """Give /etc/kiosk to the kiosk's user."""
        subprocess.run(["chroot", self.root, "chown", "-R", "kiosk:kiosk", "/etc/kiosk"], check=True)

    def put(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    def _find_leader(self) -> int:
        assert self._process
        assert self._process.poll() is None, f"systemd-nspawn ended: {self.console()}"
        nspawns = [child for child in _children(self._process.pid) if _name(child) == "systemd-nspawn"]
        return next((child for nspawn in nspawns for child in _children(nspawn) if _name(child) == "systemd"), 0)

    def inside(self, *command: str, user: str = "") -> str:
        """Run a command inside; returns what it printed, without blanks at the end."""
        enter = ["nsenter", "--target", str(self._leader), "--all", "--"]
        enter += ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        done = subprocess.run([*enter, *command], capture_output=True, text=True, check=False, timeout=LIMIT_S)
        return (done.stdout or done.stderr).strip()

    @property
    def leader(self) -> int:
        """The service manager's process id, seen from outside."""
        return self._leader

    def systemctl(self, *arguments: str) -> str:
        """Run systemctl inside."""
        return self.inside("systemctl", "--no-pager", *arguments)

    def kill(self, signal: str) -> None:
        """Send a signal to the kiosk process, and to no other."""
        self.systemctl("kill", "--kill-whom=main", f"--signal={signal}", "kiosk.service")

    def show(self, name: str) -> str:
        """Return a property of the kiosk's unit."""
        return self.systemctl("show", "kiosk.service", "--value", "--property", name)

    def until(self, reached: Callable[[], object], otherwise: str, limit_s: float = 20.0) -> object:
        """Wait until `reached` gives something true, and return that."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if found := reached():
                return found
            time.sleep(0.05)
        raise AssertionError(f"{otherwise} within {limit_s:g} s; {self.journal()}")

    def journal(self) -> str:
        """Return the end of what the kiosk and the service manager said."""
        said = self.journal_of("kiosk.service") if self._leader else ""
        return f"{said}\n{self.console()[-1500:]}"

    def journal_of(self, unit: str) -> str:
        """Return the end of what a unit said."""
        return self.inside("journalctl", "--no-pager", "-n", "40", "-u", unit)

    def console(self) -> str:
        """Return what the system printed."""
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End it and let nothing stay."""
        if self._process:
            for child in _children(self._process.pid):  # the first of the namespace: the others end with it
                os.kill(child, signal.SIGKILL)
            self._process.wait(LIMIT_S)
            if self._process.stdin:
                self._process.stdin.close()
        self._log.close()
        self._leader = 0
        self.until(lambda: drop_groups(self._name), "processes of the container live on")


def name_of(folder: Path) -> str:
    """Return what the machine and its control groups are called."""
    return f"{folder.parent.name}-{folder.name}".replace("_", "-")


def drop_groups(name: str) -> bool:
    """Remove a container's control groups; returns whether they are gone, a moment after the last process is."""
    groups = [group for place in ("", "systemd", "unified") if (group := Path("/sys/fs/cgroup", place, name)).exists()]
    for group in groups:
        for folder in (*sorted(group.rglob("*/"), reverse=True), group):
            with contextlib.suppress(OSError):  # busy: looked at again
                folder.rmdir()
    return not any(group.exists() for group in groups)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
    except OSError:
        return []


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
