"""A printer that takes no time: it interprets nothing, and says that all is printed as soon as it has the last byte.

The simulated printer works through every row in Python, which takes 20 ms a strip: latency of a device, which the
measurement leaves out. `python -m tests.measure.quick_printer` is one in a process of its own: it writes its port, and
runs until its standard input closes. Not responsible for what is on the strip (`sim_hw/printer` looks at that in the
tests).
"""

import asyncio
import sys

from sim_hw.printer.conditions import Reading

STATUS = b"\x10\x04"
AUTOMATIC_STATUS = b"\x1d\x61\xff"
COMPLETION = bytes.fromhex("1d 28 48 06 00 30 30")
CUT = bytes.fromhex("1d 56 42 00")
PROCESS_ID_BYTES = 4
READ_BYTES = 1 << 20


class QuickPrinter:
    """Listens on loopback from `start` to `close`; awaits `cut()` for each strip."""

    def __init__(self, cut):
        self._cut = cut
        self._server = None
        self._calls = set()

    async def start(self) -> int:
        """Return the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        for call in tuple(self._calls):
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _accept(self, reader, writer):
        call = asyncio.current_task()
        self._calls.add(call)
        try:
            tail = b""
            while data := await reader.read(READ_BYTES):
                tail = await self._answer(tail + data, writer)
        except (ConnectionError, asyncio.CancelledError):  # the streams log an error for a task that was cancelled
            return
        finally:
            self._calls.discard(call)
            writer.close()

    async def _answer(self, data, writer):
        """Answer what `data` asks for; returns its last bytes, which may be the beginning of a question."""
        ready = Reading(frozenset())
        end = 0
        while (at := data.find(STATUS, end)) >= 0 and at + len(STATUS) < len(data):
            end = at + len(STATUS) + 1
            writer.write(ready.reply(data[end - 1]))
        if (at := data.find(AUTOMATIC_STATUS)) >= 0:
            end = max(end, at + len(AUTOMATIC_STATUS))
            writer.write(ready.frame())
        at = data.rfind(COMPLETION)
        if at >= 0 and len(data) >= at + len(COMPLETION) + PROCESS_ID_BYTES:
            end = at + len(COMPLETION) + PROCESS_ID_BYTES
            writer.write(b"\x37\x22" + data[end - PROCESS_ID_BYTES : end] + b"\x00")
            if data[:at].endswith(CUT):
                await self._cut()
        return data[end:][-len(CUT + COMPLETION) - PROCESS_ID_BYTES :]


async def _serve():
    async def cut():
        return

    printer = QuickPrinter(cut)
    print(await printer.start(), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await printer.close()


if __name__ == "__main__":
    asyncio.run(_serve())
