"""PDF to dots and to text: what the signer sees of a finished page.

Not responsible for judging the page (`page_check.py`). Recipe of DEVICES, "From PDF": 2x, box filter, threshold
180-200, exact width; a plain threshold of 128 loses the horizontals of 三 and 十. pdfium is not thread-safe: one thread
of a process.
"""

import io
import math
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from hub.municipality.pages.impression import bits_of

DOTS_PER_MM = 8
OVERSAMPLING = 2
THRESHOLD = 190  # mean grey below it is black
ROW_MULTIPLE = 8
MOST_ROWS = 20_000  # background.md: a page has at most so many
MOST_PAGES = 40
MOST_PDF_BYTES = 16 * 1024 * 1024
_NO_SECURITY = -1
_POINTS_PER_MM = 72 / 25.4
_WHITE = 255
_ONE_GREY, _GREY_BITS = np.uint16(0xFF), np.uint16(8)
_GREY = 2  # dimensions of a picture without colours
_raw: Any = pdfium_c


class UnusablePage(ValueError):
    """The PDF is damaged, encrypted, too long, or not of the head's width."""


@dataclass(frozen=True, slots=True)
class FinishedPage:
    """One page as dots (rows top to bottom, most significant bit left, 1 = black), with its text and its keywords.

    `pictures` are the pictures set into it, each as `impression.bits_of` describes one.
    """

    dots: bytes
    width_dots: int
    height_rows: int
    text: str
    keywords: tuple[str, ...]
    pictures: tuple[bytes, ...] = ()


def read_pages(pdf: bytes, head_dots: int) -> list[FinishedPage]:
    """Rasterise every page and read its text; raises UnusablePage."""
    with _document(pdf) as document:
        keywords = tuple(document.get_metadata_dict().get("Keywords", "").split(", "))
        pages: list[FinishedPage] = []
        for page in _sound_pages(document):
            grey = grey_page(page, head_dots, OVERSAMPLING)
            black = box_filter(grey) < THRESHOLD * OVERSAMPLING**2
            dots = np.packbits(black, axis=1).tobytes()
            pages.append(FinishedPage(dots, head_dots, black.shape[0], _text(page), keywords, _pictures(page)))
        return pages


def blank_pdf() -> bytes:
    """Return an empty page as wide as a head of 576 dots, to load pdfium before the first real page."""
    document = pdfium.PdfDocument.new()
    try:
        document.new_page(576 / DOTS_PER_MM * _POINTS_PER_MM, 100).close()
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()
    finally:
        document.close()


def grey_page(page: Any, head_dots: int, oversampling: int) -> NDArray[np.uint8]:
    """Draw a page `oversampling` times finer than the head; rows are whole multiples of 8 dots, padded with white."""
    width_mm, height_mm = (side / _POINTS_PER_MM for side in page.get_size())
    if abs(width_mm * DOTS_PER_MM - head_dots) > 1:
        raise UnusablePage(f"the page is {width_mm:.1f} mm wide, not the head's {head_dots / DOTS_PER_MM:.1f} mm")
    if round(height_mm * DOTS_PER_MM) > MOST_ROWS:
        raise UnusablePage(f"the page is {height_mm:.0f} mm long, more than {MOST_ROWS // DOTS_PER_MM} mm")
    width = head_dots * oversampling
    height = round(height_mm * DOTS_PER_MM * oversampling)
    rows = math.ceil(height / (ROW_MULTIPLE * oversampling)) * ROW_MULTIPLE * oversampling
    grey = np.full((rows, width), _WHITE, np.uint8)
    bitmap = _raw.FPDFBitmap_CreateEx(width, rows, _raw.FPDFBitmap_Gray, grey.ctypes.data, width)
    _raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, _raw.FPDF_GRAYSCALE)
    _raw.FPDFBitmap_Destroy(bitmap)
    return grey


def box_filter(grey: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Sum each 2x2 square, in one pass: two greys that stand side by side are read as one number of 16 bits."""
    pairs = grey.view(np.uint16)
    sums = pairs[::2] & _ONE_GREY
    sums += pairs[::2] >> _GREY_BITS
    sums += pairs[1::2] & _ONE_GREY
    sums += pairs[1::2] >> _GREY_BITS
    return sums


def _pictures(page: Any) -> tuple[bytes, ...]:
    found: list[bytes] = []
    for each in page.get_objects(filter=(_raw.FPDF_PAGEOBJ_IMAGE,)):
        pixels = each.get_bitmap(render=False).to_numpy()
        found.append(bits_of(pixels if pixels.ndim == _GREY else pixels[:, :, 0]))
    return tuple(found)


def _text(page: Any) -> str:
    text_page = page.get_textpage()
    try:
        return text_page.get_text_bounded()
    finally:
        text_page.close()


def _sound_pages(document: Any) -> Generator[Any]:
    """Yield the pages, if they are as many as there may be."""
    count = len(document)
    if not 0 < count <= MOST_PAGES:
        raise UnusablePage(f"it has {count} pages, not 1 to {MOST_PAGES}")
    for number in range(count):
        yield document[number]


@contextmanager
def _document(pdf: bytes) -> Generator[Any]:
    if len(pdf) > MOST_PDF_BYTES:
        raise UnusablePage(f"a PDF of {len(pdf)} bytes, more than {MOST_PDF_BYTES}")
    if not pdf.rstrip().endswith(b"%%EOF"):
        raise UnusablePage("not a PDF, or not all of it: its end is missing")
    try:
        document = pdfium.PdfDocument(pdf)
    except pdfium.PdfiumError as error:
        raise UnusablePage("not a PDF, or an encrypted one") from error
    try:
        if _raw.FPDF_GetSecurityHandlerRevision(document.raw) != _NO_SECURITY:
            raise UnusablePage("an encrypted PDF")
        yield document
    except pdfium.PdfiumError as error:
        raise UnusablePage("a page or a picture in it is damaged, or too big") from error
    finally:
        document.close()
