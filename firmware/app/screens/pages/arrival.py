"""Pages before and around the card: consent, municipality, card, PIN, and taking the card back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from firmware.app.screens.pages.building import contact_line, page, primary, quiet, way
from firmware.views import Button, Pad, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware.app.screens.texts import Texts

PIN_DIGITS = 4
DIGITS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0")


class MunicipalityChoice(NamedTuple):
    """A municipality as the person sees it; `status` is the hub's word, `hours` like ("06:30", "23:00").

    `notice` is the municipality's own text, in the present language.
    """

    code: str
    name: str
    status: str = "open"
    hours: tuple[str, str] = ("06:30", "23:00")
    notice: str = ""


def consent(texts: Texts, countdown_s: float | None = None) -> View:
    """Ask for consent before anything else."""
    return page(
        texts, "consent", step=1, buttons=(quiet(texts, "cancel"), primary(texts, "agree")), countdown_s=countdown_s
    )


def municipality(texts: Texts, choices: Sequence[MunicipalityChoice], countdown_s: float | None = None) -> View:
    """Ask which municipality; one that cannot issue now is shown, greyed out, with the reason."""
    buttons = tuple(
        Button(
            id=f"municipality:{choice.code}",
            label=choice.name,
            enabled=choice.status == "open",
            detail=choice.notice if choice.status == "open" else _unavailable(texts, choice),
        )
        for choice in choices
    )
    return page(texts, "municipality", "choices", step=2, buttons=(*buttons, *way(texts)), countdown_s=countdown_s)


def hold_card(texts: Texts, *, again: bool = False, countdown_s: float | None = None) -> View:
    """Ask for the card; `again` after a torn exchange: lift, wait, lay down again."""
    return page(
        texts,
        "hold_card",
        text="hold_card_again" if again else "hold_card",
        tone="warning" if again else "normal",
        step=3,
        picture="card_hold",
        buttons=way(texts),
        countdown_s=countdown_s,
    )


def wait(texts: Texts, *, card: bool = True, step: int = 3, cancellable: bool = False) -> View:
    """Ask for patience; `card` tells to leave the card where it is."""
    return page(
        texts,
        "wait",
        "progress",
        text="wait" if card else "wait_no_card",
        step=step,
        picture="wait",
        buttons=(quiet(texts, "cancel"),) if cancellable else (),
    )


def enter_pin(
    texts: Texts,
    filled: int,
    tries_left: int,
    *,
    wrong: bool = False,
    digits: tuple[str, ...] = DIGITS,
    countdown_s: float | None = None,
) -> View:
    """Ask for the PIN, with the tries left. `filled` places are shown as dots; the digits typed are not known here.

    `digits` is the order of the keys, the last one at the bottom.
    """
    return page(
        texts,
        "enter_pin",
        "pad",
        text="enter_pin_wrong" if wrong else "enter_pin",
        tone="warning" if wrong else "normal",
        step=3,
        tries=tries_left,
        pad=Pad(filled=filled, length=PIN_DIGITS, digits=digits),
        buttons=(
            *way(texts),
            quiet(texts, "erase"),
            primary(texts, "next", enabled=filled == PIN_DIGITS),
        ),
        countdown_s=countdown_s,
    )


def last_try(texts: Texts, countdown_s: float | None = None) -> View:
    """Ask whether to go on, before the try that may lock the card."""
    return page(
        texts,
        "last_try",
        tone="warning",
        step=3,
        picture="attention",
        buttons=(*way(texts), primary(texts, "yes")),
        countdown_s=countdown_s,
    )


def pin_locked(texts: Texts, contact: str = "") -> View:
    """Tell that the card's PIN is locked and where to have it reset."""
    lines = (contact_line(texts, contact),) if contact else ()
    buttons = (primary(texts, "next", "finish"),)
    return page(texts, "pin_locked", tone="warning", step=3, picture="attention", more_lines=lines, buttons=buttons)


def take_card(texts: Texts, countdown_s: float | None = None) -> View:
    """Ask to take the card back; goes on when the card is gone."""
    buttons = (quiet(texts, "cancel"),)
    return page(texts, "take_card", step=4, picture="card_take", countdown_s=countdown_s, buttons=buttons)


def _unavailable(texts: Texts, choice: MunicipalityChoice) -> str:
    opening, closing = choice.hours
    hours = texts.say("unit.hours", open=opening, close=closing)
    return texts.say(f"unavailable.{choice.status}", hours=hours)
