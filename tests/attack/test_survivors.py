"""The list of changes that no test of the binding check notices is true to the code; a new one is an error."""

from __future__ import annotations

import pytest

from tests.attack import survivors
from tests.attack.survivors import Change

KNOWN = survivors.known()
DIFF = (
    "--- mutation diff ---\n--- a/x/binding.py\n+++ b/x/binding.py\n@@ -1 +1 @@\n     pass\n-    a < b\n+    a <= b\n"
)


def test_every_known_survivor_is_a_line_of_the_code() -> None:
    clerk = survivors.ROOT / "firmware/app/clerk"
    for change in KNOWN:
        lines = [line.strip() for line in (clerk / change.module).read_text(encoding="utf-8").splitlines()]
        assert lines.count(change.before) == 1, change


def test_the_page_tells_them() -> None:
    text = survivors.PAGE.read_text(encoding="utf-8")
    assert survivors.page(text) == text, "write it anew: python -m tests.attack.survivors"


def test_a_change_is_read_from_its_diff() -> None:
    assert Change.of("firmware/app/clerk/binding.py", DIFF) == Change("binding.py", "a < b", "a <= b")


def test_a_new_survivor_and_one_that_is_gone_are_told() -> None:
    listed = list(KNOWN)
    new = Change("binding.py", "a < b", "a <= b")
    assert survivors.judged(listed, whole=True) == []
    assert survivors.judged([*listed, new], whole=True) == [f"NEW {new}"]
    assert survivors.judged(listed[1:], whole=True) == [f"NOTICED BY NOW {listed[0]}"]
    assert survivors.judged(listed[1:], whole=False) == []
    assert survivors.judged([*listed, listed[0]], whole=True) == [f"TWICE {listed[0]}"]


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="no marks"):
        survivors.page("nothing")
