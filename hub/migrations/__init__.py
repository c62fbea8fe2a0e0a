"""Bringing a role's tables up to date, step by step (Alembic); each step is a file that is never changed again.

After a change of tables: `python -m hub.migrations.write ROLE "what changes"`, look at the file, set `HEADS`. Tests
hold the steps' result against the models, on both databases. Not responsible for opening a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

# The newest step of each role: whoever opens a database that is there already needs no more than to look.
HEADS: Mapping[str, str] = MappingProxyType({"centre": "0005", "jpki": "0001", "municipality": "0001"})
_LOCK = 402231  # any number, the same in all processes
_STEPS = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))  # Alembic's own


class OlderDatabase(ValueError):
    """The database was made before its steps were recorded; the text says what to do."""


def bring_up_to_date(engine: Engine, role: str) -> None:
    """Make or change the tables unless they are as they should be; raises OlderDatabase. Safe for several at once."""
    with engine.begin() as connection:
        if _version(connection) == HEADS[role]:
            return
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        _upgrade(connection, role)


def is_up_to_date(engine: Engine, role: str) -> bool:
    """Tell whether all steps were made; changes nothing."""
    with engine.connect() as connection:
        return _version(connection) == HEADS[role]


def note_steps(connection: Connection, role: str, step: str | None = None) -> None:
    """Write down that the tables are as `step` (the newest) makes them: they were made from the models."""
    _STEPS.create(connection)
    connection.execute(_STEPS.insert(), {"version_num": step or HEADS[role]})


def configuration(role: str, connection: Connection) -> Config:
    """Return Alembic's configuration for a role."""
    from alembic.config import Config  # noqa: PLC0415 - a tenth of a second, which nearly nobody needs

    found = Config()
    here = Path(__file__).parent
    found.set_main_option("script_location", str(here))
    found.set_main_option("version_locations", str(here / role))
    found.set_main_option("path_separator", "newline")
    found.attributes["connection"] = connection
    found.attributes["role"] = role
    return found


def _upgrade(connection: Connection, role: str) -> None:
    from alembic import command  # noqa: PLC0415

    version = _version(connection)
    if version is None and inspect(connection).get_table_names():
        place = connection.engine.url.render_as_string()
        raise OlderDatabase(
            f"{place} was made by an older version: make a new data directory with `python -m hub init`"
        )
    command.upgrade(configuration(role, connection), "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
