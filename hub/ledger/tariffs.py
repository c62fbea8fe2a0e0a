"""Dated tariffs (`tariffs.toml`): commission, charge by population, and a municipality's population and card ownership.

Not responsible for fees, which each municipality dates itself (`hub/municipality/rules/rules.py`).
Source: DOMAIN, "Money": tariffs are dated, a report of last year uses last year's.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

FILE = Path(__file__).with_name("tariffs.toml")


class TariffError(ValueError):
    """No tariff holds on a day, or the file is wrong; the text says which entry to add."""


@dataclass(frozen=True, slots=True)
class Commission:
    """What a store's operator gets, yen `per` sheet or copy."""

    begins: date
    yen: int
    per: str
    source: str

    def of(self, sheets: int, copies: int) -> int:
        """Return the commission of an order, yen; `sheets` are the pages of one copy."""
        return self.yen * copies * (sheets if self.per == "sheet" else 1)


@dataclass(frozen=True, slots=True)
class Charge:
    """The yearly charge; `bands` are (population below, yen), ascending."""

    begins: date
    bands: tuple[tuple[int, int], ...]
    source: str

    def of(self, population: int) -> int:
        """Return the charge of a year, yen."""
        return next(yen for below, yen in self.bands if population < below)


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality's inhabitants, and the part of them that hold a card (0 to 1)."""

    code: str
    begins: date
    population: int
    card_ownership: float
    source: str


_Dated = TypeVar("_Dated", Commission, Charge, Town)


@dataclass(frozen=True, slots=True)
class Tariffs:
    """All entries of the file."""

    commissions: Sequence[Commission]
    charges: Sequence[Charge]
    towns: Sequence[Town]

    def commission(self, day: date) -> Commission:
        """Return the commission of a day; raises TariffError."""
        return _newest("commission", self.commissions, day)

    def commissions_between(self, first: date, after: date) -> list[Commission]:
        """List the commissions that held on any day from `first` up to `after`, in their order."""
        ordered = sorted(self.commissions, key=lambda it: it.begins)
        ends = [it.begins for it in ordered[1:]] + [date.max]
        return [it for it, end in zip(ordered, ends, strict=True) if it.begins < after and end > first]

    def charge(self, day: date) -> Charge:
        """Return the charge of a day; raises TariffError."""
        return _newest("charge", self.charges, day)

    def town(self, code: str, day: date) -> Town:
        """Return a municipality's figures of a day; raises TariffError."""
        return _newest(f"town {code}", [it for it in self.towns if it.code == code], day)


def read_tariffs(path: Path = FILE) -> Tariffs:
    """Read a file of tariffs; raises TariffError naming the entry that is wrong."""
    with path.open("rb") as file:
        given = tomllib.load(file)
    unknown = set(given) - {"commission", "charge", "town"}
    if unknown:
        raise TariffError(f"{path}: unknown tables {', '.join(sorted(unknown))}; there are commission, charge, town")
    return Tariffs(
        _entries(path, given, "commission", _commission),
        _entries(path, given, "charge", _charge),
        _entries(path, given, "town", _town),
    )


@cache
def own_tariffs() -> Tariffs:
    """Return the tariffs of this installation, read once."""
    return read_tariffs()


def _entries(path: Path, given: Mapping[str, Any], name: str, make: Callable[[Any], _Dated]) -> tuple[_Dated, ...]:
    made: list[_Dated] = []
    for number, entry in enumerate(given.get(name, []), start=1):
        try:
            made.append(make(entry))
        except (KeyError, TypeError, ValueError) as error:
            raise TariffError(f"{path}: [[{name}]] number {number}: {error!r}; compare it with the others") from error
    return tuple(made)


def _commission(entry: Mapping[str, Any]) -> Commission:
    if entry["per"] not in {"sheet", "copy"} or entry["yen"] < 0:
        raise ValueError("`per` is sheet or copy, `yen` not below 0")
    return Commission(_day(entry), int(entry["yen"]), entry["per"], entry["source"])


def _charge(entry: Mapping[str, Any]) -> Charge:
    bands = tuple((int(it["below"]), int(it["yen"])) for it in entry["bands"])
    if not bands or list(bands) != sorted(bands):
        raise ValueError("`bands` ascend")
    return Charge(_day(entry), bands, entry["source"])


def _town(entry: Mapping[str, Any]) -> Town:
    if not 0 < entry["card_ownership"] <= 1 or entry["population"] <= 0:
        raise ValueError("`card_ownership` is above 0 and at most 1, `population` above 0")
    return Town(entry["code"], _day(entry), int(entry["population"]), float(entry["card_ownership"]), entry["source"])


def _day(entry: Mapping[str, Any]) -> date:
    if type(entry["from"]) is not date:
        raise TypeError("`from` is a day like 2016-04-01")
    return entry["from"]


def _newest(name: str, entries: Sequence[_Dated], day: date) -> _Dated:
    found = [it for it in entries if it.begins <= day]
    if not found:
        raise TariffError(f"no {name} holds on {day}: add an entry with an earlier `from` to {FILE.name}")
    return max(found, key=lambda it: it.begins)
