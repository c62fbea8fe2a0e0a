"""The suite's second look at what failed: a test that fails twice is never called green."""

from __future__ import annotations

import json

import pytest

from tests import whole


class FakePytest:
    """Plays pytest: gives one exit code a run, and leaves what failed where pytest does."""

    def __init__(self, *runs):
        self.runs, self.asked = list(runs), []

    def __call__(self, *arguments):
        self.asked.append(arguments)
        code, failed = self.runs.pop(0)
        whole.LAST_FAILED.parent.mkdir(parents=True, exist_ok=True)
        whole.LAST_FAILED.write_text(json.dumps(dict.fromkeys(failed, True)))
        return code


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("runs", "result", "unsteady"),
    [
        ([(0, [])], 0, None),
        ([(1, ["t.py::a"]), (0, [])], 0, "t.py::a\n"),
        ([(1, ["t.py::a"]), (1, ["t.py::a"])], 1, None),
        ([(1, ["t.py::a", "t.py::b"]), (1, ["t.py::b"])], 1, None),
        ([(1, ["t.py::a", "t.py::b", "t.py::c", "t.py::d"])], 1, None),
        ([(2, ["t.py"])], 2, None),
        ([(3, [])], 3, None),
        ([(1, [])], 1, None),
    ],
    ids=["green", "unsteady", "fails-twice", "one-of-two", "too-many", "interrupted", "internal-error", "unnamed"],
)
def test_only_few_that_pass_alone_are_forgiven_and_they_are_named(runs, result, unsteady):
    fake = FakePytest(*runs)
    assert whole.main(fake, lambda *_lines, **_how: None) == result
    assert not fake.runs
    assert (whole.UNSTEADY.read_text() if whole.UNSTEADY.exists() else None) == unsteady
    if len(fake.asked) > 1:
        assert set(runs[0][1]) <= set(fake.asked[1])


def test_what_an_earlier_run_left_is_not_taken_for_this_ones(tmp_path):
    FakePytest((1, ["old.py::x"]))()
    whole.UNSTEADY.parent.mkdir()
    whole.UNSTEADY.write_text("old.py::x\n")
    ids = []

    def green(*_arguments):
        ids.extend(whole.failed())
        return 0

    assert whole.main(green, lambda *_lines, **_how: None) == 0
    assert ids == []
    assert not whole.UNSTEADY.exists()
