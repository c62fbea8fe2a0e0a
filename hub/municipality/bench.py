"""Single parts of an issue, in this process and warm: for measuring them alone and for looking at a page.

Not a way to issue: nothing here decides or signs. Used by `make bench` and tests.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from hub.municipality.orders.chain import Order
from hub.municipality.orders.subject import chosen_persons, listed_persons, reference
from hub.municipality.pages.content import page_content
from hub.municipality.pages.page import Draft, Marks
from hub.municipality.registers.dossier import take_dossier
from hub.municipality.registers.register import Base, Card
from hub.municipality.renderer.typesetter import Typesetter
from hub.municipality.rules.rules import rules_on
from hub.municipality.samples import koga
from hub.municipality.samples.sample_register import resident_id, sample_entries
from hub.municipality.signer.raster import FinishedPage, read_pages

_DAY = date(2026, 7, 1)
_TRANSACTION = "0" * 32


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
    *,
    document_id: str = "0123456789abcdef" * 2,
    kind: str = "resident_record",
) -> dict[str, Any]:
    """Return the content of a sample citizen's certificate; with the scope `individual` it is of the holder."""
    dossier = take_dossier(_register(), int(resident_id(citizen), 16), kind)
    if dossier is None:
        raise ValueError(f"there is no sample citizen {citizen!r}")
    year = 2026 if kind == "income_tax" else None
    refs = [reference(_TRANSACTION, it.id) for it in listed_persons(dossier, kind)]
    own = listed_persons(dossier, kind).index(dossier.family.holder) if dossier.family is not None else 0
    persons = (refs[own],) if scope == "individual" else ()
    order = Order(kind, scope, tuple(items), 1, 250, head_dots, persons, year)
    chosen = tuple(it.id for it in chosen_persons(dossier, order, _TRANSACTION))
    marks = Marks(dossier.holder_id, chosen, document_id, _TRANSACTION, dossier.revision)
    return page_content(Draft(dossier, order, rules_on(_DAY, koga.CHANGES), marks, _DAY))


def render_page(content: dict[str, Any], typesetter: Typesetter | None = None) -> FinishedPage:
    """Set and rasterise the first page."""
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


@cache
def _register() -> Engine:
    """Keep all Koga samples in memory; a sample's card has the number of its resident."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        entries = sample_entries(koga.CODE, _DAY)
        session.add_all(entries)
        session.flush()
        for resident in session.execute(Base.metadata.tables["residents"].select()).mappings():
            number = f"{int(resident['id'], 16):x}"
            session.add(Card(serial=number, resident_id=resident["id"], registered_on=date(2024, 4, 1)))
    return engine
