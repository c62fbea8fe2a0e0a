"""What follows from the results of card and centre. Pure.

A PIN is never tried twice by itself, and the last try is asked for first (`DOMAIN`, "Refusals"). A torn card session is
never resumed: the person lays the card down anew.
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.chain import came, refused
from firmware.app.clerk.course import Answer, ask, begin, choose, pay, say, take_card
from firmware.app.clerk.slip_wait import want
from firmware.app.clerk.state import Clerk, Limits, Page, Question, Work, Working
from firmware.app.clerk.visit import Visit

_ON_CARD = (Work.PROBE, Work.AUTHENTICATE)
_RESULTS: dict[Work, tuple[type, ...]] = {
    Work.AVAILABILITY: (v.PlacesCame,),
    Work.OPEN: (v.TransactionCame,),
    Work.PROBE: (v.CardProbed, v.CardFailed),
    Work.AUTHENTICATE: (v.CardSigned, v.PinRefused, v.CardProbed, v.CardFailed),
    Work.PRESENT: (v.OffersCame,),
    Work.HOUSEHOLD: (v.HouseholdCame,),
    Work.PREVIEW: (v.PreviewCame,),
    Work.ISSUE: (v.DocumentCame,),
    Work.HISTORY: (v.HistoryCame,),
    Work.REGISTRATION: (v.RegistrationCame,),
    Work.REGISTER: (v.Registered,),
}
CANCELLABLE = frozenset(Work) - {*_ON_CARD, Work.REGISTER}  # a card is at work, or a request is made, all the same
_REFUSABLE = (Work.HOUSEHOLD, Work.PREVIEW, Work.ISSUE, Work.HISTORY, Work.REGISTRATION, Work.REGISTER)


def working(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """Take the result that is waited for."""
    phase, visit = clerk.phase, clerk.visit
    assert isinstance(phase, Working)  # noqa: S101 - the dispatch table says so
    if event == v.Touched("cancel") and phase.work in CANCELLABLE:
        return say(clerk, m.EndCause.PERSON, "cancelled", now, limits)
    if not isinstance(event, (v.WorkFailed, v.Ticked, *_RESULTS[phase.work])):
        return clerk, ()
    match event:
        case v.PlacesCame(_, places):
            return ask(replace(clerk, visit=replace(visit, places=places)), Question.MUNICIPALITY, now, limits)
        case v.TransactionCame(_, transaction_id):
            opened = replace(clerk, visit=replace(visit, transaction_id=transaction_id))
            return _opened(opened, now, limits)
        case v.CardProbed(_, tries):
            return _probed(clerk, tries, now, limits)
        case v.PinRefused(_, tries):
            return _refused(clerk, tries, now, limits)
        case v.CardSigned():
            return begin(clerk, Work.PRESENT, v.PresentCard, now, limits)
        case v.CardFailed(_, gone):
            return _card_failed(clerk, now, limits, gone=gone)
        case v.WorkFailed(_, cause, m.EndCause.REFUSED) if phase.work in _REFUSABLE:
            return refused(clerk, cause, now, limits, v.Say(m.Stepped(m.Step.CHOOSE)))
        case v.WorkFailed(_, cause, end):
            return say(clerk, end, cause, now, limits)
        case v.Ticked():
            late = m.EndCause.CARD if phase.work in _ON_CARD else m.EndCause.HUB
            return say(clerk, late, "card_gone" if phase.work in _ON_CARD else "hub_slow", now, limits)
        case _:
            return _answered(clerk, event, now, limits)


def _answered(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """Go on with what centre and municipality answered."""
    visit = clerk.visit
    match event:
        case v.OffersCame(_, offers):
            return _accepted(replace(clerk, visit=replace(visit, offers=offers, tries=3)), now, limits)
        case v.DocumentCame() as document:
            return _held(clerk, document)
        case v.HouseholdCame() as answer:
            return came(clerk, answer, now, limits)
        case v.PreviewCame(_, sheets):
            shown = replace(clerk, visit=replace(visit, sheets=sheets, sheet=1))
            return choose(shown, Question.PREVIEW, now, limits)
        case v.HistoryCame():
            return choose(clerk, Question.HISTORY, now, limits)
        case v.RegistrationCame(_, may_ask):
            listed = replace(clerk, visit=replace(visit, may_register=may_ask))
            return choose(listed, Question.REGISTRATION, now, limits)
        case v.Registered():
            made = replace(clerk, visit=replace(visit, may_register=False, typed=()))
            return want(made, v.WipeTyped())
        case _:
            return clerk, ()


def _opened(clerk: Clerk, now: float, limits: Limits) -> Answer:
    transaction_id = clerk.visit.transaction_id
    assert transaction_id is not None  # noqa: S101 - set by the caller
    told = v.Say(m.TransactionOpened(transaction_id))
    if not clerk.visit.card:
        return ask(clerk, Question.HOLD_CARD, now, limits, told, again=True)
    return begin(clerk, Work.PROBE, v.ProbeCard, now, limits, told)


def _probed(clerk: Clerk, tries: int | None, now: float, limits: Limits) -> Answer:
    if tries is None:
        return say(clerk, m.EndCause.CARD, "not_my_number_card", now, limits)
    return _ask_pin(clerk, tries, now, limits, again=False)


def _card_failed(clerk: Clerk, now: float, limits: Limits, *, gone: bool) -> Answer:
    if gone or not clerk.visit.card:
        return ask(clerk, Question.HOLD_CARD, now, limits, v.WipePin(), again=True)
    return say(clerk, m.EndCause.CARD, "not_my_number_card", now, limits)


def _refused(clerk: Clerk, tries: int, now: float, limits: Limits) -> Answer:
    return _ask_pin(clerk, tries, now, limits, again=True)


def _ask_pin(clerk: Clerk, tries: int, now: float, limits: Limits, *, again: bool) -> Answer:
    asked = replace(clerk, visit=replace(clerk.visit, tries=tries, filled=0))
    if tries == 0:
        return say(asked, m.EndCause.CARD, "pin_locked", now, limits, page=Page.PIN_LOCKED)
    if not asked.visit.card:
        return ask(asked, Question.HOLD_CARD, now, limits, again=True)
    told = v.Say(m.Stepped(m.Step.PIN))
    question = Question.LAST_TRY if tries == 1 else Question.ENTER_PIN
    return ask(asked, question, now, limits, told, again=again)


def _accepted(clerk: Clerk, now: float, limits: Limits) -> Answer:
    """Have the card taken back before anything else is asked."""
    if not clerk.visit.offers:
        return say(clerk, m.EndCause.REFUSED, "type_closed", now, limits)
    if clerk.visit.card:
        return take_card(clerk)
    return ask(clerk, Question.CHOOSE_TYPE, now, limits, v.Say(m.Stepped(m.Step.CHOOSE)))


def _held(clerk: Clerk, document: v.DocumentCame) -> Answer:
    transaction_id = clerk.visit.transaction_id
    assert transaction_id is not None  # noqa: S101 - an order has a transaction
    held = m.DocumentHeld(
        transaction_id,
        document.document_id,
        document.fee_yen,
        document.copies,
        document.sheets,
        document.length_mm,
    )
    visit = Visit(
        place=clerk.visit.place,
        transaction_id=transaction_id,
        card=clerk.visit.card,
        document_id=document.document_id,
        fee_yen=document.fee_yen,
    )  # nothing of what was chosen is needed any more
    known = replace(clerk, visit=visit)
    return take_card(known, held=held) if visit.card else pay(known, held)
