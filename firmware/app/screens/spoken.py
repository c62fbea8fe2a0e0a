"""What is said of a view: its text for people who hear the page instead of reading it, and what changed in it.

Only what the page shows is said, in its order. Digits of a PIN are not in a view, so they cannot be said. What is
personal (names, what was typed, a table of earlier issues) is said only where nobody else hears it. Not responsible
for speaking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firmware.views import Button, Fact, View

_ENDS = ("。", ".", "?", "？", "!", "！", ":", "：")


def whole(view: View, *, private: bool) -> str:
    """Give title, lines, facts, note and choices. With `private`, names and other personal texts too."""
    said = [view.title, *view.lines, *(_fact(each, view, private=private) for each in view.facts)]
    if private and view.typed:
        said.append(view.typed)
    if private and view.table:
        said += [" ".join(row) for row in view.table.rows]
    said += [view.note, *_choices(view, private=private)]
    if view.countdown_s is not None:
        said.append(f"{view.words.left} {round(view.countdown_s)}")
    return _joined(said, view.lang)


def change(before: View, after: View, *, private: bool) -> str:
    """Give what is new in `after`, which asks the same as `before`; empty when there is nothing to say."""
    said: list[str] = []
    if after.pad and before.pad and after.pad.length and after.pad.filled != before.pad.filled:
        said.append(f"{after.pad.filled} / {after.pad.length}")
    if private and after.typed != before.typed:
        said.append(after.typed or "")
    said += [line for line in after.lines if line not in before.lines]
    said += [_fact(each, after, private=private) for each in after.facts if each not in before.facts]
    was = {button.id: button.selected for button in before.buttons}
    said += [
        button_text(after, button, private=private)
        for button in after.buttons
        if button.mark and was.get(button.id) != button.selected
    ]
    if after.countdown_s is not None and before.countdown_s is None:
        said.append(f"{after.words.left} {round(after.countdown_s)}")
    return _joined(said, after.lang)


def button_text(view: View, button: Button, *, private: bool) -> str:
    """Give what is said of one button: its place instead of its label when that names a person and others listen."""
    if button.personal and not private:
        others = [each for each in view.buttons if each.personal]
        said = [f"{view.words.person} {others.index(button) + 1}"]
    else:
        said = [button.label, button.detail]
    if button.mark and button.selected:
        said.append(view.words.chosen)
    if not button.enabled:
        said.append(view.words.closed)
    return " ".join(part for part in said if part)


def _choices(view: View, *, private: bool) -> list[str]:
    if view.keys:
        return []
    order = {"secondary": 0, "primary": 1, "quiet": 2}
    shown = sorted(view.buttons, key=lambda button: order[button.kind])
    return [button_text(view, button, private=private) for button in shown]


def _fact(fact: Fact, view: View, *, private: bool) -> str:
    return f"{fact.label} {fact.value if private or not fact.personal else view.words.on_screen}"


def _joined(said: list[str], lang: str) -> str:
    """Make sentences of the parts: a stop after each lets the voice pause."""
    stop = "。" if lang in ("ja", "zh") else "."
    parts = [part.replace("\n", " ").strip() for part in said]
    return " ".join(part if part.endswith(_ENDS) else part + stop for part in parts if part)
