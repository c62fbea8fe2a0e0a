"""What named people decided at the centre: resuming, settling, notices. A record that is only added to.

Not responsible for carrying a decision out; whoever does writes it down here in the same transaction.
"""

from collections.abc import Sequence

from sqlalchemy import Engine, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub.centre.records import Base

TEXT_MAX = 500


class Decision(Base):
    """`person` did `action` (`resumed settled notice_given notice_withdrawn ...`) about `subject`, for `reason`."""

    __tablename__ = "decisions"

    number: Mapped[int] = mapped_column(primary_key=True)
    at_s: Mapped[int]
    person: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str]


def decision(at_s: int, person: str, action: str, subject: str, reason: str) -> Decision:
    """Make a record; raises ValueError for a missing or endless name or reason."""
    texts = {"name": person.strip(), "reason": reason.strip()}
    for what, text in texts.items():
        if not text or len(text) > TEXT_MAX:
            raise ValueError(f"the {what} of a decision has 1 to {TEXT_MAX} characters: say who decides, and why")
    return Decision(at_s=at_s, person=texts["name"], action=action, subject=subject, reason=texts["reason"])


def newest_decisions(engine: Engine, limit: int = 50) -> Sequence[Decision]:
    """List decisions, newest first."""
    with Session(engine, expire_on_commit=False) as session:
        return session.scalars(select(Decision).order_by(Decision.number.desc()).limit(limit)).all()
