"""The models of each role, gathered for writing steps and for comparing them with what the steps make.

Not responsible for the models themselves.
"""

from importlib import import_module

from sqlalchemy import MetaData

from hub.centre.records import TABLES, Base
from hub.jpki import register


def metadata_of(role: str) -> MetaData:
    """Return the tables of a role's database, but for those that are only held for minutes (`hub/centre/held.py`)."""
    if role == "jpki":
        return register.Base.metadata
    if role == "municipality":
        import_module("hub.municipality.registers.civil_registers")
        return import_module("hub.municipality.registers.register").Base.metadata
    for module in TABLES:
        import_module(module)
    return Base.metadata
