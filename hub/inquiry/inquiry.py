"""One inquiry from upload to answer: look at the pictures, open, ask the centre's book, compare, judge.

Everything it holds is gone when it returns, and the process that saw the pictures has ended. Not responsible for HTTP.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from hub.inquiry.centre_line import Book, Standing
from hub.inquiry.drawing import restored_png, seen_png
from hub.inquiry.evidence import Evidence, weighed
from hub.inquiry.page import Answer, Sides
from hub.inquiry.reader import Reader
from hub.inquiry.texts import texts_in
from hub.inquiry.told import Compared, read_files, read_pages
from hub.inquiry.upload import Upload
from hub.inquiry.verdict import Verdict, code_state, judged
from hub.signed_code.verdict import CentreKeys

MANY_CHECKS = 6
_TOKYO = timezone(timedelta(hours=9))
_DIGITS_A_GROUP = 4


@dataclass(frozen=True, slots=True)
class Keys:
    """What is opened and checked with: panel keys by id, and the centre's public keys."""

    panels: Mapping[int, bytes]
    centre: CentreKeys


async def answered(upload: Upload, reader: Reader, keys: Keys, book: Book, language: str) -> Answer:
    """Work on one inquiry; raises ReadingFailed, CentreDown."""
    files = read_files(await reader.look(upload.files))
    evidence = await asyncio.to_thread(weighed, files, keys.panels, keys.centre)
    document_id = evidence.document_id or upload.number
    standing = None if document_id is None else await book.check(document_id)
    compared = await _compared(reader, evidence, standing)
    verdict = judged(evidence, upload.number, standing, compared)
    rows = _rows(evidence, standing, compared, texts_in(language), language)
    sides = await asyncio.to_thread(_sides, evidence, compared, verdict)
    return Answer(verdict, None if evidence.pages else evidence.reason, rows, sides)


async def _compared(reader: Reader, evidence: Evidence, standing: Standing | None) -> list[Compared | None]:
    if standing is None or not evidence.pages:
        return []
    numbers = sorted(evidence.pages)
    # Only the first page bears the code.
    layers = standing.layers if numbers[0] == 1 else {**standing.layers, "signed_code": {"kind": "none"}}
    pages = [{"dots": page.dots, "width_dots": page.width_dots} for page in map(evidence.pages.__getitem__, numbers)]
    return read_pages(await reader.compare(pages, layers))


def _sides(evidence: Evidence, compared: Sequence[Compared | None], verdict: Verdict) -> list[Sides]:
    """Draw all pages that were restored; of another document than was asked for nothing is shown."""
    if verdict in {Verdict.SEVERAL, Verdict.OTHER_NUMBER, Verdict.NOT_OURS}:
        return []
    sides: list[Sides] = []
    for at, number in enumerate(sorted(evidence.pages)):
        page, found = evidence.pages[number], compared[at] if compared else None
        sides.append(Sides(number, restored_png(page, found), None if found is None else seen_png(page, found)))
    return sides


def _rows(
    evidence: Evidence,
    standing: Standing | None,
    compared: Sequence[Compared | None],
    say: Mapping[str, str],
    language: str,
) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    if evidence.document_id is not None:
        rows.append(("field_document", _grouped(evidence.document_id)))
    elif standing is not None:
        rows.append(("field_typed", _grouped(standing.document_id)))
    if standing is not None:
        rows += _told_by_the_book(standing, say, language)
    if evidence.pages or evidence.codes or evidence.false_code:
        rows.append(("field_code", say[f"code_{code_state(evidence)}"]))
    if evidence.pages:
        whole = len(evidence.pages) == evidence.page_count
        pages = ", ".join(map(str, sorted(evidence.pages)))
        rows.append(
            ("field_page", say["page_of" if whole else "page_missing"].format(pages=pages, of=evidence.page_count))
        )
        rows.append(("field_marks", _marks(compared, say)))
        rows.append(("field_dots", say[f"dots_{_dots(compared)}"]))
    return rows


def _told_by_the_book(standing: Standing, say: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    issued = datetime.fromtimestamp(standing.issued_at_s, UTC).astimezone(_TOKYO)
    if standing.checks == 1:
        checks = say["checks_first"]
    else:
        checks = say["checks_many" if standing.checks >= MANY_CHECKS else "checks_count"].format(checks=standing.checks)
    return [
        ("field_type", say.get(f"type_{standing.type}", standing.type)),
        ("field_issuer", (standing.municipality_name or {}).get(language, standing.municipality)),
        ("field_issued", f"{issued:%Y-%m-%d %H:%M} JST"),
        ("field_state", say.get(f"state_{standing.state}", standing.state)),
        ("field_checks", checks),
    ]


def _marks(compared: Sequence[Compared | None], say: Mapping[str, str]) -> str:
    if not compared or any(page is None for page in compared):
        return say["marks_not_compared"]
    marks = sum(len(page.marks) for page in compared if page is not None)
    return say["marks_count"].format(marks=marks) if marks else say["marks_none"]


def _dots(compared: Sequence[Compared | None]) -> str:
    """Judge the detection image over all fronts: one that is no original is told."""
    found = {page.dots for page in compared if page is not None}
    return next((each for each in ("unkeyed", "none", "untold", "original") if each in found), "not_looked")


def _grouped(document_id: str) -> str:
    groups = [document_id[at : at + _DIGITS_A_GROUP] for at in range(0, len(document_id), _DIGITS_A_GROUP)]
    return "-".join(groups)
