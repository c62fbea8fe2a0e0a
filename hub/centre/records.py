"""The centre's tables (`centre.sqlite`): transactions, orders, used nonces, stops, answers kept for retries.

Numbers, states and times only: no certificate, no fingerprint of a card, no document. Every row that changes carries a
version that SQLAlchemy checks on each update, so two writers can never both win.
Not responsible for which change is allowed.
"""

from importlib import import_module
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from hub.database import open_database
from hub.migrations import bring_up_to_date
from hub.settings import load

# Written with this file's `Base`:
TABLES = (
    "hub.ledger.records",
    "hub.centre.decisions",
    "hub.centre.notices",
    "hub.centre.checks",
    "hub.centre.refused_answers",
    "hub.audit.records",
    "hub.fleet.records",
)
OPEN_TRANSACTION = frozenset({"opened", "card_checked", "ordering", "document_held", "fetched"})
OPEN_ORDER = frozenset({"document_held", "paid", "printing", "printed", "unknown"})


class Base(DeclarativeBase):
    """All tables of the centre."""


class Transaction(Base):
    """One person at one kiosk.

    States: `opened card_checked ordering document_held fetched finished cancelled expired`.
    """

    __tablename__ = "transactions"

    id: Mapped[str] = mapped_column(primary_key=True)
    kiosk_id: Mapped[str]
    municipality: Mapped[str]
    operator: Mapped[str]
    head_dots: Mapped[int]
    state: Mapped[str]
    cause: Mapped[str | None]
    centre_nonce: Mapped[bytes]
    opened_at_s: Mapped[int]
    expires_at_s: Mapped[int] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the name and shape SQLAlchemy asks for


class Order(Base):
    """One document that was issued by a municipality; the book of record for its fate and its fee.

    `layers` is what the centre signed over it (COSE bytes): digests and parameters, nothing of what the page says.
    """

    __tablename__ = "orders"

    document_id: Mapped[str] = mapped_column(primary_key=True)
    transaction_id: Mapped[str] = mapped_column(index=True)
    kiosk_id: Mapped[str]
    municipality: Mapped[str]
    type: Mapped[str]
    copies: Mapped[int]
    sheets: Mapped[int]
    fee_yen: Mapped[int]
    layers: Mapped[bytes]
    state: Mapped[str] = mapped_column(index=True)
    cause: Mapped[str | None]
    opened_at_s: Mapped[int]
    changed_at_s: Mapped[int]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class UsedNonce(Base):
    """A clerk's nonce (its digest) that was seen; never accepted again."""

    __tablename__ = "used_nonces"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    used_at_s: Mapped[int]


class Stop(Base):
    """A municipality's certificate type (`402231/resident_record`) or a kiosk, stopped until a person lifts it."""

    __tablename__ = "stops"

    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # `type` or `kiosk`
    subject: Mapped[str] = mapped_column(index=True)
    cause: Mapped[str]
    since_s: Mapped[int]
    lifted_at_s: Mapped[int | None]
    lifted_reason: Mapped[str | None]


class KeptAnswer(Base):
    """The answer to a POST, for a retry with the same idempotency key; only answers with nothing personal come here."""

    __tablename__ = "kept_answers"

    who: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes]
    status: Mapped[int]
    body: Mapped[bytes]
    kept_at_s: Mapped[int] = mapped_column(index=True)


def place_of_records(data: Path) -> Path | str:
    """Return where DIR's centre keeps its records: the `database` of DIR/hub.toml, else DIR/centre.sqlite."""
    options = data / "hub.toml"
    return (load(options).database if options.is_file() else "") or data / "centre.sqlite"


def open_records(place: Path | str) -> Engine:
    """Open `centre.sqlite` or a PostgreSQL URL, making what is missing; call `dispose()` when done."""
    for beside in TABLES:
        import_module(beside)
    engine = open_database(place)
    bring_up_to_date(engine, "centre")
    return engine
