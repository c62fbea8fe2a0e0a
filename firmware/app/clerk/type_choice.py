"""The choice of a type, and what stands beside it: the history, the registration, a refusal, the way back. Pure.

Not responsible for what follows from a type (`chain.py`), nor for what a page looks like (`app/screens`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.chain import begin_again, with_nothing_chosen
from firmware.app.clerk.course import Answer, ask, begin, leave
from firmware.app.clerk.state import Clerk, Limits, Question, Work

if TYPE_CHECKING:
    from collections.abc import Callable


def _type(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    visit = clerk.visit
    match button:
        case "back":
            return _other_municipality(clerk, now, limits)
        case "history":
            return begin(clerk, Work.HISTORY, v.AskHistory, now, limits)
        case "registration" if visit.place and visit.place.registration:
            return begin(clerk, Work.REGISTRATION, v.AskRegistration, now, limits)
        case _:
            name = button.removeprefix("type:")
    offer = next((offer for offer in visit.offers if offer.type == name and offer.available), None)
    if offer is None:
        return clerk, ()
    wanted = replace(clerk, visit=replace(visit, offer=offer, choice=None))
    return begin(wanted, Work.HOUSEHOLD, lambda serial: v.AskHousehold(serial, name), now, limits)


def _other_municipality(clerk: Clerk, now: float, limits: Limits) -> Answer:
    """Go back before the card: the transaction was for the municipality that was chosen."""
    visit = replace(with_nothing_chosen(clerk.visit), transaction_id=None, offers=())
    told = v.Say(m.Stepped(m.Step.MUNICIPALITY))
    return ask(replace(clerk, visit=visit), Question.MUNICIPALITY, now, limits, v.CancelTransaction("person"), told)


def _refused(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    match button:
        case "another":
            return begin_again(clerk, now, limits)
        case "next":
            return leave(clerk, m.EndCause.REFUSED)
        case _:
            return clerk, ()


def _history(clerk: Clerk, button: str, now: float, limits: Limits) -> Answer:
    return begin_again(clerk, now, limits) if button == "back" else (clerk, ())


ANSWERS: dict[Question, Callable[[Clerk, str, float, Limits], Answer]] = {
    Question.CHOOSE_TYPE: _type,
    Question.REFUSED: _refused,
    Question.HISTORY: _history,
}
