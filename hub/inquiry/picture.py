"""What strangers upload, as grey pictures: PNG, JPEG, TIFF and PDF, within limits of size and number.

Decoders are the most attacked code there is: for a process of its own without keys (`reader_process.py`). Not
responsible for what a picture shows.
"""

import io
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 60_000_000  # A4 at 600 dpi has 35 million
LEAST_SIDE_PIXELS = 64
MOST_PAGES = 10
PDF_DPI = 300
_POINTS_PER_INCH = 72
_PICTURE_SHARE = 0.2  # of the page, that a picture must cover to be the scan
_FORMATS = ("PNG", "JPEG", "TIFF")
_DEEP = frozenset({"I", "I;16", "I;16B", "I;16L"})
_Grey = NDArray[np.uint8]


class UnusableFile(ValueError):
    """A file that is not read. `reason`: `not_a_picture too_large too_small too_many_pages no_such_page`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def pictures(data: bytes, page: int | None = None) -> Iterator[_Grey]:
    """Read all pages of a file, or only one (from 1): uint8 (rows, columns), 0 black; raises UnusableFile."""
    read = _pdf_pages if data[:1024].lstrip().startswith(b"%PDF") else _picture_pages
    try:
        yield from read(data, page)
    except UnusableFile:
        raise
    except Image.DecompressionBombError:
        raise UnusableFile("too_large") from None
    except Exception as error:  # whatever a decoder makes of hostile bytes, they are no picture
        raise UnusableFile("not_a_picture") from error


def _picture_pages(data: bytes, page: int | None) -> Iterator[_Grey]:
    try:
        opened = Image.open(io.BytesIO(data), formats=_FORMATS)
    except UnidentifiedImageError:
        raise UnusableFile("not_a_picture") from None
    with opened:
        for at in _wanted(int(getattr(opened, "n_frames", 1)), page):
            opened.seek(at)
            _check_size(opened.width, opened.height)
            yield _grey(opened)


def _grey(picture: Image.Image) -> _Grey:
    """Mean of red and green, as the panel's reader likes it; transparent is white, 16 bits become 8."""
    if picture.mode in _DEEP:
        deep: Any = np.asarray(picture)
        return (deep.astype(np.uint32) >> 8).astype(np.uint8)
    if picture.mode in {"1", "L"}:
        return np.asarray(picture.convert("L"))
    if "A" in picture.mode or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    colours = np.asarray(picture.convert("RGB"))
    return ((colours[..., 0].astype(np.uint16) + colours[..., 1]) // 2).astype(np.uint8)


def _pdf_pages(data: bytes, page: int | None) -> Iterator[_Grey]:
    document: Any = pdfium.PdfDocument(data)
    try:
        for at in _wanted(len(document), page):
            leaf: Any = document[at]
            scale = _pdf_scale(leaf)
            _check_size(*(side * scale for side in leaf.get_size()))
            bitmap: Any = leaf.render(scale=scale, grayscale=True)
            yield np.array(bitmap.to_numpy()[..., 0] if bitmap.to_numpy().ndim > 2 else bitmap.to_numpy())  # noqa: PLR2004
            leaf.close()
    finally:
        document.close()


def _pdf_scale(leaf: Any) -> float:
    """Pixels a point: as fine as the largest picture on the page, whatever size the page claims; else 300 dpi."""
    finest = PDF_DPI / _POINTS_PER_INCH
    largest = 0.0
    for each in leaf.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = each.get_bounds()
        area = (right - left) * (top - bottom)
        if area > largest:
            columns, rows = each.get_px_size()
            largest, finest = area, math.sqrt(columns * rows / area)
    width, height = leaf.get_size()
    if largest < _PICTURE_SHARE * width * height:
        return PDF_DPI / _POINTS_PER_INCH
    return min(finest, math.sqrt(0.999 * MOST_PIXELS / (width * height)))


def _wanted(count: int, page: int | None) -> range:
    if page is not None:
        if not 1 <= page <= count:
            raise UnusableFile("no_such_page")
        return range(page - 1, page)
    if count > MOST_PAGES:
        raise UnusableFile("too_many_pages")
    return range(count)


def _check_size(width: float, height: float) -> None:
    if width * height > MOST_PIXELS:
        raise UnusableFile("too_large")
    if min(width, height) < LEAST_SIDE_PIXELS:
        raise UnusableFile("too_small")
