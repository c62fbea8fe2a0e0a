"""Opening one of the hub's databases: SQLite files (WAL, synchronous=FULL), or PostgreSQL by URL for several processes.

Patient with a second process, never for ever. Not responsible for any table (`records.py` of each role) nor for
bringing tables up to date (`hub/migrations`).
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

BUSY_S = 5
CONNECTIONS_MAX = 10
RECYCLED_S = 600  # a connection that broke meanwhile fails one request, which may be asked again


def open_database(place: Path | str) -> Engine:
    """Return an engine for a file, which is made if it is not there, or for a PostgreSQL URL; `dispose()` when done."""
    if isinstance(place, str):
        return _open_postgresql(place)
    engine = create_engine(f"sqlite:///{place}", connect_args={"timeout": BUSY_S})

    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    event.listen(engine, "connect", prepare)
    return engine


def open_memory() -> Engine:
    """Return an engine for a database in this process's memory, gone when it is disposed of."""
    return create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})


def is_shared(engine: Engine) -> bool:
    """Tell whether several processes, on machines of their own, can work with this database at once."""
    return engine.dialect.name == "postgresql"


@contextmanager
def reading(engine: Engine) -> Generator[Connection]:
    """Read with statements that stand alone, each at its own moment: no BEGIN, no ROLLBACK."""
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def not_awaited(engine: Engine) -> Generator[Connection]:
    """Write without waiting for the disk: others see it at once, but a power cut may take it.

    Never what later writes do not imply: the next awaited commit keeps all that came before it, in this order.
    """
    if is_shared(engine):
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
            yield connection
        return
    with engine.connect() as connection:
        file = cast("Any", connection.connection.driver_connection)
        file.execute("PRAGMA synchronous=NORMAL")
        try:
            with connection.begin():
                yield connection
        finally:
            file.execute("PRAGMA synchronous=FULL")


def _open_postgresql(url: str) -> Engine:
    waits = f"-c statement_timeout={BUSY_S}s -c lock_timeout={BUSY_S}s -c idle_in_transaction_session_timeout={BUSY_S}s"
    return create_engine(
        url,
        pool_size=CONNECTIONS_MAX,
        max_overflow=0,
        pool_timeout=BUSY_S,
        pool_use_lifo=True,
        pool_recycle=RECYCLED_S,
        connect_args={"connect_timeout": BUSY_S, "options": waits},
    )
