"""The process that looks at what strangers uploaded: one inquiry, then it ends, and with it all it has seen.

It holds no key, opens no connection, writes no file, and has limits of memory and time. It says which payloads it
found in the pictures; the site opens them. Then, when the site sends the pages, it compares the pictures with them.
Run by `reader.py` as `python -m hub.inquiry.reader_process`. Not responsible for authenticity.
"""

import resource
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hub.inquiry import frames
from hub.inquiry.code import find_code
from hub.inquiry.compare import compared
from hub.inquiry.picture import UnusableFile, pictures
from hub.scramble.compression import Kind
from hub.scramble.panel import draw_panel
from hub.scramble.profile import Profile
from hub.scramble.reading import Payload, Unreadable, read_payload

MEMORY_BYTES = 3 << 29  # above what libraries and warming up have taken
PROCESSOR_S = 60
MOST_PICTURES = 12
_Grey = NDArray[np.uint8]


def main() -> None:
    """Warm up, put the limits on, say so, then answer the one inquiry."""
    sys.excepthook = _say_only_where
    _warm_up()
    _limit()
    out = sys.stdout.buffer
    out.write(frames.packed({"ready": True}))
    out.flush()
    request = _read(sys.stdin.buffer)
    if request is None:
        return
    seen: list[_Grey] = []
    told = [_told(each, seen) for each in request["files"]]
    out.write(frames.packed({"files": told}))
    out.flush()
    if (wanted := _read(sys.stdin.buffer)) is not None:
        out.write(frames.packed({"pages": compared(wanted["pages"], wanted["layers"], seen)}))
        out.flush()


def _told(file: dict[str, Any], seen: list[_Grey]) -> dict[str, Any]:
    """Look at one file; its pictures are added to `seen`."""
    panels: list[dict[str, Any]] = []
    codes: list[str] = []
    try:
        for picture in pictures(file["data"], file["page"]):
            if len(seen) == MOST_PICTURES:
                return {"reason": "too_many_pages", "panels": panels, "codes": codes}
            seen.append(picture)
            panels.append(_panel(picture))
            if (code := find_code(picture)) is not None:
                codes.append(code)
    except (UnusableFile, MemoryError) as error:
        reason = error.reason if isinstance(error, UnusableFile) else "too_large"
        return {"reason": reason, "panels": panels, "codes": codes}
    return {"reason": None, "panels": panels, "codes": codes}


def _panel(picture: _Grey) -> dict[str, Any]:
    found = read_payload(picture)
    reading = found.reading
    figures = {
        "pixels_a_dot": float(reading.pixels_a_dot),
        "blocks": [int(reading.blocks_decoded), int(reading.blocks)],
        "sharpness": float(reading.sharpness),
    }
    if isinstance(found, Unreadable):
        return {"reason": found.reason.value, "figures": figures}
    assert isinstance(found, Payload)  # noqa: S101 - the only other kind
    named = found.label.key_id if found.site_address else None
    width = found.label.width_dots
    return {"reason": None, "payload": found.data, "width_dots": width, "key_id": named, "figures": figures}


def _warm_up() -> None:
    """Read a small panel, so that everything is loaded and compiled before the limits."""
    panel = draw_panel(
        bytes(72 * 64), 576, "0" * 32, 0, bytes(32), Profile.STANDARD, "http://127.0.0.1/", kind=Kind.JBIG1
    )
    dots = np.unpackbits(np.frombuffer(panel.dots, np.uint8)).reshape(panel.rows, 576)
    read_payload((255 * (1 - dots)).repeat(2, axis=0).repeat(2, axis=1).astype(np.uint8))


def _limit() -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    memory = pages * resource.getpagesize() + MEMORY_BYTES
    used_s = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, used_s + PROCESSOR_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    head = stream.read(frames.LENGTH_BYTES)
    return frames.unpacked(stream.read(frames.length_of(head))) if head else None


def _say_only_where(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """Name class and line only: texts of errors could carry what was uploaded."""
    last = traceback.extract_tb(trace)[-1] if trace else None
    where = f"{last.filename}:{last.lineno}" if last else "unknown place"
    sys.stderr.write(f"reading process ended by {kind.__name__} at {where}\n")


if __name__ == "__main__":
    main()
