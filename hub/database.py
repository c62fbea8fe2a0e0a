"""Opening one of the hub's databases: SQLite files (WAL, synchronous=FULL), or PostgreSQL by URL for several processes.

Patient with a second process, never for ever. Not responsible for any table (`records.py` of each role) nor for
bringing tables up to date (`hub/migrations`).
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

BUSY_S = 5
CONNECTIONS_MAX = 10
HASTY_MAX = 4
RECYCLED_S = 600  # a connection that broke meanwhile fails one request, which may be asked again

_HASTY: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()


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


writing = reading  # each statement is kept once it is done: for one, or for some that do not need each other


@contextmanager
def not_awaited(engine: Engine) -> Generator[Connection]:
    """Write one statement without waiting for the disk: others see it at once, but a power cut may take it.

    Never what later writes do not imply: the next awaited commit keeps all that came before it, in this order.
    """
    if is_shared(engine):
        with reading(_HASTY[engine]) as connection:
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
    """Return an engine; beside it stands another for `not_awaited`, since a connection keeps its setting."""
    engine, hasty = _pool(url, CONNECTIONS_MAX), _pool(url, HASTY_MAX, " -c synchronous_commit=off")

    def end_both(_engine: Engine) -> None:
        hasty.dispose()

    event.listen(engine, "engine_disposed", end_both)
    _HASTY[engine] = hasty
    return engine


def _pool(url: str, connections: int, setting: str = "") -> Engine:
    waits = f"-c statement_timeout={BUSY_S}s -c lock_timeout={BUSY_S}s -c idle_in_transaction_session_timeout={BUSY_S}s"
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=BUSY_S,
        pool_use_lifo=True,
        pool_recycle=RECYCLED_S,
        connect_args={"connect_timeout": BUSY_S, "options": waits + setting},
    )
