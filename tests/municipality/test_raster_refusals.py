"""A PDF that is damaged, encrypted, too long or of the wrong size is no page; too big a one ends its process alone."""

import subprocess
import sys

import pytest

from hub.municipality.interface import Refused
from hub.municipality.signer.raster import MOST_PAGES, UnusablePage, read_pages
from hub.municipality.signer.readings import READINGS, usable_pages
from tests.municipality.pdf_files import blank, encrypted, image_bomb, page_with

GOOD = page_with(b"0 0 m 100 100 l S")


def test_a_sound_page_is_read():
    (page,) = read_pages(GOOD, 576)
    assert (page.width_dots, page.height_rows) == (576, 800)
    assert any(page.dots)


@pytest.mark.parametrize(
    ("pdf", "named"),
    [
        pytest.param(b"", "not a PDF", id="nothing"),
        pytest.param(b"%PDF-1.7\nrubbish\n%%EOF", "not a PDF", id="rubbish"),
        pytest.param(GOOD[: len(GOOD) * 2 // 3], "its end is missing", id="cut off"),
        pytest.param(GOOD.replace(b"/Type /Page /Parent", b"/Type /Pane /Parent"), "damaged|pages", id="no page in it"),
        pytest.param(GOOD.replace(b"/Kids [3 0 R]", b"/Kids [9 0 R]"), "damaged|pages", id="page missing"),
        pytest.param(encrypted(), "encrypted", id="encrypted"),
        pytest.param(blank(80, 100), "80.0 mm wide, not the head's 72.0 mm", id="too wide"),
        pytest.param(blank(71, 100), "71.0 mm wide", id="too narrow"),
        pytest.param(blank(72, 2501), "2501 mm long, more than 2500 mm", id="too long"),
        pytest.param(blank(72, 10, MOST_PAGES + 1), f"{MOST_PAGES + 1} pages", id="too many pages"),
    ],
)
def test_what_is_no_page_is_refused(pdf, named):
    with pytest.raises(UnusablePage, match=named):
        read_pages(pdf, 576)
    with pytest.raises(Refused) as caught:
        usable_pages(READINGS.begin(pdf, 576))
    assert caught.value.refusal == "binding_mismatch"


READ = """
import sys
from hub.municipality.signer import limits
from hub.municipality.signer.raster import blank_pdf, read_pages
read_pages(blank_pdf(), 576)
if sys.argv[1] == "limited":
    limits.limit()
pages = read_pages(sys.stdin.buffer.read(), int(sys.argv[2]))
print(pages[0].height_rows)
"""


def reading(pdf: bytes, how: str, head_dots: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", READ, how, str(head_dots)], input=pdf, capture_output=True, timeout=60, check=False
    )


def test_the_longest_page_of_the_widest_head_fits_into_the_limits():
    assert reading(blank(216, 2500), "limited", 1728).stdout == b"20000\n"


def test_a_picture_that_unfolds_to_gigabytes_cannot_take_them():
    ended = reading(image_bomb(40_000), "limited", 576)
    assert b"UnusablePage: a page or a picture in it is damaged, or too big" in ended.stderr
    assert reading(image_bomb(400), "limited", 576).stdout == b"800\n"
