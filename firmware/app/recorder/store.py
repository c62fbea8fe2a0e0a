"""Puts finished pieces of film on the disk, one after another, in a thread: a slow disk must not hold up the film.

While there is no room, pieces wait in memory and are tried again; `storage` says how it stands. Also has the folder
tidied. Not responsible for what goes when (`evidence.py`).
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from firmware.app.messages import Storage
from firmware.app.recorder.evidence import EvidenceError, EvidenceFull

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.app.messages import Clip
    from firmware.app.recorder.evidence import Evidence, Piece

RETRY_S = 5.0
TIDY_EVERY_S = 30.0
MOST_WAITING = 30  # pieces, of a few megabytes each


class Store:
    """Writes what is `put` until the `end`; `written(clip)` and `changed()` are called on the loop."""

    def __init__(
        self,
        evidence: Evidence,
        written: Callable[[Clip], None],
        changed: Callable[[], None],
        ended: asyncio.Future[Any],
    ) -> None:
        self.storage = Storage.OK
        self._evidence = evidence
        self._written = written
        self._changed = changed
        self._ended = ended
        self._waiting: deque[Piece] = deque()
        self._stirred = asyncio.Event()
        self._ending = False

    def put(self, piece: Piece) -> None:
        """Have a piece written; when too many wait already, the oldest is lost, and said to be."""
        self._waiting.append(piece)
        if len(self._waiting) > MOST_WAITING:
            self._lost(self._waiting.popleft())
        self._stirred.set()

    def end(self) -> None:
        """Write what waits, then end."""
        self._ending = True
        self._stirred.set()

    async def run(self) -> None:
        """Write until the end; `EvidenceError` if something could not be written by then."""
        await self._attempt(None)
        while self._waiting or not self._ending:
            if not self._waiting:
                await self._pause(RETRY_S if self.storage is not Storage.OK else TIDY_EVERY_S)
            piece = self._waiting.popleft() if self._waiting else None
            error = await self._attempt(piece)
            if error is None or piece is None:
                continue
            if self._ending or self._ended.done():
                self._lost(piece)
                raise error
            self._waiting.appendleft(piece)
            await asyncio.wait({self._ended}, timeout=RETRY_S)

    async def _attempt(self, piece: Piece | None) -> EvidenceError | None:
        """Write a piece, if any, and tidy; returns why that piece could not be written."""
        failed: EvidenceError | None = None
        newest = ""
        try:
            if piece is not None:
                offset_s = time.time() - time.monotonic()
                clip = await asyncio.to_thread(self._evidence.write, piece, offset_s)
                self._written(clip)
                piece, newest = None, clip.clip_id
            await asyncio.to_thread(self._evidence.tidy, newest)
        except EvidenceError as error:
            failed = error
        self._report(failed)
        return failed if piece is not None else None

    def _report(self, error: EvidenceError | None) -> None:
        before = self.storage
        if error is None:
            self.storage = Storage.OK
        else:
            self.storage = Storage.FULL if isinstance(error, EvidenceFull) else Storage.FAILED
        if self.storage is not before:
            print(f"recorder: storage {self.storage}{f': {error}' if error else ''}", file=sys.stderr, flush=True)
            self._changed()

    async def _pause(self, seconds: float) -> None:
        """Wait for a piece or the end, but no longer than that."""
        self._stirred.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        except TimeoutError:
            return

    def _lost(self, piece: Piece) -> None:
        print(f"recorder: film of {piece.mark.mark} {piece.mark.subject_id} is lost", file=sys.stderr, flush=True)
