"""Does, from inside a clerk's walls, everything that a hostile clerk would try, and prints what came of each attempt.

    python -m tests.attack.from_inside '{"files": [...], "port": 1, ...}'     one JSON object: attempt -> outcome

An outcome is "done" or the name of the error. Not a test: `test_clerk_sandbox.py` starts it and judges.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware.app.clerk import sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
AF_VSOCK, PTRACE_ATTACH, CLONE_NEWNS, CLONE_NEWUSER = 40, 16, 0x00020000, 0x10000000
PR_SET_DUMPABLE, PR_GET_NO_NEW_PRIVS = 4, 39
PORT_NOBODY_HAS = 1


def call(name: str, *arguments: Any) -> None:
    """Call a function of the C library; `OSError` when it says -1."""
    if getattr(LIBC, name)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def system_call(number: int, *arguments: Any) -> None:
    call("syscall", number, *arguments)


def dial(family: int, kind: int, where: Any) -> None:
    with socket.socket(family, kind) as line:
        line.settimeout(2)
        line.connect(where)


def bind(port: int) -> None:
    with socket.socket() as line:
        line.bind(("127.0.0.1", port))
        line.listen()


def child() -> None:
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def forbidden(told: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """Return what must be refused."""
    state = Path(told["state"])
    there = state / "journal"
    tcp, any_port = socket.SOCK_STREAM, told["other_port"]
    return {
        "read the journal": there.read_bytes,
        "read the kiosk's key": Path(told["kiosk_key"]).read_bytes,
        "read the users": Path("/etc/passwd").read_bytes,
        "list the state directory": lambda: list(state.iterdir()),
        "list the root": lambda: list(Path("/").iterdir()),
        "read another process's memory": lambda: Path(f"/proc/{told['parent']}/mem").open("rb").close(),
        "read another process's environment": Path(f"/proc/{told['parent']}/environ").read_bytes,
        "write a new file": lambda: (state / "new").write_bytes(b"x"),
        "write into /tmp": lambda: Path("/tmp/felt").write_bytes(b"x"),  # noqa: S108 - refused
        "write into shared memory": lambda: Path("/dev/shm/felt").write_bytes(b"x"),  # noqa: S108 - refused
        "overwrite the journal": lambda: there.write_bytes(b""),
        "truncate the journal": lambda: os.truncate(there, 0),
        "delete the journal": there.unlink,
        "rename the journal": lambda: there.rename(state / "old"),
        "change a mode": lambda: there.chmod(0o777),
        "change times": lambda: os.utime(there),
        "make a folder": (state / "folder").mkdir,
        "make a link": lambda: (state / "link").symlink_to("/etc/passwd"),
        "make a pipe": lambda: os.mkfifo(state / "pipe"),
        "set an attribute": lambda: os.setxattr(there, "user.x", b"x"),
        "hide data in memory files": lambda: os.memfd_create("x"),
        "run a program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - refused
        "start a process": child,
        "call another port": lambda: dial(socket.AF_INET, tcp, ("127.0.0.1", any_port)),
        "call another port over IPv6": lambda: dial(socket.AF_INET6, tcp, ("::1", any_port)),
        "listen on a port of its choice": lambda: bind(any_port + 1),
        "call an abstract socket": lambda: dial(socket.AF_UNIX, tcp, "\0" + told["abstract"]),
        "send Unix datagrams": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).close(),
        "open a packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
        "open a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close(),
        "open a netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
        "open a socket to the host machine": lambda: socket.socket(AF_VSOCK, tcp).close(),
        "signal its parent": lambda: os.kill(told["parent"], 0),
        "trace its parent": lambda: call("ptrace", PTRACE_ATTACH, told["parent"], 0, 0),
        "make namespaces": lambda: call("unshare", CLONE_NEWUSER | CLONE_NEWNS),
        "mount": lambda: call("mount", b"none", b"/mnt", b"tmpfs", 0, None),
        "change its root": lambda: os.chroot("/"),
        "become another user": lambda: os.setuid(65534),
        "be dumped again": lambda: call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0),
        "allow core dumps": lambda: resource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20)),
        "set the clock": lambda: call("settimeofday", ctypes.byref((ctypes.c_long * 2)()), None),
        "keep keys in the kernel": lambda: call("syscall", 250, 0, 0, 0),  # keyctl on x86-64, ioctl_... elsewhere
        "use io_uring": lambda: system_call(425, 1, ctypes.byref((ctypes.c_char * 256)())),
        "load a filter of its own": lambda: call("prctl", 22, 2, 0, 0, 0),
        "open by handle": lambda: system_call(304, 0, 0, 0),
        "take the screen's input": lambda: os.open("/dev/input", os.O_RDONLY),
        "unlock its memory": lambda: call("munlockall"),
    }


def needed(told: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """Return what a clerk's work needs, and must go on inside the walls."""
    return {
        "read its key": Path(told["own_key"]).read_bytes,
        "use the printer's device": lambda: os.close(os.open(told["device"], os.O_RDWR | os.O_NOCTTY)),
        "call the hub": lambda: dial(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", told["hub_port"])),
        "call the card service": lambda: dial(socket.AF_UNIX, socket.SOCK_STREAM, told["card_socket"]),
        "listen on a free port": lambda: bind(0),
        "import a module late": lambda: __import__("colorsys"),
        "read a time zone": lambda: __import__("zoneinfo").ZoneInfo("Asia/Tokyo"),
        "start a thread": lambda: threading.Thread(target=int).start(),
    }


def outcome(attempt: Callable[[], object]) -> str:
    """Try it; tell what came of it."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "?")
    except ValueError as error:  # what the module `resource` makes of EPERM
        return "EPERM" if "not allowed" in str(error) else "?"
    return "done"


def main(told: dict[str, Any]) -> int:
    """Put the walls up, try everything, in the first thread and in a later one, and tell."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    needs = sandbox.Needs(
        files=(Path(told["own_key"]),),
        devices=(Path(told["device"]),),
        ports=(told["hub_port"],),
        names=told["names"],
        speech=False,
    )
    sandbox.confine(needs, required=True)
    told_back: dict[str, dict[str, str]] = {"needed": {}, "forbidden": {}, "in a thread": {}}
    told_back["needed"] = {what: outcome(attempt) for what, attempt in needed(told).items()}
    told_back["forbidden"] = {what: outcome(attempt) for what, attempt in forbidden(told).items()}
    told_back["forbidden"]["look up a name"] = outcome(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close())

    def again() -> None:
        told_back["in a thread"] = {what: outcome(attempt) for what, attempt in forbidden(told).items()}

    late = threading.Thread(target=again)
    late.start()
    late.join()
    print(json.dumps(told_back), flush=True)
    sys.stdin.read()  # until its walls were looked at from outside
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
