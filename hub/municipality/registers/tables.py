"""The tables of a municipality's registers: made, and brought up to date step by step (`hub/migrations/municipality`).

Registers of a time before steps were recorded have the tables of step 0001, or are refused. Not responsible for what
stands in them.
"""

from sqlalchemy import Engine, inspect

from hub.migrations import OlderDatabase, bring_up_to_date, is_up_to_date, note_steps
from hub.municipality.registers import civil_registers

_TABLES = civil_registers.Base.metadata
_ROLE = "municipality"
_FIRST = "0001"


def make_tables(register: Engine) -> None:
    """Make all tables of new registers."""
    with register.execution_options(writes=True).begin() as connection:
        _TABLES.create_all(connection)
        note_steps(connection, _ROLE)


def bring_registers_up_to_date(register: Engine) -> None:
    """Make the steps that are missing; raises OlderDatabase with the remedy."""
    if is_up_to_date(register, _ROLE):
        return
    if not inspect(register).has_table("alembic_version"):
        _adopt(register)
    bring_up_to_date(register.execution_options(writes=True), _ROLE)


def _adopt(register: Engine) -> None:
    """Take registers as they were before steps were recorded."""
    with register.execution_options(writes=True).begin() as connection:
        known = inspect(connection)
        for name, table in _TABLES.tables.items():
            found = {it["name"] for it in known.get_columns(name)} if known.has_table(name) else set[str]()
            if not {it.name for it in table.columns} <= found:
                raise OlderDatabase(
                    f"{register.url.database} was made by an older version: "
                    "make a new data directory with `python -m hub init`"
                )
        note_steps(connection, _ROLE, _FIRST)
