"""The kiosk's own pages, when nobody is being served: home, out of service, and the two alarms.

Not responsible for: when they are shown (`app.kiosk.machine`), nor for the dialogue (`pages`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.screens import pages
from firmware.app.screens.texts import unbroken
from firmware.views import Button, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware.app.screens.texts import Texts

OUT_OF_SERVICE_CAUSES = (
    "certificate_revoked",
    "certificate_expired",
    "hub_down",
    "printer_offline",
    "cover_open",
    "paper_out",
    "printer_error",
    "reader_offline",
    "camera_inoperative",
    "tray_occupied",
    "reader_occupied",
    "coin_fault",
    "maintenance",
    "closed",
    "clerk_unavailable",
    "starting",
)
_WAITING = frozenset({"clerk_unavailable", "starting"})

DEFAULT_HOURS = ("06:30", "23:00")


def home(texts: Texts, hours: tuple[str, str] = DEFAULT_HOURS) -> View:
    """Invite a person to start; the only button is `start`."""
    return View(
        name="home",
        layout="message",
        title=texts.say("view.home.title"),
        lines=texts.lines("view.home.lines"),
        note=texts.say("view.home.note", hours=_hours(texts, hours)),
        picture="certificate",
        buttons=(Button(id="start", label=texts.say("button.start"), kind="primary"),),
        **texts.frame,
    )


def out_of_service(
    texts: Texts, causes: Sequence[str], contact: str = "", hours: tuple[str, str] = DEFAULT_HOURS
) -> View:
    """Tell that nothing can be issued now and why, with hours and contact: `causes` are of `OUT_OF_SERVICE_CAUSES`."""
    opening = _hours(texts, hours)
    said = () if "closed" in causes else (texts.say("view.home.note", hours=opening),)  # that cause names the hours
    asked = (texts.say("view.out_of_service.note", contact=unbroken(contact)),) if contact else ()
    return View(
        name="out_of_service",
        layout="message",
        tone="normal" if _WAITING.issuperset(causes) else "warning",
        title=texts.say("view.out_of_service.title"),
        lines=tuple(texts.say(f"cause.{cause}", hours=opening) for cause in causes),
        note="\n".join((*said, *asked)),
        picture="wait" if causes and _WAITING.issuperset(causes) else "closed",
        **texts.frame,
    )


def take_paper(texts: Texts) -> View:
    """Ask to take the certificate, in place of a clerk that is gone."""
    return pages.take_paper(texts)


def take_card_alarm(texts: Texts) -> View:
    """Call the person back to the card left on the reader."""
    return _alarm(texts, "take_card_alarm")


def take_paper_alarm(texts: Texts) -> View:
    """Call the person back to the paper left in the tray."""
    return _alarm(texts, "take_paper_alarm")


def _alarm(texts: Texts, name: str) -> View:
    return View(
        name=name,
        layout="message",
        tone="alarm",
        title=texts.say(f"view.{name}.title"),
        lines=texts.lines(f"view.{name}.lines"),
        note=texts.say(f"view.{name}.note"),
        picture="card_take" if name == "take_card_alarm" else "paper_take",
        **texts.frame,
    )


def _hours(texts: Texts, hours: tuple[str, str]) -> str:
    opening, closing = hours
    return texts.say("unit.hours", open=opening, close=closing)
