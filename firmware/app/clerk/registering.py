"""The questions of 本籍地利用登録: the requests so far, and a new one with name, birth date and telephone number. Pure.

The machine knows which texts are whole, not what they are: they are the runner's, and are wiped on every way out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.chain import begin_again
from firmware.app.clerk.course import Answer, ask, begin
from firmware.app.clerk.state import Asking, Clerk, Limits, Question, Work
from firmware.app.clerk.visit import Field

if TYPE_CHECKING:
    from collections.abc import Callable

FIELDS = {
    Question.REGISTER_NAME: Field.NAME,
    Question.REGISTER_BIRTH: Field.BIRTH,
    Question.REGISTER_PHONE: Field.PHONE,
}
_ORDER = (*FIELDS, Question.REGISTER_CONFIRM)


def typed(clerk: Clerk, field: Field, now: float, limits: Limits, *, valid: bool) -> Answer:
    """Note whether the text is whole; the person has the whole time again."""
    phase, visit = clerk.phase, clerk.visit
    if not isinstance(phase, Asking) or FIELDS.get(phase.question) is not field:
        return clerk, ()
    whole = {*visit.typed, field} if valid else {*visit.typed} - {field}
    noted = replace(clerk, visit=replace(visit, typed=tuple(sorted(whole))))
    return ask(noted, phase.question, now, limits)


def _registration(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    match button:
        case "back":
            return begin_again(clerk, now, limits)
        case "register" if clerk.visit.may_register:
            return ask(clerk, Question.REGISTER_NAME, now, limits)
        case _:
            return clerk, ()


def _text(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    """Go on when this page's text is whole."""
    phase = clerk.phase
    assert isinstance(phase, Asking)  # noqa: S101 - only a question has an answer
    here = _ORDER.index(phase.question)
    match button:
        case "back" if here == 0:
            emptied = replace(clerk, visit=replace(clerk.visit, typed=()))
            return ask(emptied, Question.REGISTRATION, now, limits, v.WipeTyped())
        case "back":
            return ask(clerk, _ORDER[here - 1], now, limits)
        case "next" if FIELDS[phase.question] in clerk.visit.typed:
            return ask(clerk, _ORDER[here + 1], now, limits)
        case _:
            return clerk, ()


def _confirm(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    match button:
        case "back":
            return ask(clerk, Question.REGISTER_PHONE, now, limits)
        case "next":
            return begin(clerk, Work.REGISTER, v.Register, now, limits)
        case _:
            return clerk, ()


def _registered(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    return begin_again(clerk, now, limits) if button == "next" else (clerk, ())


ANSWERS: dict[Question, Callable[[Clerk, str, float, Limits], Answer]] = {
    Question.REGISTRATION: _registration,
    **dict.fromkeys(FIELDS, _text),
    Question.REGISTER_CONFIRM: _confirm,
    Question.REGISTERED: _registered,
}
