"""The drawing of the rig agrees with the pins of its program and of the kiosk."""

from hil_tests.rig import wiring


def test_the_drawing_is_of_these_pins():
    assert wiring.DRAWING.read_text(encoding="utf-8") == wiring.draw(), "python -m hil_tests.rig.wiring draws it anew"


def test_every_line_of_the_board_is_drawn_once_and_has_a_pin_of_its_own():
    rows = wiring.wires()
    assert {row.name for row in rows} == set(wiring.pins())
    assert len({row.gp for row in rows}) == len(rows) == 9
