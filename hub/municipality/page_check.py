"""Whether a finished page is the page of this person and this document, and holds no forbidden number; pure.

It judges the page by its own text and marks, never by what a renderer says about it. Not responsible for the register.
Rule: DESIGN, "Signed bits from the source"; DOMAIN, "What went wrong elsewhere" (automatic check that document and
person match).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from hub.municipality.content import Marks, printed_document_id
from hub.municipality.decision import printed_persons
from hub.municipality.era import japanese_date
from hub.municipality.glyphs import is_selector
from hub.municipality.interface import Refused
from hub.municipality.numbers import forbidden_number
from hub.municipality.raster import FinishedPage
from hub.municipality.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Expected:
    """What the signer knows from the register: texts that the page must and must not show, and the secret numbers."""

    marks: Marks
    shown: Sequence[str]
    not_shown: Sequence[str]
    secrets: Sequence[str]


def expected_page(snapshot: Snapshot, scope: str, marks: Marks, secrets: Sequence[str]) -> Expected:
    """Name, reading and birth date of each printed person must be there, the readings of other members must not."""
    persons = printed_persons(snapshot, scope)
    shown = [text for it in persons for text in (it.name, it.kana, japanese_date(it.birth_date))]
    return Expected(marks, shown, [it.kana for it in snapshot.persons if it.kana not in shown], secrets)


def check_page(page: FinishedPage, expected: Expected) -> None:
    """Raise Refused unless the page is the expected one: `binding_mismatch`, `other` (a forbidden number), `busy`."""
    marks = expected.marks
    if _without_revision(page.keywords) == _without_revision(marks.keywords()) and marks.keywords() != [*page.keywords]:
        raise Refused("busy", "the register changed while the page was made; ask again")
    if list(page.keywords) != marks.keywords():
        raise Refused("binding_mismatch", "the finished page belongs to another person, document or transaction")
    text = plain(page.text)
    if any(plain(it) not in text for it in expected.shown) or any(plain(it) in text for it in expected.not_shown):
        raise Refused("binding_mismatch", "the finished page does not show just the persons it is for")
    rest = page.text
    for line in printed_document_id(marks.document_id):
        if rest.count(line) != 1:
            raise Refused("binding_mismatch", "the finished page does not show its document number once")
        rest = rest.replace(line, "\n")
    if forbidden_number(rest, expected.secrets) is not None:
        raise Refused("other", "the finished page held a number that is never printed; nothing was issued")


def _without_revision(keywords: Sequence[str]) -> list[str]:
    return [it for it in keywords if not it.startswith("revision=")]


def plain(text: str) -> str:
    """Return the text without white space and variation selectors, in compatibility form: for comparing only."""
    normal = unicodedata.normalize("NFKC", text)
    return re.sub(r"\s", "", "".join(letter for letter in normal if not is_selector(ord(letter))))
