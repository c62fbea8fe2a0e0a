"""The real pcscd in the foreground, with one configured reader: vpcd's virtual one.

Not responsible for: keeping it apart from another pcscd on the machine; `session.py` gives it namespaces of its own.
Configuration: DEVICES, "Smart card".
"""

import asyncio
import shutil
import socket
from asyncio.subprocess import DEVNULL, STDOUT, Process
from pathlib import Path

from sim_hw.card.vpcd import PORT

COMM = Path("/run/pcscd/pcscd.comm")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
FRIENDLY_NAME = "JPKI sim"
READER_CONF = f"""FRIENDLYNAME "{FRIENDLY_NAME}"
DEVICENAME /dev/null:0x{PORT:04X}
LIBPATH {DRIVER}
CHANNELID 0x{PORT:04X}
"""
START_LIMIT_S = 10.0
POLL_S = 0.02


class DaemonError(RuntimeError):
    """Pcscd does not run; the text holds the end of its log."""


class Daemon:
    """One pcscd at a time; `folder` takes its configuration and its log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "pcscd.log"
        self._process: Process | None = None

    async def start(self) -> None:
        """Start pcscd and return when it accepts clients; raise `DaemonError` when it does not."""
        program = shutil.which("pcscd") or "/usr/sbin/pcscd"
        conf = self._folder / "reader.conf.d"
        conf.mkdir(parents=True, exist_ok=True)
        (conf / "vpcd").write_text(READER_CONF, encoding="ascii")
        _forget_old_socket()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                program, "--foreground", "-c", str(conf), stdin=DEVNULL, stdout=log, stderr=STDOUT,
            )  # fmt: skip
        try:
            await asyncio.wait_for(self._accepts(self._process), START_LIMIT_S)
        except TimeoutError:
            await self.kill()
            raise DaemonError(f"pcscd accepts no clients after {START_LIMIT_S:.0f} s: {self._log_end()}") from None

    async def kill(self) -> None:
        """SIGKILL, as a crash would; return when it is gone."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _accepts(self, process: Process) -> None:
        # pcscd tells nobody when its socket is there (no inotify without another dependency): ask until it answers.
        while not _connects():
            if process.returncode is not None:
                raise DaemonError(f"pcscd ended with status {process.returncode}: {self._log_end()}")
            await asyncio.sleep(POLL_S)

    def _log_end(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-500:].strip() or "its log is empty"


def _forget_old_socket() -> None:
    COMM.unlink(missing_ok=True)


def _connects() -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        return probe.connect_ex(str(COMM)) == 0
