"""Pages on which a person chooses what is to be issued: type, year, persons, items, copies.

Not responsible for: which of these questions make sense for a type (the clerk's machine).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from firmware.app.screens import dates
from firmware.app.screens.pages.building import page, primary, way
from firmware.views import Button, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware.app.screens.texts import Texts

COPIES_MAX = 10
UNAVAILABLE = ("hours", "closed_day", "maintenance", "down", "operator_not_contracted", "stopped", "not_issued")


class TypeChoice(NamedTuple):
    """A certificate type the person may choose.

    `reason` is the hub's word when it is not `available`, of `UNAVAILABLE`; `hours` like ("06:30", "23:00").
    """

    type: str
    fee_yen: int
    available: bool = True
    reason: str = ""
    hours: tuple[str, str] = ("06:30", "23:00")


class PersonChoice(NamedTuple):
    """A person to be chosen; texts as in the register, `birth_date` like "1986-11-30"."""

    name: str
    relationship: str
    birth_date: str


def choose_type(
    texts: Texts,
    choices: Sequence[TypeChoice],
    countdown_s: float | None = None,
    *,
    registration: bool = False,
    history: bool = False,
) -> View:
    """Ask for the type of certificate, with fees; `registration` and `history` are offered where true."""
    buttons = [
        Button(
            id=f"type:{choice.type}",
            label=texts.say(f"type.{choice.type}"),
            detail=texts.yen(choice.fee_yen) if choice.available else _reason(texts, choice),
            enabled=choice.available,
            picture="certificate",
        )
        for choice in choices
    ]
    if registration:
        buttons.append(_besides(texts, "registration"))
    if history:
        buttons.append(_besides(texts, "history"))
    return page(texts, "choose_type", "choices", step=5, buttons=(*buttons, *way(texts)), countdown_s=countdown_s)


def choose_year(texts: Texts, years: Sequence[int], countdown_s: float | None = None) -> View:
    """Ask for the fiscal year: 2026 is 令和8年度."""
    buttons = tuple(
        Button(
            id=f"year:{year}", label=dates.fiscal_year(texts, year), detail=texts.say("unit.income_of", year=year - 1)
        )
        for year in years
    )
    return page(texts, "choose_year", "choices", step=5, buttons=(*buttons, *way(texts)), countdown_s=countdown_s)


def choose_scope(texts: Texts, scopes: Sequence[str], countdown_s: float | None = None) -> View:
    """Ask for the persons on the certificate: `self household members whole individual`."""
    buttons = tuple(
        Button(id=f"scope:{scope}", label=texts.say(f"scope.{scope}"), detail=texts.say(f"scope_detail.{scope}"))
        for scope in scopes
    )
    return page(texts, "choose_scope", "choices", step=5, buttons=(*buttons, *way(texts)), countdown_s=countdown_s)


def choose_persons(
    texts: Texts,
    persons: Sequence[PersonChoice],
    chosen: Sequence[int],
    *,
    one_only: bool = False,
    most: int = 0,
    countdown_s: float | None = None,
) -> View:
    """Ask for persons by name; `chosen` are indices. With `one_only` a touch chooses in place of the one before.

    `most` can be chosen, 0 for all; once they are, the others cannot.
    """
    full = bool(most) and len(chosen) >= most and not one_only
    buttons = tuple(
        Button(
            id=f"person:{index}",
            label=person.name,
            detail=texts.say(
                "unit.person", relationship=person.relationship, birth_date=dates.birth_date(texts, person.birth_date)
            ),
            mark="radio" if one_only else "check",
            selected=index in chosen,
            enabled=index in chosen or not full,
            personal=True,
        )
        for index, person in enumerate(persons)
    )
    enabled = len(chosen) == 1 if one_only else len(chosen) > 0
    return page(
        texts,
        "choose_persons",
        "choices",
        text="choose_person" if one_only else "choose_persons",
        step=5,
        note=texts.say("unit.most_persons", count=most) if 0 < most < len(persons) and not one_only else "",
        buttons=(*buttons, *way(texts), primary(texts, "next", enabled=enabled)),
        countdown_s=countdown_s,
    )


def choose_items(texts: Texts, items: Sequence[str], chosen: Sequence[str], countdown_s: float | None = None) -> View:
    """Ask for the items to be shown; each is on or off."""
    buttons = tuple(
        Button(id=f"item:{item}", label=texts.say(f"item.{item}"), mark="check", selected=item in chosen)
        for item in items
    )
    return page(
        texts,
        "choose_items",
        "choices",
        step=5,
        buttons=(*buttons, *way(texts), primary(texts, "next")),
        countdown_s=countdown_s,
    )


def choose_copies(
    texts: Texts, copies: int, fee_yen: int, copies_max: int = COPIES_MAX, countdown_s: float | None = None
) -> View:
    """Ask for the number of copies; `fee_yen` is the fee of one."""
    buttons = tuple(
        Button(
            id=f"copies:{count}", label=texts.say("unit.copies", count=count), mark="radio", selected=count == copies
        )
        for count in range(1, min(copies_max, COPIES_MAX) + 1)
    )
    return page(
        texts,
        "choose_copies",
        "choices",
        step=5,
        fee_yen=fee_yen,
        buttons=(*buttons, *way(texts), primary(texts, "next")),
        countdown_s=countdown_s,
    )


def _besides(texts: Texts, button: str) -> Button:
    return Button(id=button, label=texts.say(f"button.{button}"), picture="note")


def _reason(texts: Texts, choice: TypeChoice) -> str:
    opening, closing = choice.hours
    hours = texts.say("unit.hours", open=opening, close=closing)
    return texts.say(f"unavailable_type.{choice.reason or 'stopped'}", hours=hours)
