"""Takes commands off the front of the receive buffer, as the printer's controller does.

Theory of operation: `take` looks at the front of the buffer. Either a whole command lies there, and is removed and
returned; or not yet, and nothing is touched. Only a raster image is handed out in parts, row by row, because it may be
larger than the buffer; a job torn inside one therefore leaves the parser hungry for its rest.
Real-time commands have acted on arrival (`real_time.py`); here their bytes are only skipped.
Source: ESC/POS command reference; DEVICES, "Thermal printer".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim_hw.printer import command
from sim_hw.printer.parameters import ESC_PARAMETERS, GS_PARAMETERS

if TYPE_CHECKING:
    from sim_hw.printer.command import Command

SPACE = 0x20
KIOSK_LETTERS = {bytes([letter]) for letter in range(0xE0, 0xE6)}
DEFAULT_SPACING_ROWS = 30
DC4_LENGTH = {0x01: 5, 0x02: 5, 0x08: 10}
COLUMN_MODES = {0: (1, True), 1: (1, False), 32: (3, True), 33: (3, False)}


class Parser:
    """State of the command stream: nothing, or inside a raster image."""

    def __init__(self) -> None:
        self._row_bytes = 0
        self._rows_left = 0
        self._mode = 0

    def reset(self) -> None:
        """Forget an image begun: the buffer was cleared."""
        self._rows_left = 0

    @property
    def hungry_bytes(self) -> int:
        """How many bytes of an image begun are still to come."""
        return self._rows_left * self._row_bytes

    def take(self, buffer: bytearray) -> Command | None:
        """Remove and return the command at the front, or None until more bytes have come."""
        if self._rows_left:
            return self._row(buffer)
        if not buffer:
            return None
        match buffer[0]:
            case 0x1B:
                return self._escape(buffer)
            case 0x1D:
                return _kiosk(buffer) if bytes(buffer[1:2]) in KIOSK_LETTERS else self._group(buffer)
            case 0x1C:
                return _present(buffer)
            case 0x10:
                return _real_time(buffer)
            case 0x0A:
                del buffer[:1]
                return command.LineFeed()
            case 0x00:
                return command.Ignored(_cut_off(buffer, len(buffer) - len(buffer.lstrip(b"\0"))))
            case 0x09 | 0x0C | 0x0D | 0x18:
                return command.Ignored(_cut_off(buffer, 1))
            case byte if byte >= SPACE:
                return command.Text(_cut_off(buffer, _text_length(buffer)))
            case _:
                return command.Unknown(_cut_off(buffer, 1))

    def _row(self, buffer: bytearray) -> Command | None:
        if len(buffer) < self._row_bytes:
            return None
        self._rows_left -= 1
        return command.RasterRow(_cut_off(buffer, self._row_bytes), bool(self._mode & 1), bool(self._mode & 2))

    def _escape(self, buffer: bytearray) -> Command | None:
        if len(buffer) < 2:  # noqa: PLR2004 - ESC and its letter
            return None
        letter = buffer[1]
        if letter == ord("*"):
            return _column_image(buffer)
        length = 2 + ESC_PARAMETERS.get(letter, 0)
        if len(buffer) < length:
            return None
        raw = _cut_off(buffer, length)
        match chr(letter):
            case "@":
                return command.Initialize()
            case "2":
                return command.LineSpacing(DEFAULT_SPACING_ROWS)
            case "3":
                return command.LineSpacing(raw[2])
            case "J":
                return command.Feed(raw[2])
            case "d":
                return command.LineFeed(raw[2])
            case _:
                return command.Ignored(raw) if letter in ESC_PARAMETERS else command.Unknown(raw)

    def _group(self, buffer: bytearray) -> Command | None:
        if len(buffer) < 3:  # noqa: PLR2004 - GS, its letter, and at least one parameter
            return None
        match chr(buffer[1]):
            case "v":
                return self._raster(buffer)
            case "V":
                return _cut(buffer)
            case "(":
                return _function(buffer)
            case "a":
                return command.AutomaticStatus(_cut_off(buffer, 3)[2])
            case _:
                parameters = GS_PARAMETERS.get(buffer[1])
                if parameters is None:
                    return command.Unknown(_cut_off(buffer, 2))
                return command.Ignored(_cut_off(buffer, 2 + parameters)) if len(buffer) >= 2 + parameters else None

    def _raster(self, buffer: bytearray) -> Command | None:
        """GS v 0 m xL xH yL yH: the rows follow."""
        if len(buffer) < 8:  # noqa: PLR2004 - length of this header
            return None
        head = _cut_off(buffer, 8)
        mode = head[3] - ord("0") if head[3] >= ord("0") else head[3]
        if head[2] != ord("0") or mode > 3:  # noqa: PLR2004 - modes 0 to 3
            return command.Unknown(head)
        self._mode = mode
        self._row_bytes = head[4] | head[5] << 8
        self._rows_left = head[6] | head[7] << 8 if self._row_bytes else 0
        return command.Ignored(head)


def _cut_off(buffer: bytearray, length: int) -> bytes:
    front = bytes(buffer[:length])
    del buffer[:length]
    return front


def _text_length(buffer: bytearray) -> int:
    return next((at for at, byte in enumerate(buffer) if byte < SPACE), len(buffer))


def _real_time(buffer: bytearray) -> Command | None:
    if len(buffer) < 3:  # noqa: PLR2004 - DLE, kind, number
        return None
    match buffer[1]:
        case 0x04 | 0x05:
            return command.Ignored(_cut_off(buffer, 3))
        case 0x14 if buffer[2] in DC4_LENGTH:
            length = DC4_LENGTH[buffer[2]]
            return command.Ignored(_cut_off(buffer, length)) if len(buffer) >= length else None
        case _:
            return command.Unknown(_cut_off(buffer, 1))


def _column_image(buffer: bytearray) -> Command | None:
    """ESC * m nL nH, then n columns."""
    if len(buffer) < 5:  # noqa: PLR2004 - length of this header
        return None
    shape = COLUMN_MODES.get(buffer[2])
    if shape is None:
        return command.Unknown(_cut_off(buffer, 5))
    column_bytes, double_width = shape
    length = 5 + (buffer[3] | buffer[4] << 8) * column_bytes
    if len(buffer) < length:
        return None
    return command.ColumnImage(_cut_off(buffer, length)[5:], column_bytes, double_width)


def _cut(buffer: bytearray) -> Command | None:
    """GS V m, or with m = 65, 66: GS V m n."""
    if buffer[2] not in (65, 66):
        raw = _cut_off(buffer, 3)
        return command.Cut(0) if raw[2] in (0, 1, 48, 49) else command.Unknown(raw)
    return command.Cut(_cut_off(buffer, 4)[3]) if len(buffer) >= 4 else None  # noqa: PLR2004


def _function(buffer: bytearray) -> Command | None:
    """GS ( x pL pH and so many bytes."""
    if len(buffer) < 5:  # noqa: PLR2004 - length of this header
        return None
    length = 5 + (buffer[3] | buffer[4] << 8)
    if len(buffer) < length:
        return None
    raw = _cut_off(buffer, length)
    if raw[2] == ord("H") and raw[5:7] == b"00" and length == 11:  # noqa: PLR2004 - two selectors, four id bytes
        return command.Completion(raw[7:11])
    return command.Unknown(raw)


def _kiosk(buffer: bytearray) -> Command | None:
    """GS E0 n, or GS E1 to GS E5."""
    if buffer[1] != 0xE0:  # noqa: PLR2004 - the one with a parameter
        return command.ReadCounter(_cut_off(buffer, 2)[1])
    return command.FullStatusOn(_cut_off(buffer, 3)[2]) if len(buffer) >= 3 else None  # noqa: PLR2004


def _present(buffer: bytearray) -> Command | None:
    """FS P steps led mode seconds."""
    if len(buffer) > 1 and buffer[1] != ord("P"):
        return command.Unknown(_cut_off(buffer, 1))
    if len(buffer) < 6:  # noqa: PLR2004 - length of this command
        return None
    raw = _cut_off(buffer, 6)
    return command.Present(raw[2], raw[4] == ord("R"), raw[5])
