"""The slow compression while a processor is free for it; JBIG1 for whoever comes besides."""

import pytest

from hub.centre.back_panel import Press, draw_back_panels
from hub.centre.held import open_held
from hub.centre.panel_turns import panel_kind
from hub.centre.records import open_records
from hub.centre.sessions import CardSession, Sessions
from hub.scramble.compression import Kind

CARD = CardSession(b"n" * 32, b"s" * 32, b"e" * 32, b"the certificate", b"g" * 256, b"f" * 32)


@pytest.mark.parametrize(("processors", "slow"), [(1, 1), (2, 1), (4, 2), (16, 8)])
def test_half_of_the_processors_draw_the_short_panel(processors, slow):
    kinds = [panel_kind(under_way, processors) for under_way in range(1, slow + 3)]
    assert kinds == [Kind.MIXED_2] * slow + [Kind.JBIG1] * 2


def test_orders_of_all_processes_count_until_they_are_done(tmp_path):
    records = open_records(tmp_path / "records.sqlite")
    held = open_held(records)
    one, other = Sessions(held, bytes(32), "one"), Sessions(held, bytes(32), "other")
    for name in ("a", "b", "c"):
        one.keep_card(name * 32, CARD)
    assert (one.work_on("a" * 32), other.work_on("b" * 32)) == (1, 2)
    one.work_done("a" * 32)
    assert one.work_on("c" * 32) == 2
    held.dispose()
    records.dispose()


def test_the_kind_that_is_given_is_the_one_that_is_drawn():
    page = bytes(row * column % 251 for row in range(300) for column in range(72))
    drawn = {
        kind: draw_back_panels([page], 576, "0" * 32, Press({1: bytes(32)}, "http://127.0.0.1/", kind)) for kind in Kind
    }
    assert drawn[Kind.MIXED_2] != drawn[Kind.JBIG1]
