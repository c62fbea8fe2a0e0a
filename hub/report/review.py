"""The yearly review of a municipality, put together: the JSON document from which text and PDF are made.

Not responsible for any figure (`usage.py`, `money.py`, `recovery.py`, `safeguards.py`). Source: DOMAIN, "Money": the
council asks for usage, whether the cost is recovered, a yearly check of the safeguards, and any trouble.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine

from hub.clock import Clock, rfc3339
from hub.ledger.tariffs import Tariffs, Town
from hub.municipality.rules.rules import rules_on
from hub.municipality.samples.towns import TOWNS
from hub.report.incidents import read_incidents, told
from hub.report.money import money_of
from hub.report.recovery import COPIES_A_HOLDER_ASSUMED, MINUTES_NOW, Assumptions, recovery_of
from hub.report.safeguards import Sources, check_safeguards
from hub.report.usage import trouble_of, usage_of
from hub.report.year import Year, read_year

Review = dict[str, Any]


def review_of(
    engine: Engine,
    data: Path,
    code: str,
    fiscal_year: int,
    clock: Clock,
    *,
    tariffs: Tariffs,
    copies_a_holder: float = COPIES_A_HOLDER_ASSUMED,
    incidents: Mapping[str, Path] = MappingProxyType({}),
) -> Review:
    """Make the review; `incidents` are kiosks' own records (kiosk id -> file).

    Raises ValueError for a year without transactions or a damaged file, TariffError for a year without tariffs.
    """
    year = read_year(engine, data, code, fiscal_year, clock())
    first, after = year.days
    left = read_incidents(incidents, first, after)
    town = tariffs.town(code, first)
    usage, money = usage_of(year), money_of(year, tariffs)
    own = _of_year(usage, money, town.population, town.card_ownership)
    assumed = replace(own, copies_a_holder=copies_a_holder)
    sources = Sources(year, engine, data, tariffs, left, frozenset(incidents))
    return {
        "municipality": code,
        "name": _name(code, first),
        "fiscal_year": fiscal_year,
        "from": first.isoformat(),
        "to_before": after.isoformat(),
        "made_at": rfc3339(year.now),
        "test_data": year.made_for_tests,
        "incomplete": year.now.date() < after,
        "population": _population(town),
        "usage": usage,
        "trouble": {**trouble_of(year), "incidents": told(left) if incidents else None},
        "money": money,
        "recovery": {"measured": recovery_of(own), "assumed": recovery_of(assumed), "minutes_rate": MINUTES_NOW},
        "safeguards": [asdict(it) for it in check_safeguards(sources)],
        "stops": _stops(year),
    }


def _population(town: Town) -> dict[str, Any]:
    return {
        "inhabitants": town.population,
        "card_ownership": town.card_ownership,
        "from": town.begins.isoformat(),
        "source": town.source,
    }


def _of_year(usage: Review, money: Review, population: int, ownership: float) -> Assumptions:
    """Return what this year shows: copies of a card's holder, what a copy earned and cost; 0 where none was issued."""
    copies = usage["copies"]
    each = max(copies, 1)
    return Assumptions(
        population=population,
        copies_a_holder=round(copies / (population * ownership), 4),
        fee_yen_a_copy=round(money["fees_yen"] / each, 2),
        commission_yen_a_copy=round(money["commission_yen"] / each, 2),
        charge_yen=money["charge_yen"],
    )


def _name(code: str, day: date) -> str:
    changes = TOWNS.get(code)
    return rules_on(max(day, min(it.on for it in changes)), changes).name["ja"] if changes else code


def _stops(year: Year) -> list[dict[str, Any]]:
    named = {it.subject: it.person for it in year.decisions if it.action == "resumed"}
    return [
        {
            "kind": it.kind,
            "subject": it.subject,
            "cause": it.cause,
            "since_s": it.since_s,
            "lifted_at_s": it.lifted_at_s,
            "lifted_by": named.get(it.subject) if it.lifted_at_s else None,
            "reason": it.lifted_reason,
        }
        for it in year.stops
    ]
