"""The place on the reader where a card lies: the TCP client of vpcd's virtual reader. Connected is inserted.

Not responsible for: what the card answers, and pcscd. Frames: 2 bytes of length, big endian, and the body; one-byte
bodies are 0 off, 1 on, 2 reset (no reply) and 4 ATR (reply). Source and pitfalls: DEVICES, "Smart card".
"""

import asyncio
import contextlib
import socket
import time
from enum import IntEnum

from sim_hw.card.card import Card
from sim_hw.card.trace import Trace
from sim_hw.card.trap import Fault, Trap

PORT = 0x8C7B
# pcscd polls each 400 ms: a shorter gap can hide a removal, or after a torn APDU the insertion.
GAP_S = 0.9
CONNECT_LIMIT_S = 3.0


class Control(IntEnum):
    """One-byte bodies."""

    OFF = 0
    ON = 1
    RESET = 2
    ATR = 4


class SlotError(RuntimeError):
    """A card cannot be inserted or removed now; the text says why."""


class Slot:
    """One reader slot; at most one card lies on it. All methods belong to one asyncio loop."""

    def __init__(self, port: int = PORT) -> None:
        self.card: Card | None = None
        self.trace = Trace()
        self.trap: Trap | None = None
        self._port = port
        self._link: asyncio.Task[None] | None = None
        self._free_from_s = 0.0
        self._moving = asyncio.Lock()

    async def insert(self, card: Card) -> None:
        """Lay a card down, after the gap since the last removal; raise `SlotError` when one lies there."""
        async with self._moving:
            if self.card is not None:
                raise SlotError("a card lies on the reader already; remove it first")
            await asyncio.sleep(max(0.0, self._free_from_s - time.monotonic()))
            await self._connect(card)
            self.card = card

    async def remove(self) -> None:
        """Take the card away; raise `SlotError` when there is none."""
        async with self._moving:
            if self.card is None:
                raise SlotError("no card lies on the reader")
            await self._cut()
            self._gone()

    async def power_lost(self) -> None:
        """End the link because pcscd is gone: the card stays where it lies."""
        async with self._moving:
            await self._cut()

    async def power_back(self) -> None:
        """Link a card that still lies there to a new pcscd."""
        async with self._moving:
            if self.card is not None:
                await self._connect(self.card)

    async def _connect(self, card: Card) -> None:
        card.reset()
        conn = socket.socket()
        conn.setblocking(False)
        try:
            await asyncio.wait_for(
                asyncio.get_running_loop().sock_connect(conn, ("127.0.0.1", self._port)),
                CONNECT_LIMIT_S,
            )
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            conn.close()
            raise SlotError(f"vpcd does not answer on port {self._port}: {error}; is pcscd running?") from error
        self._link = asyncio.create_task(self._serve(conn, card))

    async def _cut(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await link

    def _gone(self) -> None:
        self.card = None
        self._free_from_s = time.monotonic() + GAP_S

    async def _serve(self, conn: socket.socket, card: Card) -> None:
        loop = asyncio.get_running_loop()
        try:
            while (body := await _receive(conn)) is not None:
                if len(body) == 1:
                    reply = _control(card, body[0])
                else:
                    reply = await self._apdu(card, body)
                    if reply is None:
                        self._gone()
                        return
                if reply:
                    await loop.sock_sendall(conn, len(reply).to_bytes(2, "big") + reply)
        except ConnectionError:
            return  # pcscd ended; the card stays where it lies
        finally:
            conn.close()

    async def _apdu(self, card: Card, body: bytes) -> bytes | None:
        """Answer one APDU; None when the card is pulled away in the middle of it."""
        if self.trap is not None and self.trap.springs_at(body):
            fault, self.trap = self.trap.fault, None
            self.trace.add(body, b"")
            if fault is Fault.STALL:
                await asyncio.Event().wait()  # silent until it is taken away, which cancels this task
            return None
        answer = card.process(body)
        self.trace.add(body, answer)
        return answer


def _control(card: Card, code: int) -> bytes:
    if code == Control.ATR:
        return card.atr  # never empty: vpcd would block for good on a length of 0
    card.reset()
    return b""


async def _receive(conn: socket.socket) -> bytes | None:
    """Read one frame's body; None when vpcd closed the link."""
    head = await _exactly(conn, 2)
    return None if head is None else await _exactly(conn, int.from_bytes(head, "big"))


async def _exactly(conn: socket.socket, count: int) -> bytes | None:
    got = b""
    while len(got) < count:
        # vpcd sends length and body apart with Nagle on: without this each APDU waits 40 ms for a delayed ACK.
        # The flag holds for one receive only.
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = await asyncio.get_running_loop().sock_recv(conn, count - len(got))
        if not part:
            return None
        got += part
    return got
