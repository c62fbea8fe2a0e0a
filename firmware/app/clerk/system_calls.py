"""The system calls that a clerk may make; any other is refused with EPERM, and nothing is ever run from a file.

An allow list for libseccomp, which knows the numbers of each architecture; names that one lacks are left out there.
Not responsible for files and ports (`sandbox.py`). Groups follow systemd.exec(5), `@system-service`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
from typing import Any

try:
    import pyseccomp
except (RuntimeError, OSError):  # the library itself is not there: `available` tells
    pyseccomp = None

PR_GET_SECCOMP, PR_SET_NAME, PR_SET_DUMPABLE = 21, 15, 4
CLONE_THREAD = 0x00010000
CLONE_NEW_ANYTHING = 0x7E020080  # every namespace: mount, cgroup, uts, ipc, user, pid, net, time
SOCKET_KIND = 0xF
TIOCSTI = 0x5412
# fmt: off
_MEMORY = ("brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "mlock", "membarrier")
_THREADS = (
    "futex", "set_robust_list", "get_robust_list", "rseq", "sched_yield", "sched_getaffinity", "sched_getparam",
    "sched_getscheduler", "set_tid_address", "gettid", "getpid", "getppid", "exit", "exit_group", "arch_prctl",
    "sigaltstack", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "restart_syscall",
)
_TIME = ("clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time")
_FILES = (  # opening to write is refused by Landlock, except for the printer
    "read", "readv", "pread64", "write", "writev", "open", "openat", "close", "close_range", "stat", "lstat", "fstat",
    "newfstatat", "statx", "lseek", "getdents64", "readlink", "readlinkat", "access", "faccessat", "faccessat2",
    "fcntl", "getcwd", "dup", "dup2", "dup3", "pipe2", "eventfd2", "statfs", "fstatfs", "fadvise64",
)
_WAITING = (
    "poll", "ppoll", "select", "pselect6", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2",
)
_SOCKETS = (
    "connect", "bind", "listen", "accept", "accept4", "getsockname", "getpeername", "setsockopt", "getsockopt",
    "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "shutdown",
)
_ASKING = (
    "uname", "sysinfo", "getuid", "geteuid", "getgid", "getegid", "getrandom", "getrusage", "getrlimit", "times",
)
_PROGRAMS = (  # the voice only: what is started inherits the walls
    "execve", "vfork", "fork", "wait4", "waitid", "pidfd_open", "pidfd_send_signal", "kill", "setsid", "getpgrp",
    "getpgid", "pipe", "umask", "chdir", "capget", "setpriority", "getpriority", "getgroups", "mlockall", "munlock",
)
# fmt: on
_CALLS = _MEMORY + _THREADS + _TIME + _FILES + _WAITING + _SOCKETS + _ASKING


def available() -> bool:
    """Tell whether kernel and library can filter."""
    return pyseccomp is not None and ctypes.CDLL(None).prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0


def load(*, names: bool, speech: bool) -> None:
    """Load the filter for this thread and what it starts; there is no way back. Raises `OSError`."""
    assert pyseccomp is not None  # noqa: S101 - `available` was asked
    wall = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for name in _CALLS + (_PROGRAMS if speech else ()):
        _allow(wall, name)
    _allow_new_threads(wall, speech=speech)
    _allow_sockets(wall, names=names)
    equal, masked = pyseccomp.EQ, pyseccomp.MASKED_EQ
    _allow(wall, "ioctl", pyseccomp.Arg(1, pyseccomp.NE, TIOCSTI))
    _allow(wall, "prlimit64", pyseccomp.Arg(2, equal, 0))  # asking only
    for name in ("tgkill", "tkill") if speech else ("tgkill", "kill"):
        _allow(wall, name, pyseccomp.Arg(0, equal, os.getpid()))
    _allow(wall, "prctl", pyseccomp.Arg(0, equal, PR_SET_NAME))
    _allow(wall, "prctl", pyseccomp.Arg(0, equal, PR_SET_DUMPABLE), pyseccomp.Arg(1, masked, 0xFF, 0))
    wall.load()


def _allow_new_threads(wall: Any, *, speech: bool) -> None:
    """Allow threads, with speech processes too, but no namespace. `clone3` hides its flags: glibc falls to `clone`."""
    assert pyseccomp is not None  # noqa: S101
    wall.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    mask = CLONE_NEW_ANYTHING if speech else CLONE_NEW_ANYTHING | CLONE_THREAD
    _allow(wall, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, mask, 0 if speech else CLONE_THREAD))


def _allow_sockets(wall: Any, *, names: bool) -> None:
    """Allow TCP, Unix sockets, and datagrams where a name has to be looked up."""
    assert pyseccomp is not None  # noqa: S101
    kinds = [(family, socket.SOCK_STREAM) for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)]
    if names:
        kinds += [(family, socket.SOCK_DGRAM) for family in (socket.AF_INET, socket.AF_INET6)]
    for family, kind in kinds:
        asked = pyseccomp.Arg(0, pyseccomp.EQ, family), pyseccomp.Arg(1, pyseccomp.MASKED_EQ, SOCKET_KIND, kind)
        _allow(wall, "socket", *asked)
    _allow(wall, "socketpair", pyseccomp.Arg(0, pyseccomp.EQ, socket.AF_UNIX))


def _allow(wall: Any, name: str, *conditions: Any) -> None:
    assert pyseccomp is not None  # noqa: S101
    try:
        number = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
    except ValueError:  # younger than the library
        return
    if number >= 0:
        wall.add_rule(pyseccomp.ALLOW, name, *conditions)
