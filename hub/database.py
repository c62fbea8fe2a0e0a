"""Opening one of the hub's SQLite files: durable (WAL, synchronous=FULL), and patient with a second process.

Not responsible for any table.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

BUSY_S = 5


def open_database(path: Path) -> Engine:
    """Return an engine for the file, which is made if it is not there; call `dispose()` when done."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_S})

    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    event.listen(engine, "connect", prepare)
    return engine
