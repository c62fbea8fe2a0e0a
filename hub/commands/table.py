"""In which module each command's work is; its `COMMANDS` maps names to functions that return the exit code.

Only the chosen one is imported: each role has libraries of its own, which take a second to load together. Not
responsible for words and options (`hub/command_line.py`).
"""

import argparse
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

_HELD = {
    "hub.commands.init": ("init",),
    "hub.commands.serve": ("serve",),
    "hub.commands.centre": ("centre", "openapi"),
    "hub.commands.municipality": ("municipality",),
    "hub.commands.jpki": ("jpki", "revoke"),
    "hub.commands.inquiry": ("inquiry",),
    "hub.commands.issued": ("issued",),
    "hub.commands.scans": ("detect", "restore"),
    "hub.commands.chart": ("chart",),
    "hub.commands.codes": ("verify", "verify-page"),
    "hub.centre.operator_command": ("resume", "notice", "decisions"),
    "hub.ledger.command": ("reconcile", "ledger", "charge", "cash-count", "settle", "alarms"),
    "hub.audit.command": ("audit",),
    "hub.report.command": ("report", "orders", "history"),
    "hub.desk.command": ("desk", "desk-person"),
    "hub.fleet.command": ("command",),
    "hub.fleet.serving": ("fleet",),
    "hub.fleet.buttons": ("home-assistant",),
    "hub.fleet.looking_back": ("fleet-history",),
    "hub.fleet.years": ("fleet-figures",),
    "hub.town_hall": ("changes", "change", "registrations", "populate"),
}
MODULES: Mapping[str, str] = MappingProxyType({name: module for module, names in _HELD.items() for name in names})


def command(name: str) -> Callable[[argparse.Namespace], int]:
    """Import the module of a command of the table and return the function."""
    return import_module(MODULES[name]).COMMANDS[name]
