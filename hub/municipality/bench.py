"""Single parts of an issue, in this process and warm: for measuring them alone and for looking at a page.

Not a way to issue: nothing here decides or signs. Used by `make bench` and tests.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.municipality import koga
from hub.municipality.chain import Order
from hub.municipality.content import Marks, resident_record
from hub.municipality.raster import FinishedPage, read_pages
from hub.municipality.rules import rules_on
from hub.municipality.sample_register import resident_id, sample_households
from hub.municipality.snapshot import Snapshot, snapshot_of
from hub.municipality.typesetter import Typesetter

_DAY = date(2026, 4, 1)


@dataclass(frozen=True, slots=True)
class BenchParts:
    """Callables that do one part again, already warm: `pdf` returns the PDF, `raster` the page's dots."""

    pdf: Callable[[], bytes]
    raster: Callable[[], list[FinishedPage]]


def sample_content(
    citizen: str = "hanako",
    head_dots: int = 576,
    scope: str = "self",
    items: Sequence[str] = ("domicile", "relationship"),
    document_id: str = "0123456789abcdef" * 2,
) -> dict[str, Any]:
    """Return the content of a sample citizen's resident record, without a register file."""
    snapshot = _sample_snapshot(citizen)
    order = Order("resident_record", scope, tuple(items), 1, 250, head_dots)
    persons = snapshot.persons if scope == "household" else (snapshot.holder,)
    marks = Marks(snapshot.holder.id, tuple(it.id for it in persons), document_id, "0" * 32, snapshot.revision)
    return resident_record(snapshot, order, rules_on(_DAY, koga.CHANGES), marks, _DAY)


def render_page(content: dict[str, Any], typesetter: Typesetter | None = None) -> FinishedPage:
    """Set and rasterise one page."""
    return read_pages((typesetter or Typesetter()).pdf(content), content["head_dots"])[0]


def bench_parts(head_dots: int = 576, scope: str = "self") -> BenchParts:
    """Return the parts for one sample page, run once; each PDF has a new document number, so none is remembered."""
    typesetter = Typesetter()
    runs = 0

    def pdf() -> bytes:
        nonlocal runs
        runs += 1
        return typesetter.pdf(sample_content("hanako", head_dots, scope, document_id=f"{runs:032x}"))

    fixed = pdf()

    def raster() -> list[FinishedPage]:
        return read_pages(fixed, head_dots)

    raster()
    return BenchParts(pdf, raster)


def _sample_snapshot(citizen: str) -> Snapshot:
    wanted = resident_id(citizen)
    for household in sample_households(_DAY):
        for resident in household.residents:
            if resident.id == wanted:
                return snapshot_of(resident, household, _DAY)
    raise ValueError(f"there is no sample citizen {citizen!r}")
