"""What a screen shows: the structures of the screen protocol (docs/reference/screen-protocol.md).

Shared by the pages (`app.screens`), which build views, and the screen driver, which sends them. A view is complete: the
page that draws it holds no text and no state. Not responsible for: texts, for the order of views, for how they look.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["primary", "secondary", "quiet"]
Layout = Literal["choices", "pad", "kana", "table", "preview", "message", "progress", "pay"]
Mark = Literal["", "check", "radio"]
Size = Literal["normal", "large"]
Contrast = Literal["normal", "high"]
Tone = Literal["normal", "warning", "alarm", "done"]
Picture = Literal[
    "none",
    "card_hold",
    "card_take",
    "paper_take",
    "coins",
    "wait",
    "certificate",
    "person",
    "note",
    "closed",
    "attention",
    "done",
]


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """One touch target. `primary` goes on, `quiet` goes back or ends, `secondary` is one of several choices.

    `mark` is the box or the ring of a choice that is on or off (`selected`). `personal`: its label names a person.
    """

    id: str
    label: str
    kind: Kind = "secondary"
    detail: str = ""
    picture: Picture = "none"
    mark: Mark = ""
    selected: bool = False
    enabled: bool = True
    personal: bool = False


class Pad(msgspec.Struct, frozen=True, kw_only=True):
    """The number pad: its digits in their order, and how many of `length` places are filled; never what was typed.

    With `length` 0 there are no places: what was typed is no secret, and is shown in `View.typed`.
    """

    filled: int
    length: int = 4
    digits: tuple[str, ...] = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0")


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled value: an amount, a choice made. `personal`: the value names or describes a person."""

    label: str
    value: str
    personal: bool = False


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """A keyboard: its columns from the left, each from the top; an empty text is a gap. ア is `key:ア`."""

    columns: tuple[tuple[str, ...], ...]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of texts under `heads`; each row is as long as `heads`."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words of the bar that every page has, and of what is seen only by a program that reads the screen aloud."""

    language: str = ""
    size: str = ""
    contrast: str = ""
    voice: str = ""
    again: str = ""
    up: str = ""
    down: str = ""
    close: str = ""
    step: str = ""
    picture: str = ""
    left: str = ""
    chosen: str = ""
    closed: str = ""
    person: str = ""
    on_screen: str = ""


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """A language the person may change to, by its own name."""

    id: str
    label: str


class View(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="view"):
    """One picture of the screen. `id`, `size`, `contrast` and `voice` are given by the screen when it is shown.

    `voice` is None where this screen cannot speak. `typed` is what a person typed that is no secret to them; `pictures`
    are paths on the process's own server. `typed` and `table` are personal: they are never spoken for all to hear.
    """

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
    keys: Keys | None = None
    typed: str | None = None
    table: Table | None = None
    pictures: tuple[str, ...] = ()
    progress: float | None = None
    countdown_s: float | None = None
    picture: Picture = "none"
    lang: str = "ja"
    languages: tuple[Language, ...] = ()
    words: Words = Words()
    size: Size = "normal"
    contrast: Contrast = "normal"
    voice: bool | None = None

    def offers(self, button: str) -> bool:
        """Whether this view lets `button` be touched."""
        if self.pad is not None and button.startswith("digit:"):
            return button.removeprefix("digit:") in self.pad.digits
        if self.keys is not None and button.startswith("key:"):
            key = button.removeprefix("key:")
            return key != "" and any(key in column for column in self.keys.columns)
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


class ChooseLook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="look"):
    """A touch of the switches for large type and high contrast."""

    size: Size
    contrast: Contrast


class ChooseVoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="voice"):
    """A touch of the switch for spoken guidance."""

    on: bool


class Focused(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="focused"):
    """The keypad has reached a button: it is said where spoken guidance is on."""

    view: int
    button: str


class SayAgain(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="say_again"
):
    """A touch that asks to hear the page once more."""
