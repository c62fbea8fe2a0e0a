"""A file descriptor to the printer, read and written without blocking.

Writes survive short writes and a full buffer, and end at a deadline. Closing can discard what the kernel still holds,
so that a job given up does not go on printing. Not responsible for opening (`transport.py`, `direct.py`) or for what
the bytes mean.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from firmware.devices import DeviceTimeout, DeviceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK_BYTES = 4096


class Line:
    """`fd` belongs to whoever opened it; `end(discard)` closes it; `owner` is kept alive as long as the line."""

    def __init__(self, fd: int, end: Callable[[bool], None], owner: object = None) -> None:
        os.set_blocking(fd, False)
        self._owner = owner
        self._fd = fd
        self._end = end
        self._open = True

    def listen(self, received: Callable[[bytes], None], lost: Callable[[DeviceUnavailable], None]) -> None:
        """Call `received` for bytes that come, `lost` once when no more can come. Both on the loop's thread."""
        loop = asyncio.get_running_loop()

        def readable() -> None:
            try:
                data = os.read(self._fd, CHUNK_BYTES)
            except BlockingIOError:
                return
            except OSError as error:
                data, cause = b"", str(error.strerror)
            else:
                cause = "it closed the connection"
            if data:
                received(data)
            else:
                loop.remove_reader(self._fd)
                lost(DeviceUnavailable(f"the printer is gone: {cause}"))

        loop.add_reader(self._fd, readable)

    async def write(self, data: bytes, stall_s: float | None) -> None:
        """Write all.

        Raises `DeviceTimeout` if not one byte was taken for `stall_s` seconds, `DeviceUnavailable` if the line broke.
        """
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._fd, view[:CHUNK_BYTES]) :]
            except BlockingIOError:
                await self._writable(stall_s)
            except OSError as error:
                raise DeviceUnavailable(f"the printer is gone: {error.strerror}") from error
            else:
                await asyncio.sleep(0)  # let a status that came meanwhile be read

    async def _writable(self, stall_s: float | None) -> None:
        loop = asyncio.get_running_loop()
        room: asyncio.Future[None] = loop.create_future()
        loop.add_writer(self._fd, lambda: room.done() or room.set_result(None))
        try:
            async with asyncio.timeout(stall_s):
                await room
        except TimeoutError:
            raise DeviceTimeout(f"the printer took no bytes for {stall_s} s") from None
        finally:
            if self._open:
                loop.remove_writer(self._fd)

    def close(self, *, discard: bool) -> None:
        """Close; `discard` drops what was written and not yet sent."""
        if not self._open:
            return
        self._open = False
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._fd)
        loop.remove_writer(self._fd)
        self._end(discard)
