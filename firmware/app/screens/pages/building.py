"""What every page of the dialogue is built from: a view with its texts, and the buttons that lead on and out.

Not responsible for: what a page asks (the files beside this one), nor for how it looks (`assets`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firmware.app.screens.texts import unbroken
from firmware.views import Button, Fact, View

if TYPE_CHECKING:
    from firmware.app.screens.texts import Texts
    from firmware.views import Layout

STEPS = 8
_PARAMETERS = ("tries", "fee_yen", "count", "number")


def page(
    texts: Texts,
    name: str,
    layout: Layout = "message",
    *,
    step: int,
    text: str = "",
    more_lines: tuple[str, ...] = (),
    countdown_s: float | None = None,
    **fields: Any,
) -> View:
    """Build a view from its texts; parameters of texts (`_PARAMETERS`) are among `fields`."""
    parameters = {key: fields.pop(key) for key in _PARAMETERS if key in fields}
    key = f"view.{text or name}"
    return View(
        name=name,
        layout=layout,
        title=texts.say(f"{key}.title", **parameters),
        lines=(*texts.lines(f"{key}.lines", **parameters), *more_lines),
        note=fields.pop("note", "") or texts.say(f"{key}.note", **parameters),
        step=step,
        steps=STEPS,
        countdown_s=countdown_s,
        **texts.frame,
        **fields,
    )


def primary(texts: Texts, button: str, label: str = "", *, enabled: bool = True) -> Button:
    """Give the button that goes on."""
    return Button(id=button, label=texts.say(f"button.{label or button}"), kind="primary", enabled=enabled)


def quiet(texts: Texts, button: str, label: str = "", *, enabled: bool = True) -> Button:
    """Give a button that goes back or ends, or erases."""
    return Button(id=button, label=texts.say(f"button.{label or button}"), kind="quiet", enabled=enabled)


def way(texts: Texts) -> tuple[Button, Button]:
    """Give the two ways out of a question."""
    return quiet(texts, "cancel"), quiet(texts, "back")


def fact(texts: Texts, label: str, value: str, *, personal: bool = False) -> Fact:
    """Give a labelled value."""
    return Fact(label=texts.say(f"fact.{label}"), value=value, personal=personal)


def contact_line(texts: Texts, contact: str) -> str:
    """Say whom to ask, or nothing where nobody is known."""
    return texts.say("sorry.contact", contact=unbroken(contact)) if contact else ""
