"""What the bench takes for the screen's reaction to a touch, on the firmware's own pages."""

from __future__ import annotations

import msgspec
import pytest

from firmware.app.screens import pages, texts
from sim_hw.reaction import reacted

JA = texts.load()["ja"]


def shown(view, number=1):
    return msgspec.to_builtins(msgspec.structs.replace(view, id=number))


@pytest.mark.parametrize(
    ("before", "after", "button", "whether"),
    [
        (pages.pay(JA, 250, 0), pages.pay(JA, 250, 100), "cancel", False),
        (pages.pay(JA, 250, 0), pages.pay_after_card(JA, 250, 0), "cancel", True),
        (pages.printing(JA, 0.1), pages.printing(JA, 0.2), "cancel", False),
        (pages.consent(JA), pages.consent(JA, 60), "agree", False),
        (pages.enter_pin(JA, 1, 3), pages.enter_pin(JA, 2, 3), "digit:1", True),
        (pages.enter_pin(JA, 1, 3), pages.enter_pin(JA, 1, 3, countdown_s=9), "digit:1", False),
        (pages.register_name(JA, "ヤ"), pages.register_name(JA, "ヤマ"), "key:マ", True),
        (pages.choose_copies(JA, 1, 250), pages.choose_copies(JA, 3, 250), "copies:3", True),
        (pages.choose_copies(JA, 1, 250), pages.choose_copies(JA, 1, 250), "copies:1", True),
        (pages.choose_copies(JA, 1, 250), pages.choose_copies(JA, 1, 250, countdown_s=9), "copies:3", False),
        (pages.preview(JA, ("/preview/1.png",), 1, 2), pages.preview(JA, ("/preview/2.png",), 2, 2), "page:next", True),
    ],
    ids=[
        "a coin is none",
        "another title is one",
        "progress is none",
        "a warning is none",
        "a digit more is one",
        "a digit is not answered by a warning",
        "a letter more is one",
        "another number of copies is one",
        "the same number again is one",
        "another number is not answered by a warning",
        "another sheet is one",
    ],
)
def test_only_what_the_touch_can_have_changed_is_a_reaction(before, after, button, whether):
    assert reacted(shown(before), shown(after), button) is whether


def test_the_same_view_is_no_reaction_and_another_or_a_dark_panel_is_one():
    before = shown(pages.choose_copies(JA, 1, 250))
    assert not reacted(before, before, "copies:1")
    assert reacted(before, None, "next")
    assert reacted(before, shown(pages.choose_copies(JA, 1, 250), 2), "next")
    assert reacted(before, shown(pages.confirm(JA, pages.Order("", "income_tax", "self", (), 1, 250))), "next")
