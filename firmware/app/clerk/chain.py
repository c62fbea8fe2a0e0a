"""The chain of choices between type and order: what comes next, what came before, where it begins anew. Pure.

A question that leaves nothing to choose is skipped, forward and back. What can be chosen is the centre's offer, as far
as the municipality says that it makes sense for this person. Not responsible for the answers (`choosing.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.course import Answer, ask, begin, choose
from firmware.app.clerk.state import Clerk, Limits, Question, Work
from firmware.app.clerk.visit import BY_NAME, Offered, Visit, Wanted

_CHAIN = (
    Question.CHOOSE_YEAR,
    Question.CHOOSE_SCOPE,
    Question.CHOOSE_PERSONS,
    Question.CHOOSE_ITEMS,
    Question.CHOOSE_COPIES,
    Question.PREVIEW,
    Question.CONFIRM,
)


def came(clerk: Clerk, answer: v.HouseholdCame, now: float, limits: Limits) -> Answer:
    """Begin to choose of what makes sense for this person; nothing at all is a refusal."""
    offered = clerk.visit.offer
    assert offered is not None  # noqa: S101 - asked for a type that was offered
    offer = _sensible(offered, answer)
    if not offer.scopes or (offered.fiscal_years and not offer.fiscal_years):
        return refused(clerk, "type_closed", now, limits)
    choice = Wanted(offer.type, offer.scopes[0] if len(offer.scopes) == 1 else "")
    begun = replace(clerk, visit=replace(clerk.visit, offer=offer, choice=choice, persons=answer.persons))
    return onward(begun, None, now, limits)


def _sensible(offer: Offered, answer: v.HouseholdCame) -> Offered:
    """Return what is both offered and sensible."""
    by_name = BY_NAME if answer.persons == 0 else ()
    return replace(
        offer,
        scopes=tuple(scope for scope in offer.scopes if scope in answer.scopes and scope not in by_name),
        items=tuple(item for item in offer.items if item in answer.items),
        fiscal_years=tuple(year for year in offer.fiscal_years if year in answer.fiscal_years),
    )


def _asked(question: Question, offer: Offered, choice: Wanted) -> bool:
    """Tell whether there is anything to choose."""
    match question:
        case Question.CHOOSE_YEAR:
            return bool(offer.fiscal_years)
        case Question.CHOOSE_SCOPE:
            return len(offer.scopes) > 1
        case Question.CHOOSE_PERSONS:
            return choice.scope in BY_NAME
        case Question.CHOOSE_ITEMS:
            return bool(offer.items)
        case _:
            return True


def onward(clerk: Clerk, after: Question | None, now: float, limits: Limits) -> Answer:
    """Ask the next question that leaves something to choose; the preview is fetched first."""
    offer, choice = chosen(clerk)
    begun = _CHAIN.index(after) + 1 if after else 0
    question = next(each for each in _CHAIN[begun:] if _asked(each, offer, choice))
    if question is Question.PREVIEW:
        return begin(clerk, Work.PREVIEW, lambda serial: v.AskPreview(serial, choice), now, limits)
    return choose(clerk, question, now, limits)


def back(clerk: Clerk, question: Question, now: float, limits: Limits) -> Answer:
    """Ask the question before that leaves something to choose; before the first is the type."""
    offer, choice = chosen(clerk)
    before = _CHAIN[: _CHAIN.index(question)]
    asked = next((each for each in reversed(before) if _asked(each, offer, choice)), None)
    return ask(clerk, asked, now, limits) if asked else begin_again(clerk, now, limits)


def chosen(clerk: Clerk) -> tuple[Offered, Wanted]:
    """Return the offer and what is chosen of it so far."""
    offer, choice = clerk.visit.offer, clerk.visit.choice
    assert offer is not None  # noqa: S101 - the chain begins with both
    assert choice is not None  # noqa: S101
    return offer, choice


def altered(clerk: Clerk, **changes: Any) -> Clerk:
    """Change the choice."""
    _, choice = chosen(clerk)
    return replace(clerk, visit=replace(clerk.visit, choice=replace(choice, **changes)))


def refused(clerk: Clerk, cause: str, now: float, limits: Limits, *commands: v.Command) -> Answer:
    """Tell why; another certificate may be possible."""
    known = replace(with_nothing_chosen(clerk.visit), refusal=cause)
    return choose(replace(clerk, visit=known), Question.REFUSED, now, limits, v.WipeTyped(), *commands)


def begin_again(clerk: Clerk, now: float, limits: Limits, *commands: v.Command) -> Answer:
    """Ask for the type, with nothing chosen."""
    visit = with_nothing_chosen(clerk.visit)
    return choose(replace(clerk, visit=visit), Question.CHOOSE_TYPE, now, limits, *commands)


def with_nothing_chosen(visit: Visit) -> Visit:
    """Return what is known before a type is chosen."""
    nothing = Visit(visit.places, visit.place, visit.transaction_id, visit.card)
    return replace(nothing, offers=visit.offers)
