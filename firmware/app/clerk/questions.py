"""The questions of the dialogue and where each answer, *back* and *cancel* lead. Pure.

Order of the questions: `DOMAIN`, "The sequence". Not responsible for what they look like (`app/screens`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.course import Answer, ask, begin, say, take_card
from firmware.app.clerk.state import Asking, Clerk, Limits, Question, Work

if TYPE_CHECKING:
    from collections.abc import Callable

PIN_DIGITS = 4

_BACK = {
    Question.MUNICIPALITY: Question.CONSENT,
    Question.HOLD_CARD: Question.MUNICIPALITY,
    Question.CHOOSE_SCOPE: Question.CHOOSE_TYPE,
    Question.CHOOSE_ITEMS: Question.CHOOSE_SCOPE,
    Question.CHOOSE_COPIES: Question.CHOOSE_ITEMS,
    Question.CONFIRM: Question.CHOOSE_COPIES,
}
_NEEDS_CARD = (Question.ENTER_PIN, Question.LAST_TRY)
AFTER_CARD = (
    Question.CHOOSE_TYPE,
    Question.CHOOSE_SCOPE,
    Question.CHOOSE_ITEMS,
    Question.CHOOSE_COPIES,
    Question.CONFIRM,
)


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
    if button != "yes":
        return clerk, ()
    return ask(clerk, Question.ENTER_PIN, now, limits)


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
        case _:
            return clerk, ()
    return ask(replace(clerk, visit=replace(visit, filled=filled)), Question.ENTER_PIN, now, limits, again=again)


def _choose_type(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    name = button.removeprefix("type:")
    offer = next((offer for offer in clerk.visit.offers if offer.type == name), None)
    if offer is None:
        return clerk, ()
    visit = replace(clerk.visit, offer=offer, scope="", items=(), copies=1)
    return ask(replace(clerk, visit=visit), Question.CHOOSE_SCOPE, now, limits)


def _choose_scope(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    scope, offer = button.removeprefix("scope:"), clerk.visit.offer
    if offer is None or scope not in offer.scopes:
        return clerk, ()
    return ask(replace(clerk, visit=replace(clerk.visit, scope=scope)), Question.CHOOSE_ITEMS, now, limits)


def _choose_items(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    visit = clerk.visit
    if button == "next":
        return ask(clerk, Question.CHOOSE_COPIES, now, limits)
    item = button.removeprefix("item:")
    if visit.offer is None or item not in visit.offer.items:
        return clerk, ()
    items = tuple(sorted(set(visit.items) ^ {item}))
    return ask(replace(clerk, visit=replace(visit, items=items)), Question.CHOOSE_ITEMS, now, limits)


def _choose_copies(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    visit = clerk.visit
    if button == "next":
        return ask(clerk, Question.CONFIRM, now, limits)
    count = button.removeprefix("copies:")
    if visit.offer is None or count not in map(str, range(1, visit.offer.copies_max + 1)):
        return clerk, ()
    return ask(replace(clerk, visit=replace(visit, copies=int(count))), Question.CHOOSE_COPIES, now, limits)


def _confirm(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    visit = clerk.visit
    if button != "next" or visit.offer is None:
        return clerk, ()
    kind = visit.offer.type
    return begin(
        clerk,
        Work.ISSUE,
        lambda serial: v.PlaceOrder(serial, kind, visit.scope, visit.items, visit.copies),
        now,
        limits,
        v.Say(m.Stepped(m.Step.ISSUE)),
    )


_ANSWERS: dict[Question, Callable[[Clerk, str, float, Limits], Answer]] = {
    Question.CONSENT: _consent,
    Question.MUNICIPALITY: _municipality,
    Question.HOLD_CARD: _hold_card,
    Question.LAST_TRY: _last_try,
    Question.ENTER_PIN: _enter_pin,
    Question.CHOOSE_TYPE: _choose_type,
    Question.CHOOSE_SCOPE: _choose_scope,
    Question.CHOOSE_ITEMS: _choose_items,
    Question.CHOOSE_COPIES: _choose_copies,
    Question.CONFIRM: _confirm,
}
