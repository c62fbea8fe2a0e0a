"""The recorder process: camera in, judgements and encrypted clips out; told what to keep over its wire to the kiosk.

Ends when the wire closes or at SIGTERM, after writing the clips that it had begun. Not responsible for what to keep.
Messages: `docs/reference/process-link.md`. Exit: 0 told to end, 1 protocol broken, 74 evidence not written,
78 reference view not usable.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING

from firmware.app import messages
from firmware.app.link import Link, LinkError
from firmware.app.messages import Mark, Moment, Picture
from firmware.app.recorder import view
from firmware.app.recorder.evidence import Evidence, EvidenceError, Piece
from firmware.app.recorder.film import Frame, Ring
from firmware.app.recorder.filming import Filming
from firmware.app.recorder.health import Judge
from firmware.app.recorder.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from firmware.config import Config
    from firmware.devices import Camera

REPORT_EVERY_S = 10.0
LONGEST_S = 3600.0  # of what was begun and is never ended
TICK_S = 1.0
_LATE_S = 2.0


def run(config: Config, fd: int, camera: Camera) -> int:
    """Run until told to end; `fd` is this end of the wire. Returns the exit status."""
    try:
        return asyncio.run(_run(config, socket.socket(fileno=fd), camera))
    except EvidenceError as error:
        print(f"recorder: {error}", file=sys.stderr, flush=True)
        return os.EX_IOERR
    except view.ViewError as error:
        print(f"recorder: {error}", file=sys.stderr, flush=True)
        return os.EX_CONFIG


async def _run(config: Config, wire: socket.socket, camera: Camera) -> int:
    recorder = Recorder(config, wire, camera)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, recorder.end, None)
    return await recorder.serve()


class Recorder:
    """The process's state, on a running loop."""

    def __init__(self, config: Config, wire: socket.socket, camera: Camera) -> None:
        self._settings = config.camera
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[LinkError | None] = self._loop.create_future()
        evidence = Evidence(config.kiosk.state_dir, config.camera, config.kiosk.id)
        self._store = Store(evidence, self._on_clip, self._tell, self._ended)
        self._ring = Ring(config.camera.pre_roll_s)
        self._judge = Judge(time.monotonic(), view.load(config.kiosk.state_dir, config.camera))
        self._pieces: list[Piece] = []
        self._told: messages.Camera | None = None
        self._told_s = 0.0
        self._link = Link(wire, Mark, self._on_mark, self.end)
        self._filming = Filming(camera, config.camera, self._on_picture, self._on_bug)

    async def serve(self) -> int:
        """Film until the end, then finish the clips; `EvidenceError` when one could not be written."""
        self._filming.start()
        writer = asyncio.create_task(self._store.run())
        ticker = asyncio.create_task(self._tick())
        await asyncio.wait({writer, ticker, self._ended}, return_when=asyncio.FIRST_COMPLETED)
        ticker.cancel()
        self._filming.stop(_LATE_S)
        self._finish(list(self._pieces))
        self._store.end()
        await writer
        self._link.close()
        error = self._ended.result()
        if error is not None:
            print(f"recorder: the kiosk sent what it may not: {error}", file=sys.stderr, flush=True)
        return 1 if error else 0

    def end(self, error: LinkError | None) -> None:
        """End soon."""
        if not self._ended.done():
            self._ended.set_result(error)

    def _on_bug(self, error: BaseException) -> None:
        if not self._ended.done():
            self._ended.set_exception(error)

    def _on_mark(self, mark: Mark) -> None:
        now_s = time.monotonic()
        length_s = LONGEST_S if mark.moment is Moment.BEGIN else self._settings.post_roll_s
        for piece in self._pieces:
            if (piece.mark.mark, piece.mark.subject_id) == (mark.mark, mark.subject_id):
                prolonged_s = max(piece.until_s, now_s + length_s)
                piece.until_s = now_s + length_s if mark.moment is Moment.END else prolonged_s
                return
        self._pieces.append(Piece(mark, now_s, now_s + length_s, self._ring.frames(), {self._picture()}))

    def _on_picture(self, planes: NDArray[np.uint8], frames: list[Frame]) -> None:
        self._judge.see(planes, time.monotonic())
        self._tell()
        for frame in frames:
            self._ring.add(frame)
            for piece in [piece for piece in self._pieces if piece.long(frame)]:
                self._finish([piece])
                self._pieces.append(piece.next_part())
            self._finish([piece for piece in self._pieces if piece.add(frame)])

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._tell()
            now_s = time.monotonic()
            self._finish([piece for piece in self._pieces if now_s > piece.until_s + _LATE_S])

    def _picture(self) -> Picture:
        return self._judge.verdict(time.monotonic()) or Picture.MISSING

    def _tell(self) -> None:
        """Tell the judgement on change and now and then; nothing before there is one."""
        now_s = time.monotonic()
        picture = self._judge.verdict(now_s)
        if picture is None:
            return
        for piece in self._pieces:
            piece.pictures.add(picture)
        camera = messages.Camera(picture=picture, storage=self._store.storage)
        if camera != self._told or now_s - self._told_s >= REPORT_EVERY_S:
            self._told, self._told_s = camera, now_s
            self._link.send(camera)

    def _on_clip(self, clip: messages.Clip) -> None:
        if not self._ended.done():
            self._link.send(clip)

    def _finish(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            self._pieces.remove(piece)
            self._store.put(piece)
