"""The pages after the card: what is chosen, the history, the registration; with names and texts that the runner keeps.

Not responsible for words and looks (`app/screens`), nor for which question comes when (`chain.py`,
`registering.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.clerk.state import Question
from firmware.app.clerk.visit import MOST_PERSONS, Field
from firmware.app.screens import pages

if TYPE_CHECKING:
    from firmware.app.clerk.known import Known
    from firmware.app.clerk.visit import Translations, Visit, Wanted
    from firmware.app.screens.texts import Texts
    from firmware.views import View


def view_of_choice(question: Question, visit: Visit, known: Known, texts: Texts, countdown_s: float | None) -> View:
    """Return the page of a question that comes after the card."""
    match question:
        case Question.HISTORY:
            return pages.history(texts, known.issues, countdown_s)
        case (
            Question.REGISTRATION
            | Question.REGISTER_NAME
            | Question.REGISTER_BIRTH
            | Question.REGISTER_PHONE
            | Question.REGISTER_CONFIRM
            | Question.REGISTERED
        ):
            return _registering(question, visit, known, texts, countdown_s)
        case _ if visit.offer is None or visit.choice is None:
            return _types(visit, texts, countdown_s)
        case _:
            return _choosing(question, visit, known, texts, countdown_s)


def _types(visit: Visit, texts: Texts, countdown_s: float | None) -> View:
    types = [
        pages.TypeChoice(each.type, each.fee_yen, each.available, each.reason, each.hours) for each in visit.offers
    ]
    registration = visit.place is not None and visit.place.registration
    return pages.choose_type(texts, types, countdown_s, registration=registration, history=True)


def _choosing(question: Question, visit: Visit, known: Known, texts: Texts, countdown_s: float | None) -> View:
    offer, choice = visit.offer, visit.choice
    assert offer is not None  # noqa: S101 - told apart by the caller
    assert choice is not None  # noqa: S101
    match question:
        case Question.CHOOSE_YEAR:
            return pages.choose_year(texts, offer.fiscal_years, countdown_s)
        case Question.CHOOSE_SCOPE:
            return pages.choose_scope(texts, offer.scopes, countdown_s)
        case Question.CHOOSE_PERSONS:
            persons = [
                pages.PersonChoice(each.name, each.relationship, each.birth_date.isoformat()) for each in known.persons
            ]
            one_only = offer.one_only(choice.scope)
            return pages.choose_persons(
                texts, persons, choice.persons, one_only=one_only, most=MOST_PERSONS, countdown_s=countdown_s
            )
        case Question.CHOOSE_ITEMS:
            return pages.choose_items(texts, offer.items, choice.items, countdown_s)
        case Question.CHOOSE_COPIES:
            return pages.choose_copies(texts, choice.copies, offer.fee_yen, offer.copies_max, countdown_s)
        case Question.PREVIEW:
            return pages.preview(texts, (f"/preview/{visit.sheet}.png",), visit.sheet, visit.sheets, countdown_s)
        case _:
            return pages.confirm(texts, _order(visit, choice, known, texts), countdown_s)


def _order(visit: Visit, choice: Wanted, known: Known, texts: Texts) -> pages.Order:
    return pages.Order(
        municipality=said(visit.place.name, texts) if visit.place else "",
        type=choice.type,
        scope=choice.scope,
        items=choice.items,
        copies=choice.copies,
        fee_yen=visit.price_yen,
        persons=[known.persons[index].name for index in choice.persons],
        fiscal_year=choice.fiscal_year,
    )


def _registering(question: Question, visit: Visit, known: Known, texts: Texts, countdown_s: float | None) -> View:
    match question:
        case Question.REGISTER_NAME:
            return pages.register_name(texts, known.name, countdown_s)
        case Question.REGISTER_BIRTH:
            valid = Field.BIRTH in visit.typed
            return pages.register_birth(texts, known.birth, valid=valid, countdown_s=countdown_s)
        case Question.REGISTER_PHONE:
            return pages.register_phone(texts, known.phone, countdown_s)
        case Question.REGISTER_CONFIRM:
            place = said(visit.place.name, texts) if visit.place else ""
            return pages.register_confirm(
                texts,
                place,
                name_kana=known.name,
                birth_date=known.birth_date,
                phone=known.phone,
                countdown_s=countdown_s,
            )
        case Question.REGISTERED:
            number = known.requests[0].number
            return pages.registered(texts, number, printed=visit.slip_taken, countdown_s=countdown_s)
        case _:
            return pages.registration(texts, known.requests, can_register=visit.may_register, countdown_s=countdown_s)


def said(translations: Translations, texts: Texts) -> str:
    """Return the text in the present language, else in English; empty where there is none."""
    known = dict(translations)
    return known.get(texts.lang) or known.get("en", "")
