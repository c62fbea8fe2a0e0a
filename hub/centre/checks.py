"""The table of checks at the inquiry site: one row a check, counted per document.

A row holds the document, the time and an id of the check; nothing of who asked or what was uploaded. Not responsible
for who may write one (`inquiries.py`).
"""

from collections.abc import Collection

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub.centre.records import Base, Order
from hub.clock import Clock
from hub.database import reading
from hub.web.problem import Problem


class DocumentCheck(Base):
    """One look-up of a document at the inquiry site."""

    __tablename__ = "document_checks"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(index=True)
    at_s: Mapped[int]


class DocumentChecks:
    """The table of checks."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def note(self, check_id: str, document_id: str) -> tuple[Order, int]:
        """Write a check down, once for each id; returns the document's order and its number of checks, with this one.

        Raises Problem `unknown-order`, `wrong-state`.
        """
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                return self._noted(session, check_id, document_id)
        except IntegrityError as error:
            raise Problem("wrong-state", "this check was told at the same time; ask again") from error

    def counts(self, document_ids: Collection[str], municipality: str) -> dict[str, int]:
        """Count the checks of those documents that are in the book as this municipality's; others are left out."""
        wanted = (
            select(Order.document_id, func.count(DocumentCheck.id))
            .outerjoin(DocumentCheck, DocumentCheck.document_id == Order.document_id)
            .where(Order.document_id.in_(document_ids), Order.municipality == municipality)
            .group_by(Order.document_id)
        )
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(wanted)}

    def _noted(self, session: Session, check_id: str, document_id: str) -> tuple[Order, int]:
        order = session.get(Order, document_id)
        if order is None:
            raise Problem("unknown-order", "the centre has issued no document with this id")
        known = session.get(DocumentCheck, check_id)
        if known is None:
            session.add(DocumentCheck(id=check_id, document_id=document_id, at_s=int(self._clock().timestamp())))
        elif known.document_id != document_id:
            raise Problem("wrong-state", "this check was of another document")
        session.flush()
        counted = select(func.count()).where(DocumentCheck.document_id == document_id)
        return order, session.scalar(counted) or 0
