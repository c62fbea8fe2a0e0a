"""DIR/enrolment.sqlite: one file for the tables of the enrolment, opened for each use.

Not responsible for what is in a table (`tokens.py`, `register.py`).
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def enrolment_records(data: Path, table: str) -> Generator[sqlite3.Connection]:
    """Open the file in `data` for one transaction; `table` is the statement that makes the table if it is not there."""
    records = sqlite3.connect(data / "enrolment.sqlite")
    try:
        with records:
            records.execute(table)
            yield records
    finally:
        records.close()
