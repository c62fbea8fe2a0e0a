"""The pages of docs/ that come from the code say what the code does, and nothing of it is without words."""

import copy
import json

import pytest

from firmware.app.kiosk.orders import OrderState
from tests.docs import codes, figures, handbook, tables, words
from tests.docs.protocols import read_asyncapi

PAGES = tables.pages()


@pytest.mark.parametrize("path", sorted(PAGES))
def test_a_page_written_from_the_code_is_up_to_date(path):
    kept = (tables.DOCS / path).read_text(encoding="utf-8")
    assert kept == PAGES[path](), "write it anew: python -m tests.docs.tables"


@pytest.mark.parametrize("table", words.code_side())
def test_everything_of_the_code_has_words_for_the_operator_and_no_words_are_left_over(table):
    assert set(words.read()[table]) == set(words.code_side()[table])


def test_every_entry_says_what_it_means_in_both_languages_and_what_to_do_in_both_or_in_none():
    for table in words.read().values():
        for key, said in table.items():
            assert len(said) == 4, key
            assert said[0], key
            assert said[2], key
            assert bool(said[1]) == bool(said[3]), key


def test_a_new_screen_without_words_is_a_page_that_cannot_be_written(monkeypatch):
    poorer = copy.deepcopy(words.read())
    del poorer["screen"]["pay"]
    monkeypatch.setattr(words, "read", lambda: poorer)
    with pytest.raises(words.NoWords, match="pay: the code has it"):
        handbook.screens_page("en")


def test_nearly_every_screen_has_its_picture():
    without = [key for key in words.code_side()["screen"] if not words.picture_of(key)]
    assert without == []


def test_every_exit_status_and_every_refusal_has_a_meaning():
    assert set(codes.EXITS) == codes.exits_used()
    assert set(codes.REFUSALS) == set(read_asyncapi()["components"]["schemas"]["refusal"]["enum"])


def test_the_journals_page_names_every_state_of_an_order():
    page = (tables.DOCS / "reference/journal.md").read_text(encoding="utf-8")
    assert [state for state in OrderState if f"`{state}`" not in page] == []


def test_figures_are_taken_over_with_day_and_machine_and_what_was_not_measured_anew_keeps_its_day(tmp_path):
    bench, kept = tmp_path / "bench.json", tmp_path / "figures.json"
    figure = {"value": 1.0, "unit": "ms", "n": 3, "against": "aim 2"}
    old = {"kiosk.a_ms": {**figure, "day": "2026-01-01", "machine": "another"}}
    kept.write_text(json.dumps({"figures": old | {"kiosk.c_ms": old["kiosk.a_ms"]}}), encoding="utf-8")
    bench.write_text(json.dumps({"kiosk.a_ms": figure, "kiosk.b_ms": {**figure, "value": 5.0}}), encoding="utf-8")
    figures.take_over(bench, kept)
    found = json.loads(kept.read_text(encoding="utf-8"))["figures"]
    assert found["kiosk.a_ms"]["day"] == found["kiosk.c_ms"]["day"] == "2026-01-01"
    assert "cores" in found["kiosk.b_ms"]["machine"]
    assert figures.aim_of(found["kiosk.b_ms"]) == 2.0
