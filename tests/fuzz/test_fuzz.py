"""Every parser bears the kept corpus and some hundred hostile inputs in each run; `make fuzz` tries a million each."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import NAMES
from tests.fuzz.mutation import changed
from tests.fuzz.targets import CORPUS, TARGETS, Target

CHANGED = 250
SLOWEST_S = 2.0


def corpus_of(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / name).glob("*"))]


def test_the_list_of_names_is_whole_and_the_corpus_is_kept() -> None:
    assert tuple(TARGETS) == NAMES
    assert sum(len(corpus_of(name)) for name in NAMES if (CORPUS / name).is_dir()) > 200


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_bears_its_corpus_and_what_is_made_of_it(name: str) -> None:
    target, chance = TARGETS[name], random.Random(time.time())  # noqa: S311
    inputs = [*target.seeds, *corpus_of(name)]
    for data in [*inputs, *(changed(chance, inputs) for _ in range(CHANGED))]:
        began = time.process_time()
        try:
            target(data)
        except BaseException as error:
            error.add_note(f"{name}: {data.hex()}")
            raise
        assert time.process_time() - began < SLOWEST_S, data.hex()


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace"))))
@settings(max_examples=30, deadline=None)
def test_a_parser_bears_anything(name: str, data: bytes) -> None:
    TARGETS[name](data)


def test_a_parser_that_breaks_is_found() -> None:
    def breaks(data: bytes) -> None:
        raise ZeroDivisionError if b"\xff" in data else KeyError

    target = Target(breaks, (KeyError,), ())
    hostile = b"".join(changed(random.Random(seed), [b"abc"]) for seed in range(100))  # noqa: S311
    with pytest.raises(ZeroDivisionError):
        target(hostile)
