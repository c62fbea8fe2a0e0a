"""A card host in namespaces of its own, as an asyncio context manager, and its verbs as methods.

    async with CardSession(folder) as session:
        await session.insert(citizens / "hanako")

Not responsible for: what the host does (`host.py`). vpcd listens on all addresses and pcscd has one fixed socket, so
each session gets its own network, mounts and process ids; sessions run side by side. Where that is refused, the host
runs `in_the_open`: the same card, on a port that the network could reach. Command: DEVICES, "Smart card".
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from sim_hw.card import namespaces
from sim_hw.card.daemon import DRIVER

START_LIMIT_S = 20.0
END_LIMIT_S = 5.0
SOCKET_PATH_MAX = 107
REPOSITORY = Path(__file__).resolve().parents[2]
NEEDED = {
    "unshare": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
    "bash": "bash",
    "pcscd": "pcscd",
    str(DRIVER): "vsmartcard-vpcd",
}


class CardSessionError(RuntimeError):
    """The card host cannot start or refused a verb; the text names cause and remedy."""


class CardSession:
    """One simulated reader. `folder` takes its sockets and log; it must be short enough for a Unix socket."""

    def __init__(self, folder: Path) -> None:
        folder = folder.resolve()
        self.csock = folder / "pcscd.comm"  # value for PCSCLITE_CSOCK_NAME
        self.reader_name = "JPKI sim 00 00"
        self.pid = 0  # of the host, as seen from here
        self.in_the_open = ""  # what refused namespaces; empty when it has them
        self._folder = folder
        self._socket = folder / "card.sock"
        self._log = folder / "card-host.log"
        self._process: Process | None = None
        self._lines: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Start the host; return when pcscd accepts clients."""
        self._check()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._socket.unlink(missing_ok=True)
        try:
            await self._start()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """End the host, pcscd and everything else inside the namespaces."""
        await self._end()

    @property
    def note(self) -> str:
        """What a person at the bench should know about it; mostly nothing."""
        if not self.in_the_open:
            return ""
        return (
            f"The simulated reader's port is open to the network: no namespaces of one's own here ({self.in_the_open})."
        )

    async def insert(self, card_folder: Path) -> None:
        """Lay a citizen's card on the reader (waits out the 0.9 s after a removal)."""
        await self.ask("insert", card=str(card_folder))

    async def insert_foreign(self) -> None:
        """Lay something down that is not a My Number card."""
        await self.ask("insert", foreign=True)

    async def remove(self) -> None:
        """Take the card away."""
        await self.ask("remove")

    async def tear_at(self, ins: int, nth: int = 1) -> None:
        """Pull the card in the middle of the nth APDU from now with this instruction byte."""
        await self.ask("tear_at", ins=f"{ins:02x}", nth=nth)

    async def stall_at(self, ins: int, nth: int = 1) -> None:
        """Leave that APDU without an answer until the card is removed."""
        await self.ask("stall_at", ins=f"{ins:02x}", nth=nth)

    async def set_tries(self, pin: str, left: int, card_folder: Path | None = None) -> None:
        """Set the tries left of "auth" or "sign", on the card that lies there or the named one."""
        await self.ask("set_tries", pin=pin, left=left, **({"card": str(card_folder)} if card_folder else {}))

    async def kill_pcscd(self) -> None:
        """Kill pcscd as a crash would; the card stays where it lies."""
        await self.ask("kill_pcscd")

    async def start_pcscd(self) -> None:
        """Start pcscd again."""
        await self.ask("start_pcscd")

    async def state(self) -> dict[str, object]:
        """Tell what lies on the reader, and the tries left."""
        return await self.ask("state")

    async def log(self) -> list[dict[str, object]]:
        """APDUs so far, oldest first, without PIN bytes."""
        return cast("list[dict[str, object]]", (await self.ask("log"))["apdus"])

    async def ask(self, verb: str, **fields: object) -> dict[str, object]:
        """Send one request; raise `CardSessionError` with the host's reason when it is refused."""
        async with self._one_at_a_time:
            if self._lines is None:
                raise CardSessionError(f"the card host does not run: {verb} is not possible")
            reader, writer = self._lines
            writer.write(json.dumps({"verb": verb, **fields}).encode() + b"\n")
            await writer.drain()
            line = await reader.readline()
        if not line:
            raise CardSessionError(f"the card host ended during {verb}: {self._log_end()}")
        answer = cast("dict[str, object]", json.loads(line))
        if answer.get("ok") is not True:
            raise CardSessionError(f"{verb}: {answer.get('error')}")
        return answer

    def _check(self) -> None:
        missing = [package for program, package in NEEDED.items() if not _installed(program)]
        if missing:
            names = " ".join(sorted(missing))
            raise CardSessionError(f"the simulated card needs: sudo apt-get install --no-install-recommends {names}")
        if len(str(self.csock)) > SOCKET_PATH_MAX:
            raise CardSessionError(f"{self.csock} is too long for a Unix socket; take a folder with a shorter path")

    async def _start(self) -> None:
        command = [sys.executable, "-m", "sim_hw.card.host", "--socket", str(self._socket)]
        self.in_the_open = await namespaces.refusal(_environment())
        command = [*command, "--in-the-open"] if self.in_the_open else namespaces.enclosed(command)
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=log, env=_environment(), start_new_session=True
            )
        stdout = self._process.stdout
        if stdout is None:
            raise AssertionError  # asked for with PIPE
        try:
            ready = await asyncio.wait_for(stdout.readline(), START_LIMIT_S)
        except TimeoutError:
            raise CardSessionError(f"the card host says nothing after {START_LIMIT_S:.0f} s") from None
        if not ready:
            raise CardSessionError(self._start_failure())
        told = cast("dict[str, object]", json.loads(ready))
        self.pid = int(str(told["pid"]))
        self._point_csock_at(str(told["csock"]))
        self._lines = await asyncio.open_unix_connection(str(self._socket))

    def _point_csock_at(self, target: str) -> None:
        fresh = self.csock.with_suffix(f".{self.pid}")
        fresh.symlink_to(target)
        fresh.replace(self.csock)

    def _start_failure(self) -> str:
        told = self._log_end()
        if self.in_the_open and "cannot create /run/pcscd" in told:
            return (
                f"namespaces of one's own are refused here ({self.in_the_open}), and without them pcscd wants a folder"
                f" that this user cannot make: sudo mkdir -p /run/pcscd. Or allow them: {namespaces.remedy()}"
            )
        return f"the card host did not start: {told}"

    def _log_end(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-800:].strip() or "it left no message"

    async def _end(self) -> None:
        lines, self._lines = self._lines, None
        if lines is not None:
            lines[1].close()
            with contextlib.suppress(ConnectionError):
                await lines[1].wait_closed()
        process, self._process = self._process, None
        if process is not None:
            await _stop(process)
        self._socket.unlink(missing_ok=True)
        self.csock.unlink(missing_ok=True)


async def _stop(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()  # the host ends when its standard input does
    try:
        await asyncio.wait_for(process.communicate(), END_LIMIT_S)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)  # it leads a group of its own; --kill-child: the namespace ends too
        await process.communicate()


def _installed(program: str) -> bool:
    if program.startswith("/"):
        return Path(program).exists()
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is not None


def _environment() -> dict[str, str]:
    paths = [str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
    search = f"{os.environ.get('PATH', '/usr/bin:/bin')}:/usr/sbin:/sbin"
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PATH": search, "PYTHONDONTWRITEBYTECODE": "1"}
