"""Turns commands into rows of dots for the head: raster rows at once, column images and text through the line buffer.

A line feed moves the paper by the line spacing, but never by less than the height of what stands in the line.
Not responsible for: pacing, paper, cutting (`mechanism.py`). The typeface is a stand-in: certificates come as dots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from sim_hw.printer import command
from sim_hw.printer.parser import DEFAULT_SPACING_ROWS

if TYPE_CHECKING:
    from sim_hw.printer.command import Command

CHARACTER_DOTS, CHARACTER_ROWS = 12, 24
FULL_HEIGHT_BYTES = 3


class Line:
    """The line buffer and the line spacing."""

    def __init__(self, width_dots: int) -> None:
        self._width_dots = width_dots
        self._row_bytes = width_dots // 8
        self.reset()

    def reset(self) -> None:
        """ESC @, or the buffer was cleared: an unfinished line is lost."""
        self._spacing_rows = DEFAULT_SPACING_ROWS
        self._start_empty()

    def _start_empty(self) -> None:
        self._at_dots = 0
        self._height_rows = 0
        self._line = Image.new("1", (self._width_dots, CHARACTER_ROWS))

    def rows_of(self, order: Command) -> list[bytes]:
        """Rows that the head prints now because of this command; none for one that only changes a mode."""
        match order:
            case command.Initialize():
                self.reset()
            case command.LineSpacing(rows):
                self._spacing_rows = rows
            case command.RasterRow(dots, double_width, double_height):
                row = _doubled(dots) if double_width else dots
                return [self._fit(row)] * (2 if double_height else 1)
            case command.ColumnImage():
                self._place(_columns(order))
            case command.Text(characters):
                self._place(_drawn(characters.decode("cp437")))
            case command.LineFeed(lines):
                return self._finish(self._spacing_rows * lines)
            case command.Feed(rows):
                return self._finish(rows)
            case command.Cut(rows):
                return [*(self._finish(0) if self._height_rows else []), *self._blank(rows)]
            case _:
                pass
        return []

    def _place(self, picture: Image.Image) -> None:
        self._line.paste(picture, (self._at_dots, 0))
        self._at_dots += picture.width
        self._height_rows = max(self._height_rows, picture.height)

    def _finish(self, feed_rows: int) -> list[bytes]:
        packed = self._line.tobytes()
        rows = [packed[at * self._row_bytes : (at + 1) * self._row_bytes] for at in range(self._height_rows)]
        rows += self._blank(feed_rows - self._height_rows)
        self._start_empty()
        return rows

    def _blank(self, rows: int) -> list[bytes]:
        return [bytes(self._row_bytes)] * max(0, rows)

    def _fit(self, row: bytes) -> bytes:
        """Dots beyond the head are lost, missing ones stay white."""
        return row[: self._row_bytes].ljust(self._row_bytes, b"\0")


def _doubled(row: bytes) -> bytes:
    bits = "".join(bit * 2 for byte in row for bit in f"{byte:08b}")
    return int(bits, 2).to_bytes(len(row) * 2, "big")


def _columns(order: command.ColumnImage) -> Image.Image:
    """Stand the image up: in the bytes it lies on its side, a column of dots being a row of bits."""
    count = len(order.columns) // order.column_bytes
    if not count:
        return Image.new("1", (0, CHARACTER_ROWS))
    sideways = Image.frombytes("1", (order.column_bytes * 8, count), order.columns)
    upright = sideways.transpose(Image.Transpose.TRANSPOSE)
    across = 2 if order.double_width else 1
    down = 1 if order.column_bytes == FULL_HEIGHT_BYTES else 3
    return upright.resize((upright.width * across, upright.height * down), Image.Resampling.NEAREST)


def _drawn(text: str) -> Image.Image:
    picture = Image.new("1", (CHARACTER_DOTS * len(text), CHARACTER_ROWS))
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default()
    for at, character in enumerate(text):
        pen.text((at * CHARACTER_DOTS + 2, 6), character, fill=1, font=font)
    return picture
