"""The dated record of changes: entering one, reading them all, and telling the council what changed from what to what.

Not responsible for what the rules mean (`rules.py`). Rule: DOMAIN, "Adding a type or an item must leave a dated record
for the city's council"; the first entries are those of the municipality's module, later ones are in its register.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hub.municipality.registers.register import RuleChange, writing
from hub.municipality.rules.rules import Change, Maintenance, Rules, TypeRule, check_hours, rules_on

_TYPE = "type:"
_NAMES = frozenset(it.name for it in fields(Rules)) - {"types"}
_TYPE_NAMES = frozenset(it.name for it in fields(TypeRule))


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the record: `what` was `before` and is `after` from `on`."""

    on: date
    what: str
    before: str
    after: str
    reason: str
    entered_by: str


def all_changes(register: Engine, first: Sequence[Change] = ()) -> tuple[Change, ...]:
    """List the dated changes: `first`, then those entered in the register."""
    with Session(register) as session, session.begin():
        entered = session.scalars(select(RuleChange).order_by(RuleChange.id)).all()
        return (*first, *(Change(it.on, _read(json.loads(it.sets)), it.reason, it.entered_by) for it in entered))


def enter(register: Engine, change: Change, now: datetime) -> None:
    """Write a change down; raises ValueError naming a field that no rule has."""
    with writing(register) as session, session.begin():
        session.add(change_row(change, now))


def change_row(change: Change, now: datetime) -> RuleChange:
    """Return the register's row of a change; raises ValueError naming a field that no rule has."""
    _check(change.sets)
    sets = json.dumps({name: _plain(value) for name, value in change.sets.items()}, ensure_ascii=False)
    return RuleChange(on=change.on, sets=sets, reason=change.reason, entered_at=now, entered_by=change.entered_by)


def from_wishes(wishes: Mapping[str, Any], in_force: Rules) -> dict[str, Any]:
    """Turn JSON values into a change's `sets`: a type's fields are laid over those in force. Raises ValueError."""
    whole: dict[str, Any] = {}
    for name, value in wishes.items():
        kind = name.removeprefix(_TYPE)
        if name.startswith(_TYPE) and kind in in_force.types:
            whole[name] = {**asdict(in_force.types[kind]), **value}
        else:
            whole[name] = value
    _check(whole)
    return _read(whole)


def differences(changes: Sequence[Change]) -> Iterator[Difference]:
    """Tell each change field by field, oldest first; what begins as it usually is needs no line."""
    ordered = sorted(changes, key=lambda it: it.on)
    for count, change in enumerate(ordered):
        before = _flat(ordered[:count], change.on)
        after = _flat(ordered[: count + 1], change.on)
        for what, value in after.items():
            usual = what not in before and value == _USUAL.get(what.rpartition(" ")[2])
            if before.get(what) != value and not usual:
                told = before.get(what, "-")
                yield Difference(change.on, what, told, value, change.reason, change.entered_by)


def record_hours(
    register: Engine,
    first: Sequence[Change],
    now: datetime,
    today: date,
    *,
    always_open: bool,
    hours: tuple[str, str] | None,
) -> None:
    """Enter a dated change if the hours are not those in force; raises ValueError for impossible hours."""
    wanted: dict[str, Any] = {"always_open": always_open}
    if hours is not None:
        check_hours(*hours)
        wanted |= {"opens": hours[0], "closes": hours[1]}
    in_force = rules_on(today, all_changes(register, first))
    sets = {name: value for name, value in wanted.items() if getattr(in_force, name) != value}
    if sets:
        reason = "trial hours: open at all times" if always_open else "hours of the hub's settings"
        enter(register, Change(today, sets, reason, "hub serve"), now)


def _flat(changes: Sequence[Change], day: date) -> dict[str, str]:
    if not changes:
        return {}
    rules = rules_on(day, changes)
    flat = {name: _text(getattr(rules, name)) for name in sorted(_NAMES)}
    for kind, rule in rules.types.items():
        flat |= {f"{kind}: {name}": _text(value) for name, value in asdict(rule).items()}
    return flat


def _text(value: Any) -> str:
    if value is None or value == ():
        return "none"
    return value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False)


def _check(sets: Mapping[str, Any]) -> None:
    for name, value in sets.items():
        if not name.startswith(_TYPE):
            if name not in _NAMES:
                raise ValueError(f"`{name}` is no rule; there are: {', '.join(sorted(_NAMES))}, type:NAME")
            continue
        given = asdict(value) if isinstance(value, TypeRule) else value
        if not isinstance(given, Mapping) or not set(given) <= _TYPE_NAMES:  # pyright: ignore[reportUnknownArgumentType]
            raise ValueError(f"`{name}`: a type has the fields {', '.join(sorted(_TYPE_NAMES))}")
        if not {"fee_yen", "counter_fee_yen"} <= set(given):  # pyright: ignore[reportUnknownArgumentType]
            raise ValueError(f"`{name}`: a new type needs fee_yen and counter_fee_yen")


def _plain(value: Any) -> Any:
    match value:
        case TypeRule():
            return {name: _plain(it) for name, it in asdict(value).items()}
        case Maintenance():
            return {"begins": value.begins.isoformat(), "ends": value.ends.isoformat(), "notice": dict(value.notice)}
        case frozenset():
            return sorted(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case tuple():
            return list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case _:
            return value


def _read(sets: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in sets.items()}


def _value(name: str, value: Any) -> Any:
    if name.startswith(_TYPE):
        rule = TypeRule(**value)
        return replace(rule, items=tuple(rule.items), scopes=tuple(rule.scopes), hours=_pair(rule.hours))
    if name == "maintenance" and value is not None:
        begins, ends = (datetime.fromisoformat(value[it]) for it in ("begins", "ends"))
        return Maintenance(begins, ends, value["notice"])
    if name == "operators" and isinstance(value, list | tuple | frozenset):
        return frozenset(cast("list[str]", value))
    return tuple(cast("list[str]", value)) if name in {"seal", "closed_days"} else value


def _pair(value: Any) -> tuple[str, str] | None:
    return None if value is None else (value[0], value[1])


_USUAL = {name: _text(value) for name, value in asdict(TypeRule(0, 0)).items()} | {"maintenance": "none"}
