"""Which orders a cut must not lose: those that had been told to be kept before it."""

import json

from tests.image.power_cuts import Orders, Recording


def test_an_order_is_owed_from_the_length_of_the_log_at_which_it_was_told(tmp_path):
    (tmp_path / "kept.json").write_text(json.dumps([[0, 1000, 1], [0, 2000, 2], [1, 500, 3]]))
    recording = Recording(tmp_path)
    assert [recording.kept(0, length) for length in (999, 1000, 1999, 2000, 9999)] == [0, 1, 1, 2, 2]
    assert [recording.kept(1, length) for length in (0, 500)] == [2, 3]


def test_orders_that_the_inside_tells_are_noted_with_the_length_of_the_log(tmp_path):
    told, log = tmp_path / "orders", tmp_path / "log"
    told.write_text("1\n2\n3")  # the third is not told to its end
    log.write_bytes(b"x" * 700)
    orders = Orders(told, log)
    orders.start()
    while not orders.kept:
        orders.join(0.01)
    assert orders.end() == [(700, 2)]
