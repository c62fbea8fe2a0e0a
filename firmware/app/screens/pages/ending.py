"""The page that tells why a dialogue ended, what became of the money, and whom to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from firmware.app.screens.pages.building import contact_line, primary, quiet
from firmware.views import View

if TYPE_CHECKING:
    from firmware.app.screens.texts import Texts

Money = Literal["", "nothing_charged", "returning", "returned", "stuck"]

SORRY_CAUSES = (
    "card_gone",
    "not_my_number_card",
    "pin_locked",
    "card_expired",
    "card_revoked",
    "card_status_unknown",
    "hub_down",
    "hub_slow",
    "hub_garbled",
    "refused",
    "moved_in_today",
    "moved_out",
    "under_age",
    "seal_not_registered",
    "tax_not_filed",
    "tax_not_here",
    "register_change_pending",
    "domicile_elsewhere",
    "not_registered",
    "registration_pending",
    "glyph_missing",
    "not_resident",
    "type_closed",
    "printer_fault",
    "paper_out",
    "cover_open",
    "mismatch",
    "timeout",
    "cancelled",
    "payment_returned",
    "overpaid",
    "error",
    "reader_lost",
)


def sorry(
    texts: Texts,
    cause: str,
    *,
    contact: str = "",
    money: Money = "",
    card: bool = False,
    another: bool = False,
    countdown_s: float | None = None,
) -> View:
    """Tell why it ended, one of `SORRY_CAUSES`; what became of the money; the municipality's contact for questions.

    With `card`, the card lies there and is to be taken. With `another`, the person may choose another certificate
    (button `another`) or end it (`next`).
    """
    left = card and cause != "reader_lost"  # which says so itself
    lines = (
        *texts.lines(f"sorry.{cause}.lines"),
        *((texts.say(f"sorry.{money}"),) if money else ()),
        *((texts.say("view.take_card.title"),) if left else ()),
    )
    ways = (
        (quiet(texts, "next", "finish"), primary(texts, "another")) if another else (primary(texts, "next", "finish"),)
    )
    return View(
        name="sorry",
        layout="message",
        tone="warning",
        title=texts.say(f"sorry.{cause}.title"),
        lines=lines,
        note=contact_line(texts, contact),
        picture="coins" if cause in ("payment_returned", "overpaid") else "attention",
        buttons=ways,
        countdown_s=countdown_s,
        **texts.frame,
    )
