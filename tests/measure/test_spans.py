"""What counts as work in a visit, on pages with made-up times."""

from tests.measure.issuance import _spans

PAGES = (
    ("wait", 0.5),  # the centre is asked for its municipalities: nobody holds a card yet
    ("hold_card", 1.0),
    ("wait", 2.0),
    ("wait", 2.005),
    ("enter_pin", 2.010),
    ("enter_pin", 3.0),
    ("wait", 3.001),
    ("take_card", 3.030),
    ("choose_type", 4.0),
    ("wait", 4.001),
    ("choose_scope", 4.040),
    ("choose_copies", 4.5),
    ("wait", 4.501),
    ("preview", 4.580),
    ("confirm", 5.0),
    ("issuing", 5.001),
    ("issuing", 5.090),
    ("pay", 5.100),
    ("pay", 7.0),
    ("printing", 7.005),
    ("take_paper", 7.020),
)


def test_the_times_of_people_are_left_out():
    spans = _spans([{"name": name, "t": t} for name, t in PAGES])
    assert {span: round(ms) for span, ms in spans.items()} == {
        "card seen": 10,
        "PIN": 30,
        "type": 40,
        "preview": 80,
        "order": 100,
        "paid": 20,
    }
