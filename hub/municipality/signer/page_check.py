"""Whether finished pages are the pages of these persons and this document, and hold no forbidden number; pure.

It judges the pages by their own text, marks and pictures, never by what a renderer says about them. Not responsible for
the register. Rule: DESIGN, "Signed bits from the source"; DOMAIN, "What went wrong elsewhere" (automatic check that
document and person match; every page is checked, Tokushima 2023).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hub.municipality.interface import Refused
from hub.municipality.orders.subject import Subject
from hub.municipality.pages.page import Marks, printed_document_id
from hub.municipality.registers.numbers import forbidden_number
from hub.municipality.renderer.glyphs import is_selector
from hub.municipality.renderer.typesetter import CODE_MM, margin_mm
from hub.municipality.signer.raster import DOTS_PER_MM, FinishedPage

PAGES_MAX = 20


@dataclass(frozen=True, slots=True)
class Expected:
    """What the signer knows from the registers: texts and pictures that the pages must show, texts they must not."""

    marks: Marks
    shown: Sequence[str]
    not_shown: Sequence[str]
    secrets: Sequence[str]
    pictures: Sequence[bytes] = ()
    numbered: bool = True


def expected_document(marks: Marks, subject: Subject, secrets: Sequence[str], pictures: Sequence[bytes]) -> Expected:
    """Name, reading and birth date of each printed person must be there, the readings of other members must not."""
    return Expected(marks, subject.shown, subject.not_shown, secrets, pictures)


def expected_preview(marks: Marks, subject: Subject, secrets: Sequence[str]) -> Expected:
    """Nothing of any person may be there."""
    return Expected(marks, (), (*subject.shown, *subject.not_shown), secrets, numbered=False)


def check_pages(pages: Sequence[FinishedPage], expected: Expected) -> None:
    """Raise Refused unless all pages are as expected: `binding_mismatch`, `other` (a forbidden number), `busy`."""
    if not 1 <= len(pages) <= PAGES_MAX:
        raise Refused("binding_mismatch", f"a certificate has 1 to {PAGES_MAX} pages")
    rests: list[str] = []
    for number, page in enumerate(pages, start=1):
        _check_marks(page, expected.marks)
        if f"{number}／{len(pages)}頁" not in page.text:
            raise Refused("binding_mismatch", "a finished page does not say which page of how many it is")
        rests.append(_without_number(page, expected))
    text = plain("\n".join(page.text for page in pages))
    if any(plain(it) not in text for it in expected.shown) or any(plain(it) in text for it in expected.not_shown):
        raise Refused("binding_mismatch", "the finished page does not show just the persons it is for")
    if [it for page in pages for it in page.pictures] != list(expected.pictures):
        raise Refused("binding_mismatch", "the finished page does not show just the seal it is for")
    if forbidden_number("\n".join(rests), expected.secrets) is not None:
        raise Refused("other", "the finished page held a number that is never printed; nothing was issued")


def code_area(page: FinishedPage) -> dict[str, int]:
    """Return the square that is kept for the signed code; raises Refused if anything is printed there."""
    side, margin = CODE_MM * DOTS_PER_MM, round(margin_mm(page.width_dots) * DOTS_PER_MM)
    left, top = page.width_dots - margin - side, page.height_rows - margin - side
    rows = np.frombuffer(page.dots, np.uint8).reshape(page.height_rows, page.width_dots // 8)
    if top < 0 or np.unpackbits(rows[top : top + side], axis=1)[:, left : left + side].any():
        raise Refused("binding_mismatch", "the finished page has no blank square for the signed code")
    return {"left_dots": left, "top_rows": top, "side_dots": side}


def _check_marks(page: FinishedPage, marks: Marks) -> None:
    found, wanted = list(page.keywords), marks.keywords()
    if found != wanted and _without_revision(found) == _without_revision(wanted):
        raise Refused("busy", "the register changed while the page was made; ask again")
    if found != wanted:
        raise Refused("binding_mismatch", "the finished page belongs to another person, document or transaction")


def _without_number(page: FinishedPage, expected: Expected) -> str:
    """Return the page's text without its document number, which must stand there once."""
    rest = page.text
    for line in printed_document_id(expected.marks.document_id) if expected.numbered else ():
        if rest.count(line) != 1:
            raise Refused("binding_mismatch", "the finished page does not show its document number once")
        rest = rest.replace(line, "\n")
    return rest


def _without_revision(keywords: Sequence[str]) -> list[str]:
    return [it for it in keywords if not it.startswith("revision=")]


def plain(text: str) -> str:
    """Return the text without white space and variation selectors, in compatibility form: for comparing only."""
    normal = unicodedata.normalize("NFKC", text)
    return re.sub(r"\s", "", "".join(letter for letter in normal if not is_selector(ord(letter))))
