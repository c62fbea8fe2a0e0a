"""The slow compression while a processor is free for it; JBIG1 for whoever comes besides."""

import pytest

from hub.centre.back_panel import Press, draw_back_panels
from hub.centre.panel_turns import PanelTurns
from hub.scramble.compression import Kind


def test_one_document_a_processor_gets_the_short_panel():
    turns = PanelTurns(most=2)
    with turns.taken() as first, turns.taken() as second, turns.taken() as third:
        assert (first, second, third) == (Kind.MIXED_1, Kind.MIXED_1, Kind.JBIG1)
    with turns.taken() as again:
        assert again is Kind.MIXED_1


def test_a_drawing_that_fails_gives_its_turn_back():
    turns = PanelTurns(most=1)
    with pytest.raises(ValueError, match="no page"), turns.taken():
        raise ValueError("no page")
    with turns.taken() as again:
        assert again is Kind.MIXED_1


def test_the_kind_that_a_turn_gives_is_the_one_that_is_drawn():
    page = bytes(row * column % 251 for row in range(300) for column in range(72))
    drawn = {
        kind: draw_back_panels([page], 576, "0" * 32, Press({1: bytes(32)}, "http://127.0.0.1/", kind)) for kind in Kind
    }
    assert drawn[Kind.MIXED_1] != drawn[Kind.JBIG1]
