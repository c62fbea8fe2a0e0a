"""What a screen shows: the structures of the screen protocol (docs/reference/screen-protocol.md).

Shared by the pages (`app.screens`), which build views, and the screen driver, which sends them. A view is complete: the
page that draws it holds no text and no state. Not responsible for: texts, for the order of views, for how they look.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["primary", "secondary", "quiet"]
Layout = Literal["choices", "pad", "message", "progress", "pay"]
Tone = Literal["normal", "warning", "alarm", "done"]
Picture = Literal[
    "none",
    "card_hold",
    "card_take",
    "paper_take",
    "coins",
    "wait",
    "certificate",
    "closed",
    "attention",
    "done",
]


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """One touch target. `primary` goes on, `quiet` goes back or ends, `secondary` is one of several choices."""

    id: str
    label: str
    kind: Kind = "secondary"
    detail: str = ""
    picture: Picture = "none"
    selected: bool = False
    enabled: bool = True


class Pad(msgspec.Struct, frozen=True, kw_only=True):
    """The number pad: its digits in their order, and how many of `length` places are filled; never what was typed."""

    filled: int
    length: int = 4
    digits: tuple[str, ...] = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0")


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled value: an amount, a choice made."""

    label: str
    value: str


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """A language the person may change to, by its own name."""

    id: str
    label: str


class View(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="view"):
    """One picture of the screen. `id` is given by the screen when it is shown; 0 until then."""

    id: int = 0
    name: str
    layout: Layout
    tone: Tone = "normal"
    step: int = 0
    steps: int = 0
    service: str = ""
    title: str
    lines: tuple[str, ...] = ()
    note: str = ""
    buttons: tuple[Button, ...] = ()
    facts: tuple[Fact, ...] = ()
    pad: Pad | None = None
    progress: float | None = None
    countdown_s: float | None = None
    picture: Picture = "none"
    lang: str = "ja"
    languages: tuple[Language, ...] = ()

    def offers(self, button: str) -> bool:
        """Whether this view lets `button` be touched."""
        if self.pad is not None and button.startswith("digit:"):
            return button.removeprefix("digit:") in self.pad.digits
        return any(each.id == button and each.enabled for each in self.buttons)

    def asks_the_same_as(self, other: View | None) -> bool:
        """Whether a touch meant for `other` may count for this view: only its state has changed, not its question."""
        return other is not None and (self.name, self.title, self.step) == (other.name, other.title, other.step)


class Goto(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="goto"):
    """Leave for the page of another process."""

    url: str


class Tap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="tap"):
    """A touch, and the view it was meant for."""

    view: int
    button: str


class ChooseLanguage(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="language"
):
    """A touch of the language switch."""

    lang: str
