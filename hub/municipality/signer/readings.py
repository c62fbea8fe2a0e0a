"""Pages being read: PDF to dots and text in one thread, also ahead of the request that they are signed in.

What was read ahead is found again by the SHA-256 of the very same PDF and the head, so it is what a reading now would
give; whose page it is is checked when it is signed, as always. Not responsible for reading (`raster.py`).
"""

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256

from hub.municipality.interface import Refused
from hub.municipality.signer.raster import FinishedPage, UnusablePage, read_pages

AHEAD_MAX = 8
Reading = Future[list[FinishedPage]]


class Readings:
    """The readings of one process."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="raster")  # pdfium takes one thread of a process
        self._ahead: OrderedDict[tuple[bytes, int], Reading] = OrderedDict()

    def begin_ahead(self, pdf: bytes, head_dots: int) -> None:
        """Begin to read what will soon be asked for; the oldest of too many is forgotten."""
        while len(self._ahead) >= AHEAD_MAX:
            self._ahead.popitem(last=False)
        self._ahead[_name(pdf, head_dots)] = self._thread.submit(read_pages, pdf, head_dots)

    def begin(self, pdf: bytes, head_dots: int) -> Reading:
        """Begin to read, or go on with what was begun ahead; each is given once."""
        begun = self._ahead.pop(_name(pdf, head_dots), None)
        return begun or self._thread.submit(read_pages, pdf, head_dots)


READINGS = Readings()


def usable_pages(reading: Reading) -> list[FinishedPage]:
    """Wait for the dots; raises Refused `binding_mismatch` for what is not pages of the head's width."""
    try:
        return reading.result()
    except UnusablePage as error:
        raise Refused("binding_mismatch", f"the finished page cannot be used: {error}") from error


def _name(pdf: bytes, head_dots: int) -> tuple[bytes, int]:
    return sha256(pdf).digest(), head_dots
