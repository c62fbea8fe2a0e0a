"""A few thousand hostile answers at the binding check in each run of the tests; `make test-attack` tries a million."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from firmware.app.clerk import answer, binding, claims, cose
from firmware.app.clerk.claims import Dots
from firmware.app.clerk.key_list import KeyList
from tests.attack.binding_run import QUERY, attacked
from tests.attack.hostile_answers import FRESH, KINDS
from tests.attack.people import CENTRE, KOGA, MUNICIPAL

if TYPE_CHECKING:
    from firmware.app.clerk.statement import DotsClaim

COUNT = 2000
EVERY_KEY = ({CENTRE.kid: CENTRE.public}, {KOGA: {each.kid: each.public for each in (MUNICIPAL, FRESH)}})  # anybody's


def test_no_hostile_answer_is_taken() -> None:
    tally = attacked(seed=int(time.time()), count=COUNT)
    assert tally.taken == []
    assert tally.count == COUNT
    assert {kind for kind, _ in tally.refused} == {*KINDS, QUERY}


def believed(
    pages: tuple[bytes, ...], claims: tuple[DotsClaim, ...], head_dots: int, what: str = "pages"
) -> tuple[Dots, ...]:
    """Take any dots for the signed ones."""
    return tuple(Dots(head_dots, 8, bits) for bits in pages)


@pytest.mark.parametrize(
    ("module", "name", "instead"),
    [
        (binding, "checked_pages", believed),
        (answer, "checked_pages", believed),
        (binding, "compare", lambda *_: None),
        (answer, "compare", lambda *_: None),
        (claims.Session, "check_times", lambda *_: None),
        (cose.Signed, "is_by", lambda *_: True),
        (KeyList, "verified", classmethod(lambda cls, *_: cls(2**40, *EVERY_KEY))),
    ],
)
def test_the_attacks_find_a_check_that_was_left_out(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, instead: object
) -> None:
    monkeypatch.setattr(module, name, instead)
    assert attacked(seed=3, count=300).taken
