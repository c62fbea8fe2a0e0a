"""Pages of 本籍地利用登録: what was asked for so far, and a new request with name, birth date and telephone number.

What is typed is passed in and shown; the clerk keeps it. Not responsible for what a touch makes of it (`kana`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from firmware.app.screens import dates, kana
from firmware.app.screens.pages.building import fact, page, primary, quiet, way
from firmware.views import Button, Fact, Keys, Pad, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware.app.screens.texts import Texts

STEP = 5
BIRTH_DIGITS = 8
PHONE_DIGITS = (10, 11)


class Request(NamedTuple):
    """A request that was made: 12 digits, `state` and `reason` the hub's words, dates like "2026-11-30" or empty."""

    number: str
    state: str
    requested_on: str
    decided_on: str = ""
    reason: str = ""


def registration(
    texts: Texts, requests: Sequence[Request], *, can_register: bool = True, countdown_s: float | None = None
) -> View:
    """Show the requests so far; button `register` asks for a new one."""
    register = Button(
        id="register", label=texts.say("button.register"), detail=texts.say("button.register_detail"), picture="note"
    )
    return page(
        texts,
        "registration",
        "choices",
        text="registration" if requests else "registration_none",
        step=STEP,
        facts=tuple(_request(texts, each) for each in requests),
        buttons=(*((register,) if can_register else ()), *way(texts)),
        countdown_s=countdown_s,
    )


def register_name(texts: Texts, typed: str, countdown_s: float | None = None) -> View:
    """Ask for the name in katakana; buttons `key:<kana>`, `voiced`, `semivoiced`, `small`, `space`, `erase`."""
    return page(
        texts,
        "register_name",
        "kana",
        step=STEP,
        keys=Keys(columns=kana.COLUMNS),
        typed=typed,
        buttons=(
            *(quiet(texts, key) for key in ("voiced", "semivoiced", "small", "space", "erase")),
            *way(texts),
            primary(texts, "next", enabled=kana.is_name(typed)),
        ),
        countdown_s=countdown_s,
    )


def register_birth(texts: Texts, digits: str, *, valid: bool, countdown_s: float | None = None) -> View:
    """Ask for the birth date, 8 digits YYYYMMDD; `valid` when it is a date that can be (`dates.is_birth_date`)."""
    whole = len(digits) == BIRTH_DIGITS
    return page(
        texts,
        "register_birth",
        "pad",
        text="register_birth_wrong" if whole and not valid else "register_birth",
        tone="warning" if whole and not valid else "normal",
        step=STEP,
        pad=Pad(filled=len(digits), length=0),
        typed=dates.typed_birth_date(texts, digits),
        buttons=_typing(texts, ready=whole and valid),
        countdown_s=countdown_s,
    )


def register_phone(texts: Texts, digits: str, countdown_s: float | None = None) -> View:
    """Ask for a telephone number of 10 or 11 digits, for questions of the office."""
    return page(
        texts,
        "register_phone",
        "pad",
        step=STEP,
        pad=Pad(filled=len(digits), length=0),
        typed=_phone(digits),
        buttons=_typing(texts, ready=len(digits) in PHONE_DIGITS),
        countdown_s=countdown_s,
    )


def register_confirm(
    texts: Texts, municipality: str, *, name_kana: str, birth_date: str, phone: str, countdown_s: float | None = None
) -> View:
    """Show what will be sent; `birth_date` like "1986-11-30", `phone` in digits."""
    return page(
        texts,
        "register_confirm",
        step=STEP,
        facts=(
            fact(texts, "municipality", municipality),
            fact(texts, "name_kana", name_kana, personal=True),
            fact(texts, "birth_date", dates.birth_date(texts, birth_date), personal=True),
            fact(texts, "phone", _phone(phone), personal=True),
        ),
        buttons=(*way(texts), primary(texts, "next", "register_send")),
        countdown_s=countdown_s,
    )


def printing_slip(texts: Texts) -> View:
    """Ask for patience while the slip with the request's number is printed."""
    return page(texts, "printing", "progress", text="printing_slip", step=STEP, picture="note")


def take_slip(texts: Texts) -> View:
    """Ask to take the slip."""
    return page(texts, "take_paper", text="take_slip", tone="done", step=STEP, picture="paper_take")


def registered(texts: Texts, number: str, *, printed: bool = True, countdown_s: float | None = None) -> View:
    """Show the number of the request, to be noted where it could not be `printed`."""
    return page(
        texts,
        "registered",
        text="registered" if printed else "registered_unprinted",
        tone="done",
        step=STEP,
        picture="done",
        facts=(fact(texts, "request_number", grouped(number), personal=True),),
        buttons=(primary(texts, "next"),),
        countdown_s=countdown_s,
    )


def grouped(number: str) -> str:
    """Write a request's number in groups of four."""
    return "-".join(number[at : at + 4] for at in range(0, len(number), 4))


def _typing(texts: Texts, *, ready: bool) -> tuple[Button, ...]:
    return (*way(texts), quiet(texts, "erase"), primary(texts, "next", enabled=ready))


def _phone(digits: str) -> str:
    mobile = len(digits) == PHONE_DIGITS[-1]
    return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}" if mobile else digits


def _request(texts: Texts, request: Request) -> Fact:
    said = [texts.say(f"registration.{request.state}", date=dates.plain_date(texts, request.requested_on))]
    if request.decided_on:
        said.append(texts.say("registration.decided", date=dates.plain_date(texts, request.decided_on)))
    if request.reason:
        said.append(texts.say(f"registration_reason.{request.reason}"))
    return Fact(label=grouped(request.number), value=texts.sentences(said), personal=True)
