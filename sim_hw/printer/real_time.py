"""Finds real-time commands in the bytes as they arrive, wherever they lie: inside raster data too.

That is what hardware does (DEVICES: "Real-time commands fire *inside raster data*"); the bytes stay in the stream.
"""

import re
from dataclasses import dataclass

CLEAR_BUFFER = bytes.fromhex("10 14 08 01 03 14 01 06 02 08")
PATTERN = re.compile(
    rb"\x10\x04[\x01-\x04\x14]"
    rb"|\x10\x05[\x01\x02]"
    rb"|\x10\x14\x01[\x00\x01][\x01-\x08]"
    rb"|\x10\x14\x02\x01\x08"
    rb"|" + re.escape(CLEAR_BUFFER),
    re.DOTALL,
)
LONGEST = len(CLEAR_BUFFER)


@dataclass(frozen=True, slots=True)
class TransmitStatus:
    """DLE EOT n; 20 is the full status of kiosk printers."""

    number: int


@dataclass(frozen=True, slots=True)
class Recover:
    """DLE ENQ n: 1 goes on after a recoverable error, 2 discards the buffers first."""

    number: int


@dataclass(frozen=True, slots=True)
class ClearBuffer:
    """DLE DC4 8 and its fixed parameters."""


@dataclass(frozen=True, slots=True)
class Other:
    """DLE DC4 1 (drawer pulse) or 2 (power off): acts on nothing that this printer has."""


RealTime = TransmitStatus | Recover | ClearBuffer | Other


class Ear:
    """Listens to one connection; a command may be split over two reads."""

    def __init__(self) -> None:
        self._tail = b""

    def hear(self, data: bytes) -> list[tuple[RealTime, int]]:
        """Real-time commands that end inside `data`, each with the place in `data` behind it."""
        stream = self._tail + data
        heard: list[tuple[RealTime, int]] = []
        end = 0
        for found in PATTERN.finditer(stream):
            end = found.end()
            heard.append((_named(found.group()), end - len(self._tail)))
        self._tail = stream[max(end, len(stream) - LONGEST + 1) :]
        return heard


def _named(raw: bytes) -> RealTime:
    match raw[1]:
        case 0x04:
            return TransmitStatus(raw[2])
        case 0x05:
            return Recover(raw[2])
        case _:
            return ClearBuffer() if raw == CLEAR_BUFFER else Other()
