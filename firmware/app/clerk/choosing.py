"""The questions about the certificate: year, scope, persons, items, copies, preview, confirmation. Pure.

Not responsible for which of them is asked (`chain.py`), nor for what they look like (`app/screens`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.chain import altered, back, chosen, onward
from firmware.app.clerk.course import Answer, ask, begin
from firmware.app.clerk.state import Clerk, Limits, Question, Work
from firmware.app.clerk.visit import MOST_PERSONS

if TYPE_CHECKING:
    from collections.abc import Callable


def _year(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    offer, _ = chosen(clerk)
    if button == "back":
        return back(clerk, Question.CHOOSE_YEAR, now, limits)
    year = next((year for year in offer.fiscal_years if button == f"year:{year}"), None)
    if year is None:
        return clerk, ()
    return onward(altered(clerk, fiscal_year=year), Question.CHOOSE_YEAR, now, limits)


def _scope(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    offer, choice = chosen(clerk)
    if button == "back":
        return back(clerk, Question.CHOOSE_SCOPE, now, limits)
    scope = button.removeprefix("scope:")
    if scope not in offer.scopes:
        return clerk, ()
    persons = choice.persons if scope == choice.scope else ()
    return onward(altered(clerk, scope=scope, persons=persons), Question.CHOOSE_SCOPE, now, limits)


def _persons(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    offer, choice = chosen(clerk)
    if button == "back":
        return back(clerk, Question.CHOOSE_PERSONS, now, limits)
    if button == "next":
        return onward(clerk, Question.CHOOSE_PERSONS, now, limits) if choice.persons else (clerk, ())
    touched = next((index for index in range(clerk.visit.persons) if button == f"person:{index}"), None)
    if touched is None:
        return clerk, ()
    toggled = tuple(sorted(set(choice.persons) ^ {touched}))
    persons = (touched,) if offer.one_only(choice.scope) else toggled
    if len(persons) > MOST_PERSONS:
        return clerk, ()
    return ask(altered(clerk, persons=persons), Question.CHOOSE_PERSONS, now, limits)


def _items(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    offer, choice = chosen(clerk)
    if button == "back":
        return back(clerk, Question.CHOOSE_ITEMS, now, limits)
    if button == "next":
        return onward(clerk, Question.CHOOSE_ITEMS, now, limits)
    item = button.removeprefix("item:")
    if item not in offer.items:
        return clerk, ()
    items = tuple(sorted(set(choice.items) ^ {item}))
    return ask(altered(clerk, items=items), Question.CHOOSE_ITEMS, now, limits)


def _copies(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    offer, _ = chosen(clerk)
    if button == "back":
        return back(clerk, Question.CHOOSE_COPIES, now, limits)
    if button == "next":
        return onward(clerk, Question.CHOOSE_COPIES, now, limits)
    copies = next((count for count in range(1, offer.copies_max + 1) if button == f"copies:{count}"), None)
    if copies is None:
        return clerk, ()
    return ask(altered(clerk, copies=copies), Question.CHOOSE_COPIES, now, limits)


def _preview(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    visit = clerk.visit
    match button:
        case "back":
            return back(_at_sheet(clerk, 1, of=0), Question.PREVIEW, now, limits)
        case "next":
            return onward(_at_sheet(clerk, 1, of=visit.sheets), Question.PREVIEW, now, limits)
        case "page:prev" if visit.sheet > 1:
            sheet = visit.sheet - 1
        case "page:next" if visit.sheet < visit.sheets:
            sheet = visit.sheet + 1
        case _:
            return clerk, ()
    return ask(_at_sheet(clerk, sheet, of=visit.sheets), Question.PREVIEW, now, limits)


def _at_sheet(clerk: Clerk, sheet: int, *, of: int) -> Clerk:
    return replace(clerk, visit=replace(clerk.visit, sheet=sheet, sheets=of))


def _confirm(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    _, choice = chosen(clerk)
    match button:
        case "back":
            return back(clerk, Question.CONFIRM, now, limits)
        case "next":
            told = v.Say(m.Stepped(m.Step.ISSUE))
            return begin(clerk, Work.ISSUE, lambda serial: v.PlaceOrder(serial, choice), now, limits, told)
        case _:
            return clerk, ()


ANSWERS: dict[Question, Callable[[Clerk, str, float, Limits], Answer]] = {
    Question.CHOOSE_YEAR: _year,
    Question.CHOOSE_SCOPE: _scope,
    Question.CHOOSE_PERSONS: _persons,
    Question.CHOOSE_ITEMS: _items,
    Question.CHOOSE_COPIES: _copies,
    Question.PREVIEW: _preview,
    Question.CONFIRM: _confirm,
}
