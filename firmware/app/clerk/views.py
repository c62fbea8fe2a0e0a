"""Which page the dialogue's state shows, with what the runner knows of the person. Pure.

Not responsible for words and looks (`app/screens`), nor for the pages on which something is chosen (`choice_views.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from firmware.app.clerk.choice_views import said, view_of_choice
from firmware.app.clerk.state import (
    Asking,
    AwaitingSlip,
    Clerk,
    Limits,
    Page,
    Paying,
    Printing,
    PrintingSlip,
    Question,
    Receipting,
    Saying,
    TakingCard,
    TakingPaper,
    Work,
    Working,
)
from firmware.app.clerk.work import CANCELLABLE
from firmware.app.screens import pages
from firmware.app.screens.pages.arrival import DIGITS

if TYPE_CHECKING:
    from firmware.app.clerk.known import Known
    from firmware.app.clerk.visit import Visit
    from firmware.app.screens.pages import Money
    from firmware.app.screens.texts import Texts
    from firmware.views import View

NUMBER_DIGITS = 12
_MONEY: dict[str, Money] = {"returning": "returning", "returned": "returned", "stuck": "stuck"}
_WITH_CARD = (Work.OPEN, Work.PROBE, Work.AUTHENTICATE, Work.PRESENT)


def view_of(clerk: Clerk, known: Known, texts: Texts, limits: Limits, digits: tuple[str, ...] = DIGITS) -> View | None:
    """Return the page, or None where there is nothing to show. `digits` is the order of the PIN pad's keys."""
    visit = clerk.visit
    match clerk.phase:
        case Asking(Question.ENTER_PIN) as phase:
            left = _left(phase, limits)
            return pages.enter_pin(texts, visit.filled, visit.tries, wrong=phase.again, digits=digits, countdown_s=left)
        case Asking() as phase:
            return _question(phase, visit, known, texts, _left(phase, limits))
        case Working(Work.ISSUE) | Paying(open=False) as phase:
            return pages.issuing(texts, cancellable=isinstance(phase, Working))
        case Working(work):
            return pages.wait(texts, card=work in _WITH_CARD and visit.card, cancellable=work in CANCELLABLE)
        case TakingCard():
            return pages.take_card(texts)
        case Paying(due_yen, inserted_yen, warned=warned) if visit.card:
            return pages.pay_after_card(texts, due_yen, inserted_yen, limits.warning_s if warned else None)
        case AwaitingSlip() | PrintingSlip() | Paying() | Printing() | Receipting() | TakingPaper() as phase:
            view = _delivery(phase, texts, limits)
            return _warned(view, texts, "view.take_card.title") if visit.card else view
        case Saying() as phase:
            return _last_page(phase, visit, texts)
        case _:
            return None


def _left(phase: Asking, limits: Limits) -> float | None:
    return limits.warning_s if phase.warned else None


def _delivery(
    phase: AwaitingSlip | PrintingSlip | Paying | Printing | Receipting | TakingPaper, texts: Texts, limits: Limits
) -> View:
    match phase:
        case AwaitingSlip(presented=True):
            return pages.take_slip(texts)
        case AwaitingSlip() | PrintingSlip():
            return pages.printing_slip(texts)
        case Paying(due_yen, inserted_yen, returned=returned, warned=warned):
            view = pages.pay(texts, due_yen, inserted_yen, countdown_s=limits.warning_s if warned else None)
            return _warned(view, texts, "sorry.overpaid.title") if returned else view
        case Printing(progress=progress):
            return pages.printing(texts, progress)
        case TakingPaper(presented=True):
            return pages.take_paper(texts)
        case Receipting() | TakingPaper():
            return pages.printing(texts, 1.0)


def _warned(view: View, texts: Texts, key: str) -> View:
    return msgspec.structs.replace(view, tone="warning", note=texts.say(key))


def _question(phase: Asking, visit: Visit, known: Known, texts: Texts, countdown_s: float | None) -> View:
    match phase.question:
        case Question.CONSENT:
            return pages.consent(texts, countdown_s)
        case Question.MUNICIPALITY:
            choices = [
                pages.MunicipalityChoice(
                    place.code, said(place.name, texts), place.status, place.hours, said(place.notice, texts)
                )
                for place in visit.places
            ]
            return pages.municipality(texts, choices, countdown_s)
        case Question.HOLD_CARD:
            return pages.hold_card(texts, again=phase.again, countdown_s=countdown_s)
        case Question.LAST_TRY:
            return pages.last_try(texts, countdown_s)
        case Question.REFUSED:
            contact = said(visit.place.contact, texts) if visit.place else ""
            return pages.sorry(texts, visit.refusal, contact=contact, another=True, countdown_s=countdown_s)
        case question:
            return view_of_choice(question, visit, known, texts, countdown_s)


def _last_page(phase: Saying, visit: Visit, texts: Texts) -> View:
    contact = said(visit.place.contact, texts) if visit.place else ""
    match phase.page:
        case Page.THANKS:
            number = (visit.transaction_id or "")[:NUMBER_DIGITS]
            return pages.thanks(texts, without_receipt=number if visit.receipt_failed else "")
        case Page.PIN_LOCKED:
            return pages.pin_locked(texts, contact)
        case Page.SORRY:
            money = _MONEY.get(phase.money, "")
            return pages.sorry(texts, phase.cause, contact=contact, money=money, card=visit.card)
