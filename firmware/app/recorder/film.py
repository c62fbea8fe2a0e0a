"""Film: pictures encoded to H.264, the last seconds of it in memory, and a piece of it as an MP4 file in memory.

Not responsible for when to keep a piece (`evidence.py`). Nothing here touches the disk.
"""

from __future__ import annotations

import io
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import av.error

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from firmware import config

_MS = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Frame:
    """One encoded picture: when it was taken (seconds of the monotonic clock), and whether film can begin with it."""

    t_s: float
    key: bool
    data: bytes


class Encoder:
    """Encodes pictures one by one, in order, without delay; a key frame each second."""

    def __init__(self, settings: config.Camera) -> None:
        rate = settings.frames_per_s
        codec = av.CodecContext.create("libx264", "w")
        codec.width, codec.height, codec.pix_fmt = settings.width, settings.height, "yuv420p"
        codec.time_base, codec.framerate = _MS, Fraction(rate, 1)
        codec.thread_count = 1
        codec.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "crf": "27",
            "x264-params": f"keyint={rate}:min-keyint={rate}:scenecut=0:rc-lookahead=0:sync-lookahead=0",
        }
        self._codec: Any = codec

    def encode(self, planes: NDArray[np.uint8], t_s: float) -> list[Frame]:
        """Encode planes of YUV 4:2:0, shape (height * 3 / 2, width), taken at `t_s`."""
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts, picture.time_base = round(t_s * 1000), _MS
        packets: list[Any] = self._codec.encode(picture)
        return [Frame(t_s, packet.is_keyframe, bytes(packet)) for packet in packets]


class Ring:
    """The newest film, at least `span_s` of it, beginning with a key frame."""

    def __init__(self, span_s: float) -> None:
        self._span_s = span_s
        self._frames: deque[Frame] = deque()

    def add(self, frame: Frame) -> None:
        """Append the newest; whole seconds that are too old go."""
        self._frames.append(frame)
        while (start := self._second_key()) and self._frames[start].t_s <= frame.t_s - self._span_s:
            for _ in range(start):
                self._frames.popleft()

    def frames(self) -> list[Frame]:
        """Return all that is held."""
        return list(self._frames)

    def _second_key(self) -> int:
        return next((index for index, frame in enumerate(self._frames) if index and frame.key), 0)


def mp4(frames: Sequence[Frame], frames_per_s: int, comment: str = "") -> bytes:
    """Return the film as an MP4 file with a comment. The first frame must be a key frame."""
    file = io.BytesIO()
    stream_of_bytes = io.BytesIO(b"".join(frame.data for frame in frames))
    raw: Any
    out: Any
    with av.open(stream_of_bytes, "r", format="h264") as raw, av.open(file, "w", format="mp4") as out:
        out.metadata["comment"] = comment
        stream = out.add_stream_from_template(raw.streams.video[0])
        # The parser cuts the stream at the very pictures that went in: one packet a frame, no reordering.
        packets = (packet for packet in raw.demux(video=0) if packet.size)
        for packet, frame in zip(packets, frames, strict=True):
            packet.pts = packet.dts = round((frame.t_s - frames[0].t_s) * 1000)
            packet.duration = 1000 // frames_per_s
            packet.time_base = _MS
            packet.stream = stream
            out.mux(packet)
    return file.getvalue()


def comment_of(film: bytes) -> str:
    """Return an MP4 file's comment, empty when there is none; `ValueError` when it is no film."""
    file: Any
    try:
        with av.open(io.BytesIO(film)) as file:
            return str(file.metadata.get("comment", ""))
    except av.error.FFmpegError as error:
        raise ValueError(f"not a film: {error.strerror}") from error
