"""The real pcscd in the foreground, with one configured reader: vpcd's virtual one.

Not responsible for: keeping it apart from another pcscd on the machine. `session.py` gives it namespaces of its own;
where there are none, its socket is handed over to it as systemd does (sd_listen_fds(3)) and vpcd takes free ports, so
that the machine's own pcscd is left alone. Configuration: DEVICES, "Smart card".
"""

import asyncio
import contextlib
import shutil
import socket
import subprocess
from asyncio.subprocess import DEVNULL, STDOUT, Process
from pathlib import Path

from sim_hw.card.vpcd import PORT

COMM = Path("/run/pcscd/pcscd.comm")  # its own place, where nothing is handed over
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
FRIENDLY_NAME = "JPKI sim"
READER_CONF = """FRIENDLYNAME "{name}"
DEVICENAME /dev/null:0x{port:04X}
LIBPATH {driver}
CHANNELID 0x{port:04X}
"""
_HAND_OVER = 'fd=$1; shift; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@" 3<&"$fd"'
START_LIMIT_S = 10.0
POLL_S = 0.02


class DaemonError(RuntimeError):
    """Pcscd does not run; the text holds the end of its log."""


class Daemon:
    """One pcscd at a time; `folder` takes its configuration and its log. `handed_over`: the socket it gets, if any."""

    def __init__(self, folder: Path, port: int = PORT, handed_over: Path | None = None) -> None:
        self.comm = handed_over or COMM
        self._folder = folder
        self._port = port
        self._handed_over = handed_over is not None
        self._log = folder / "pcscd.log"
        self._process: Process | None = None

    async def start(self) -> None:
        """Start pcscd and return when it accepts clients; raise `DaemonError` when it does not."""
        program = shutil.which("pcscd") or "/usr/sbin/pcscd"
        conf = self._folder / "reader.conf.d"
        conf.mkdir(parents=True, exist_ok=True)
        text = READER_CONF.format(name=FRIENDLY_NAME, port=self._port, driver=DRIVER)
        (conf / "vpcd").write_text(text, encoding="ascii")
        self.comm.unlink(missing_ok=True)
        self._process = await self._spawn([program, "--foreground", *_without_polkit(program), "-c", str(conf)])
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

    async def _spawn(self, command: list[str]) -> Process:
        with self._log.open("ab") as log, contextlib.ExitStack() as ours:
            inherited: tuple[int, ...] = ()
            if self._handed_over:  # closed on this side, so that nobody can connect once pcscd is gone
                listener = ours.enter_context(socket.socket(socket.AF_UNIX))
                listener.bind(str(self.comm))
                listener.listen()
                inherited = (listener.fileno(),)
                command = ["bash", "-c", _HAND_OVER, "bash", str(listener.fileno()), *command]
            return await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=log, stderr=STDOUT, pass_fds=inherited
            )

    async def _accepts(self, process: Process) -> None:
        # pcscd tells nobody when its socket is there (no inotify without another dependency): ask until it answers.
        while not await self._served():
            if process.returncode is not None:
                raise DaemonError(f"pcscd ended with status {process.returncode}: {self._log_end()}")
            await asyncio.sleep(POLL_S)
        if process.returncode is not None:
            raise DaemonError(f"pcscd ended with status {process.returncode}: {self._log_end()}")

    async def _served(self) -> bool:
        """Hang up on pcscd and see whether it does the same: a socket takes clients before pcscd looks at them."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(self.comm))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        try:
            writer.write_eof()
            return await reader.read() == b""
        except ConnectionError:
            return False
        finally:
            writer.close()

    def _log_end(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-500:].strip() or "its log is empty"


def _without_polkit(program: str) -> list[str]:
    """Return the option of a pcscd that could ask polkit, which knows nobody here."""
    told = subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout
    return ["--disable-polkit"] if "--disable-polkit" in told else []
