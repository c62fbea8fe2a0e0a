"""A process that turns Japanese text into sound with Open JTalk; the voice driver starts and feeds it.

Standard input: one JSON text a line. Standard output: for each, four bytes of length (big-endian) and a WAV file. A
process of its own because the dictionaries take 200 MB and a second to load, and because it must not outlive its
person: it ends with its input. Writes no file. Not responsible for playing.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import sys
import wave

import numpy as np

PR_SET_DUMPABLE = 4
SAMPLE_BYTES = 2
FULL_SCALE = 32767


def main() -> int:
    """Answer texts until the input ends."""
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    with contextlib.redirect_stdout(sys.stderr):  # the library's remarks do not belong among the sound
        import pyopenjtalk  # noqa: PLC0415 - after the redirection

        for line in sys.stdin:
            samples, rate = pyopenjtalk.tts(json.loads(line))
            sound = _wav(np.asarray(samples, dtype=np.float64), rate)
            _write(sound)
    return 0


def _write(sound: bytes) -> None:
    out = sys.__stdout__
    assert out is not None  # noqa: S101 - a pipe was given
    out.buffer.write(len(sound).to_bytes(4, "big") + sound)
    out.buffer.flush()


def _wav(samples: np.ndarray, rate: int) -> bytes:
    whole = np.clip(samples, -FULL_SCALE, FULL_SCALE).astype("<i2")
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(SAMPLE_BYTES)
        out.setframerate(rate)
        out.writeframes(whole.tobytes())
    return held.getvalue()


if __name__ == "__main__":
    sys.exit(main())
