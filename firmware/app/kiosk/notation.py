"""The machine's values (states, events, commands) as JSON and back, for the recording of what happened.

Follows the dataclasses' own type hints; a dataclass carries its name, because most fields are unions. Not responsible
for what is recorded (`recording.py`).
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def encode(value: Any) -> Any:
    """Return the value as JSON knows it."""
    if is_dataclass(value):
        inside = {field.name: encode(getattr(value, field.name)) for field in fields(value)}
        return {"is": type(value).__name__, **inside}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(encode(each) for each in value)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, tuple):
        return [encode(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def decode(raw: Any, hint: Any) -> Any:
    """Return the value of this type; `ValueError` when `raw` is none."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _one_of(raw, inside)
    try:
        if origin is tuple:
            return tuple(decode(each, inside[0]) for each in raw)
        if origin is frozenset:
            return frozenset(decode(each, inside[0]) for each in raw)
        if is_dataclass(hint):
            return _one_of(raw, (hint,))
        if hint is float or issubclass(hint, (Enum, str)):
            return hint(raw)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{raw!r} is no {hint}") from error
    return _plain(raw, hint)


def _plain(raw: Any, kind: type) -> Any:
    if type(raw) is kind:
        return raw
    raise ValueError(f"{raw!r} is no {kind.__name__}")


def _one_of(raw: Any, kinds: tuple[Any, ...]) -> Any:
    if raw is None and NoneType in kinds:
        return None
    if not isinstance(raw, dict):
        plain: list[Any] = [kind for kind in kinds if kind is not NoneType and not is_dataclass(kind)]
        if len(plain) != 1:
            raise ValueError(f"{raw!r} is none of {kinds}")
        return decode(raw, plain[0])
    named: dict[str, Any] = dict(raw)  # pyright: ignore[reportUnknownArgumentType]
    name = named.pop("is", None)
    known: dict[str, Any] = {kind.__name__: kind for kind in kinds if hasattr(kind, "__dataclass_fields__")}
    kind = known.get(str(name))
    if kind is None:
        raise ValueError(f"{name!r} is not known here: it was recorded by another version")
    hints = _hints(kind)
    if named.keys() != hints.keys():
        raise ValueError(f"{name} has other fields: it was recorded by another version")
    return kind(**{field: decode(named[field], hint) for field, hint in hints.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return {field.name: get_type_hints(kind)[field.name] for field in fields(kind)}  # pyright: ignore[reportArgumentType]
