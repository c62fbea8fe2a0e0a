"""The questions up to the PIN, and what every question answers to: *back*, *cancel*, time, a card. Pure.

Order of the questions: `DOMAIN`, "The sequence". Not responsible for what comes after the card (`type_choice.py`,
`choosing.py`, `registering.py`), nor for what a question looks like (`app/screens`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.clerk import choosing, registering, type_choice
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.course import Answer, ask, begin, say, take_card
from firmware.app.clerk.state import Asking, Clerk, Limits, Question, Work

if TYPE_CHECKING:
    from collections.abc import Callable

PIN_DIGITS = 4

_BACK = {
    Question.MUNICIPALITY: Question.CONSENT,
    Question.HOLD_CARD: Question.MUNICIPALITY,
}
_NEEDS_CARD = (Question.ENTER_PIN, Question.LAST_TRY)
_BEFORE_CHOICE = (Question.CONSENT, Question.MUNICIPALITY, Question.HOLD_CARD, *_NEEDS_CARD)
AFTER_CARD = tuple(question for question in Question if question not in _BEFORE_CHOICE)


def asking(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """Answer a touch, a time-out, or a card that comes or goes."""
    phase = clerk.phase
    assert isinstance(phase, Asking)  # noqa: S101 - the dispatch table says so
    match event:
        case v.Ticked() if not phase.warned:
            return replace(clerk, phase=replace(phase, warned=True, deadline=now + limits.warning_s)), ()
        case v.Ticked():
            return say(clerk, m.EndCause.TIMEOUT, "timeout", now, limits)
        case v.Touched("cancel"):
            return say(clerk, m.EndCause.PERSON, "cancelled", now, limits)
        case v.Touched("back") if phase.question in _BACK:
            return ask(clerk, _BACK[phase.question], now, limits)
        case v.Touched(button):
            return _ANSWERS[phase.question](clerk, button, now, limits)
        case v.Typed(field, valid):
            return registering.typed(clerk, field, now, limits, valid=valid)
        case m.CardSeen(present=True) if phase.question is Question.HOLD_CARD:
            return _card_there(clerk, now, limits)
        case m.CardSeen(present=True) if phase.question in AFTER_CARD:
            return take_card(clerk, phase.question)
        case m.CardSeen(present=False) if phase.question in _NEEDS_CARD:
            forgotten = replace(clerk, visit=replace(clerk.visit, filled=0))
            return ask(forgotten, Question.HOLD_CARD, now, limits, v.WipePin(), again=True)
        case _:
            return clerk, ()


def _card_there(clerk: Clerk, now: float, limits: Limits) -> Answer:
    """Open the transaction if there is none, then look at the card."""
    visit = clerk.visit
    if visit.transaction_id is None and visit.place is not None:
        code = visit.place.code
        return begin(clerk, Work.OPEN, lambda serial: v.OpenTransaction(serial, code), now, limits)
    return begin(clerk, Work.PROBE, v.ProbeCard, now, limits)


def _consent(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    if button != "agree":
        return clerk, ()
    told = v.Say(m.Stepped(m.Step.MUNICIPALITY))
    if clerk.visit.places:
        return ask(clerk, Question.MUNICIPALITY, now, limits, told)
    return begin(clerk, Work.AVAILABILITY, v.AskPlaces, now, limits, told)


def _municipality(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    code = button.removeprefix("municipality:")
    place = next((place for place in clerk.visit.places if place.code == code and place.status == "open"), None)
    if place is None:
        return clerk, ()
    undo: tuple[v.Command, ...] = ()
    visit = clerk.visit
    if visit.transaction_id is not None and visit.place != place:
        undo = (v.CancelTransaction("person"),)
        visit = replace(visit, transaction_id=None)
    chosen = replace(clerk, visit=replace(visit, place=place))
    told = v.Say(m.Stepped(m.Step.HOLD_CARD))
    if visit.card:
        looking, commands = _card_there(chosen, now, limits)
        return looking, (*undo, told, *commands)
    return ask(chosen, Question.HOLD_CARD, now, limits, *undo, told)


def _hold_card(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:  # noqa: ARG001 - answered by the card
    return clerk, ()


def _last_try(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    match button:
        case "yes":
            return ask(clerk, Question.ENTER_PIN, now, limits)
        case "back":
            return _to_municipality(clerk, now, limits)
        case _:
            return clerk, ()


def _enter_pin(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    phase, visit = clerk.phase, clerk.visit
    again = isinstance(phase, Asking) and phase.again
    match button:
        case "digit" if visit.filled < PIN_DIGITS:
            filled = visit.filled + 1
        case "erase" if visit.filled > 0:
            filled = visit.filled - 1
        case "next" if visit.filled == PIN_DIGITS:
            emptied = replace(clerk, visit=replace(visit, filled=0))
            return begin(emptied, Work.AUTHENTICATE, v.Authenticate, now, limits, v.Say(m.Stepped(m.Step.VERIFY)))
        case "back":
            return _to_municipality(clerk, now, limits)
        case _:
            return clerk, ()
    return ask(replace(clerk, visit=replace(visit, filled=filled)), Question.ENTER_PIN, now, limits, again=again)


def _to_municipality(clerk: Clerk, now: float, limits: Limits) -> Answer:
    """Go back from the PIN; the card may lie where it is."""
    forgotten = replace(clerk, visit=replace(clerk.visit, filled=0))
    return ask(forgotten, Question.MUNICIPALITY, now, limits, v.WipePin(), v.Say(m.Stepped(m.Step.MUNICIPALITY)))


_ANSWERS: dict[Question, Callable[[Clerk, str, float, Limits], Answer]] = {
    Question.CONSENT: _consent,
    Question.MUNICIPALITY: _municipality,
    Question.HOLD_CARD: _hold_card,
    Question.LAST_TRY: _last_try,
    Question.ENTER_PIN: _enter_pin,
    **type_choice.ANSWERS,
    **choosing.ANSWERS,
    **registering.ANSWERS,
}
