"""What counts as the screen's reaction to a touch. The protocol answers no touch: it is seen in the views that follow.

Coins, progress, a countdown or a warning that come meanwhile on the same page are none. Not responsible for waiting
(`hands.py`). Fields: docs/reference/screen-protocol.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim_hw.touchscreen import View

_QUESTION = ("id", "name", "title")
_CHANGED_BY_TOUCH = ("pad", "typed", "pictures")


def reacted(before: View, now: View | None, button: str) -> bool:
    """Tell whether `now` is what came of touching `button` on the view `before`."""
    if now is None or _of(before, _QUESTION) != _of(now, _QUESTION):
        return True
    if _chosen_already(before, button):
        return now is not before  # chosen again, it is shown as it was
    return _of(before, _CHANGED_BY_TOUCH) != _of(now, _CHANGED_BY_TOUCH) or _selected(before) != _selected(now)


def _of(view: View, fields: tuple[str, ...]) -> list[Any]:
    return [view.get(field) for field in fields]


def _selected(view: View) -> list[str]:
    return [each["id"] for each in view["buttons"] if each.get("selected")]


def _chosen_already(view: View, button: str) -> bool:
    return any(each["id"] == button and each["mark"] == "radio" and each["selected"] for each in view["buttons"])
