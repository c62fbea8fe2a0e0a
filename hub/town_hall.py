"""A municipality's office at the command line: the record of changes, registrations for use, people for load tests.

Not responsible for the rules themselves (`hub/municipality/`).
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Engine

from hub.clock import utc_now
from hub.municipality.registers import registrations
from hub.municipality.rules.change_record import as_pdf, as_text
from hub.municipality.rules.changes import all_changes, differences, enter, from_wishes
from hub.municipality.rules.rules import TOKYO, Change, rules_on
from hub.municipality.samples.towns import TOWNS
from hub.municipality.setup import open_existing
from hub.setup.crowd import make_crowd


def _changes(options: argparse.Namespace) -> int:
    register = open_existing(options.data, options.municipality)
    try:
        changes = all_changes(register, TOWNS.get(options.municipality, ()))
    finally:
        register.dispose()
    name = rules_on(max(it.on for it in changes), changes).name["ja"]
    lines = list(differences(changes))
    if options.out is None:
        print(as_text(name, lines))
        return 0
    Path(options.out).write_bytes(as_pdf(name, lines, _today()))
    print(f"written: {options.out}")
    return 0


def _change(options: argparse.Namespace) -> int:
    register = open_existing(options.data, options.municipality)
    try:
        in_force = rules_on(options.on, all_changes(register, TOWNS.get(options.municipality, ())))
        wishes = dict(_wish(text) for text in options.sets)
        sets = from_wishes(wishes, in_force)
        enter(register, Change(options.on, sets, options.reason, options.by), utc_now())
    finally:
        register.dispose()
    print(f"entered: {', '.join(sets)} from {options.on}; `hub serve` reads it when it starts")
    return 0


def _registrations(options: argparse.Namespace) -> int:
    register = open_existing(options.data, options.municipality)
    try:
        return _decide(register, options) if options.number else _list_open(register)
    finally:
        register.dispose()


def _decide(register: Engine, options: argparse.Namespace) -> int:
    if not options.by or (options.approve is None) == (options.reject is None):
        raise ValueError("a decision needs --by NAME and either --approve PERSON or --reject REASON")
    if options.approve is not None:
        registrations.approve(register, options.number, options.approve, options.by, _today())
    else:
        registrations.reject(register, options.number, options.reject, options.by, _today())
    print(f"{options.number}: {'approved; usable from tomorrow' if options.approve else 'rejected'}")
    return 0


def _list_open(register: Engine) -> int:
    for asked, fitting in registrations.list_open(register):
        print(f"{asked.number}  {asked.requested_on}  {asked.name_kana}  {asked.birth_date}  {asked.phone}")
        for member in fitting:
            print(f"    fits {member.id}  {member.register.domicile}  {member.register.head}")
        if not fitting:
            print("    nobody in the family registers fits")
    return 0


def _populate(options: argparse.Namespace) -> int:
    for code in make_crowd(options.data, options.municipalities, options.residents, options.cards, utc_now()):
        print(f"made {code}", file=sys.stderr)
    return 0


def _wish(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"`{text}`: write NAME=JSON, such as copies_max=5")
    try:
        return name, json.loads(value)
    except ValueError as error:
        raise ValueError(f"`{text}`: {value!r} is not JSON; texts need quotes") from error


def _today() -> date:
    return utc_now().astimezone(TOKYO).date()


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {"changes": _changes, "change": _change, "registrations": _registrations, "populate": _populate}
)
