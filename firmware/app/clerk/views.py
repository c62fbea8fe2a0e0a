"""Which page the dialogue's state shows. Not responsible for words and looks (`app/screens`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from firmware.app.clerk.state import (
    Asking,
    Clerk,
    Limits,
    Page,
    Paying,
    Place,
    Printing,
    Question,
    Saying,
    TakingCard,
    TakingPaper,
    Visit,
    Work,
    Working,
)
from firmware.app.screens import pages

if TYPE_CHECKING:
    from firmware.app.screens.pages import Money
    from firmware.app.screens.texts import Texts
    from firmware.views import View

_MONEY: dict[str, Money] = {"returned": "returned", "stuck": "stuck"}
_WITH_CARD = (Work.OPEN, Work.PROBE, Work.AUTHENTICATE, Work.PRESENT)


def view_of(clerk: Clerk, texts: Texts, limits: Limits) -> View | None:
    """Return the page, or None where there is nothing to show."""
    visit = clerk.visit
    match clerk.phase:
        case Asking() as phase:
            return _question(phase, visit, texts, limits.warning_s if phase.warned else None)
        case Working(Work.ISSUE) | Paying(open=False):
            return pages.issuing(texts)
        case Working(work):
            return pages.wait(texts, card=work in _WITH_CARD and visit.card)
        case TakingCard():
            return pages.take_card(texts)
        case Paying() | Printing() | TakingPaper() as phase:
            view = _delivery(phase, texts)
            return _warned(view, texts, "view.take_card.title") if visit.card else view
        case Saying() as phase:
            return _last_page(phase, visit, texts)
        case _:
            return None


def _delivery(phase: Paying | Printing | TakingPaper, texts: Texts) -> View:
    match phase:
        case Paying(due_yen, inserted_yen, returned=returned):
            view = pages.pay(texts, due_yen, inserted_yen)
            return _warned(view, texts, "sorry.overpaid.title") if returned else view
        case Printing(progress=progress):
            return pages.printing(texts, progress)
        case TakingPaper(presented=True):
            return pages.take_paper(texts)
        case TakingPaper():
            return pages.printing(texts, 1.0)


def _warned(view: View, texts: Texts, key: str) -> View:
    return msgspec.structs.replace(view, tone="warning", note=texts.say(key))


def _question(phase: Asking, visit: Visit, texts: Texts, countdown_s: float | None) -> View:
    match phase.question:
        case Question.CONSENT:
            return pages.consent(texts, countdown_s)
        case Question.MUNICIPALITY:
            choices = [
                pages.MunicipalityChoice(place.code, _in(place.name, texts), place.status, place.hours)
                for place in visit.places
            ]
            return pages.municipality(texts, choices, countdown_s)
        case Question.HOLD_CARD:
            return pages.hold_card(texts, again=phase.again, countdown_s=countdown_s)
        case Question.LAST_TRY:
            return pages.last_try(texts, countdown_s)
        case Question.ENTER_PIN:
            return pages.enter_pin(texts, visit.filled, visit.tries, wrong=phase.again, countdown_s=countdown_s)
        case _:
            return _choice(phase.question, visit, texts, countdown_s)


def _choice(question: Question, visit: Visit, texts: Texts, countdown_s: float | None) -> View:
    offer = visit.offer
    if question is Question.CHOOSE_TYPE or offer is None:
        types = [pages.TypeChoice(each.type, each.fee_yen) for each in visit.offers]
        return pages.choose_type(texts, types, countdown_s)
    match question:
        case Question.CHOOSE_SCOPE:
            return pages.choose_scope(texts, offer.scopes, countdown_s)
        case Question.CHOOSE_ITEMS:
            return pages.choose_items(texts, offer.items, visit.items, countdown_s)
        case Question.CHOOSE_COPIES:
            return pages.choose_copies(texts, visit.copies, offer.fee_yen, offer.copies_max, countdown_s)
        case _:
            place = _in(visit.place.name, texts) if visit.place else ""
            order = pages.Order(place, offer.type, visit.scope, visit.items, visit.copies, visit.fee_yen)
            return pages.confirm(texts, order, countdown_s)


def _last_page(phase: Saying, visit: Visit, texts: Texts) -> View:
    contact = _in(visit.place.contact, texts) if visit.place else ""
    match phase.page:
        case Page.THANKS:
            return pages.thanks(texts)
        case Page.PIN_LOCKED:
            return pages.pin_locked(texts, contact)
        case Page.SORRY:
            return pages.sorry(texts, phase.cause, contact=contact, money=_MONEY.get(phase.money, ""))


def _in(translations: tuple[tuple[str, str], ...], texts: Texts) -> str:
    said = dict(translations)
    return said.get(texts.lang) or said["en"]


__all__ = ["Place", "view_of"]
