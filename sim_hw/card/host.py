"""The card host: starts pcscd, holds the reader's slot, and obeys JSON lines on a Unix socket.

    python -m sim_hw.card.host --socket PATH [--outer-pid N | --in-the-open]

Not responsible for: namespaces (`namespaces.py`; `--in-the-open` is for a host without any) and what the verbs do
(`verbs.py`). It ends on `quit`, on SIGTERM, and when its standard input closes, so that it never outlives whoever
started it.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import cast

from sim_hw.card.daemon import Daemon, DaemonError
from sim_hw.card.verbs import Verbs
from sim_hw.card.vpcd import PORT, Slot
from sim_hw.free_port import free_port


class Host:
    """Serves the socket until told to stop."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs
        self._one_at_a_time = asyncio.Lock()
        self.stopped = asyncio.Event()

    async def serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client's lines until it hangs up."""
        try:
            while line := await reader.readline():
                answer = await self._answer(line)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, object]:
        try:
            request: object = json.loads(line)
        except ValueError as error:
            return {"ok": False, "error": f"not a JSON line: {error}"}
        if not isinstance(request, dict):
            return {"ok": False, "error": "a request is a JSON object with 'verb'"}
        known = cast("dict[str, object]", request)
        if known.get("verb") == "quit":
            self.stopped.set()
            return {"ok": True}
        async with self._one_at_a_time:
            return await self._verbs.answer(known)


async def serve(socket_path: Path, outer_pid: int, *, in_the_open: bool) -> None:
    """Run until `quit`, SIGTERM or end of standard input."""
    with tempfile.TemporaryDirectory(prefix="card-host-", dir=None if in_the_open else "/run") as folder:
        port = free_port(2, "") if in_the_open else PORT  # vpcd takes one a slot
        # Not in the namespace's own /run: whoever is confined by Landlock cannot go through /proc/PID/root.
        daemon = Daemon(Path(folder), port, socket_path.with_name("pcscd.sock"))
        slot = Slot(port)
        host = Host(Verbs(slot, daemon))
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, host.stopped.set)
        loop.add_reader(sys.stdin.fileno(), _stop_at_end_of_input, host)
        try:
            await daemon.start()
            server = await asyncio.start_unix_server(host.serve_client, path=str(socket_path))
            print(json.dumps({"pid": outer_pid, "csock": str(daemon.comm)}), flush=True)
            await host.stopped.wait()
            server.close()
        finally:
            await slot.power_lost()
            await daemon.kill()
            _forget(socket_path, daemon.comm)


def _forget(*sockets: Path) -> None:
    for each in sockets:
        each.unlink(missing_ok=True)


def _stop_at_end_of_input(host: Host) -> None:
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        host.stopped.set()


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="sim_hw.card.host", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket to serve")
    parser.add_argument("--outer-pid", type=int, default=os.getpid(), help="this process's id outside its namespaces")
    parser.add_argument("--in-the-open", action="store_true", help="it has no namespaces of its own")
    arguments = parser.parse_args()
    try:
        asyncio.run(serve(arguments.socket, arguments.outer_pid, in_the_open=arguments.in_the_open))
    except DaemonError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
