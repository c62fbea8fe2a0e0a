"""The signed code as a QR code: its modules for the page, and its text out of a picture of the page.

Not responsible for what the text says (`content.py`). Libraries: segno writes, zxing-cpp reads.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import segno
import zxingcpp
from PIL import Image

from hub.signed_code.content import PREFIX

_reader: Any = zxingcpp  # its types refuse one format alone
QUIET_MODULES = 3  # each side at least; what is around the square is blank as well
MOST_PIXELS = 80_000_000
MASK = 2  # to compare all eight takes four times as long, and a signature looks like noise under each of them


class NoCode(ValueError):
    """A picture in which no signed code can be read; says what to do."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """`bits`: `side` rows of `side` modules, most significant bit first, the last byte filled with 0; 1 = black."""

    side: int
    bits: bytes


def symbol_of(text: str) -> Symbol:
    """Make the symbol: error correction M, or better where the version has room."""
    matrix: Any = segno.make_qr(text, error="m", mask=MASK).matrix
    modules = np.array([list(row) for row in matrix], np.uint8) & 1
    return Symbol(len(modules), np.packbits(modules).tobytes())


def dots_of(symbol: Symbol, side_dots: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Draw the symbol in the middle of a square; raises ValueError if it is too large for it."""
    module = side_dots // (symbol.side + 2 * QUIET_MODULES)
    if module < 1:
        raise ValueError(f"a symbol of {symbol.side} modules does not fit into {side_dots} dots")
    bits = np.unpackbits(np.frombuffer(symbol.bits, np.uint8))[: symbol.side**2].reshape(symbol.side, symbol.side)
    square = np.zeros((side_dots, side_dots), bool)
    margin = (side_dots - symbol.side * module) // 2
    inside = slice(margin, margin + symbol.side * module)
    square[inside, inside] = bits.astype(bool).repeat(module, axis=0).repeat(module, axis=1)
    return square


def read_picture(path: Path) -> str:
    """Return the text of the signed code in a scan or photograph; raises NoCode, OSError."""
    with Image.open(path) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise NoCode(f"{path}: the picture is too large; scan at 300 dpi")
        picture = opened.convert("L")
    for larger in (1, 2, 3):  # modules of two samples, as at 150 dpi, are read when the picture is enlarged
        if picture.width * picture.height * larger**2 > MOST_PIXELS:
            break
        size = (picture.width * larger, picture.height * larger)
        seen = picture if larger == 1 else picture.resize(size, Image.Resampling.BICUBIC)
        for each in _reader.read_barcodes(seen, zxingcpp.BarcodeFormat.QRCode):
            if each.text.startswith(PREFIX):
                return each.text
    raise NoCode(f"{path}: no signed code found; scan the whole front at 300 dpi, flat and sharp")
