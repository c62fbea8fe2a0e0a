"""The dated record: what may be entered, what it changes from when, and what the council reads."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest

from hub.municipality.registers.register import Base, open_register
from hub.municipality.rules.change_record import as_pdf, as_text
from hub.municipality.rules.changes import all_changes, differences, enter, from_wishes
from hub.municipality.rules.rules import TOKYO, Change, Maintenance, TypeRule, rules_on
from hub.municipality.samples import koga
from hub.municipality.samples.towns import TOWNS

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # a Tuesday
APRIL = date(2027, 4, 1)


@pytest.fixture
def register(tmp_path):
    engine = open_register(tmp_path / "register.sqlite")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def entered(register, **wishes):
    in_force = rules_on(APRIL, all_changes(register, koga.CHANGES))
    change = Change(APRIL, from_wishes(wishes, in_force), "条例改正", "係員")
    enter(register, change, NOON)
    return all_changes(register, koga.CHANGES)


def test_a_fee_an_operator_and_an_item_change_on_their_day(register):
    wishes = {"type:income_tax": {"fee_yen": 300}, "type:resident_record": {"items": ["relationship"]}}
    changes = entered(register, operators=["lawson"], **wishes)
    before, after = rules_on(date(2027, 3, 31), changes), rules_on(APRIL, changes)
    assert before == rules_on(date(2027, 3, 31), koga.CHANGES)
    assert after.operators == {"lawson"}
    assert after.types["income_tax"] == replace(before.types["income_tax"], fee_yen=300)
    assert after.types["resident_record"].items == ("relationship",)
    told = [(it.what, it.before, it.after, it.entered_by) for it in differences(changes) if it.on == APRIL]
    assert ("income_tax: fee_yen", "250", "300", "係員") in told
    assert (
        "operators",
        '["circle_k_sunkus", "family_mart", "lawson", "ministop", "seven_eleven"]',
        '["lawson"]',
        "係員",
    ) in told
    assert len(told) == 3


def test_a_new_type_needs_its_fees(register):
    with pytest.raises(ValueError, match="fee_yen and counter_fee_yen"):
        entered(register, **{"type:tax_payment": {"issued": True}})
    changes = entered(register, **{"type:tax_payment": {"fee_yen": 300, "counter_fee_yen": 350}})
    assert rules_on(APRIL, changes).types["tax_payment"] == TypeRule(300, 350)


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"opning": "08:00"}, "`opning` is no rule"),
        ({"type:income_tax": {"fee": 300}}, "a type has the fields"),
        ({"types": {}}, "`types` is no rule"),
    ],
)
def test_a_wish_that_is_no_rule_is_named(register, wishes, told):
    with pytest.raises(ValueError, match=told):
        entered(register, **wishes)


def test_maintenance_closes_everything_and_says_so(register):
    begins = datetime(2027, 4, 5, 12, 0, tzinfo=TOKYO)
    notice = {"ja": "保守のため休止します", "en": "Closed for maintenance"}
    window = {"begins": begins.isoformat(), "ends": (begins + timedelta(hours=2)).isoformat(), "notice": notice}
    rules = rules_on(date(2027, 4, 5), entered(register, maintenance=window))
    assert rules.maintenance == Maintenance(begins, begins + timedelta(hours=2), notice)
    assert rules.reason(begins) == "maintenance"
    assert rules.reason(begins + timedelta(hours=1), "income_tax") == "maintenance"
    assert rules.reason(begins + timedelta(hours=2)) is None


@pytest.mark.parametrize(
    ("local", "reason"),
    [
        ((2026, 11, 24, 8, 59), "hours"),
        ((2026, 11, 24, 9, 0), None),
        ((2026, 11, 24, 17, 0), "hours"),
        ((2026, 11, 28, 12, 0), "closed_day"),  # a Saturday
        ((2026, 12, 30, 12, 0), "closed_day"),
        ((2026, 11, 24, 5, 0), "hours"),
    ],
)
def test_family_registers_of_aoba_have_office_hours(local, reason):
    rules = rules_on(date(2026, 11, 24), TOWNS["999016"])
    assert rules.reason(datetime(*local, tzinfo=TOKYO), "family_register") == reason
    assert rules.hours_of("family_register") == ("09:00", "17:00")


def test_umibe_does_not_issue_what_it_only_lists():
    rules = rules_on(date(2026, 11, 24), TOWNS["999024"])
    assert rules.reason(NOON, "family_register") == "not_issued"
    assert rules.reason(NOON, "income_tax") == "not_issued"
    assert rules.reason(NOON, "seal_registration") is None
    assert not rules.registration


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(2026, 5, 31), (2025, 2024, 2023)),
        (date(2026, 6, 1), (2026, 2025, 2024)),
        (date(2027, 1, 5), (2026, 2025, 2024)),
    ],
)
def test_the_fiscal_year_switches_in_june(day, years):
    assert rules_on(day, koga.CHANGES).types["income_tax"].fiscal_years(day) == years


def test_the_council_gets_it_as_text_and_on_paper(register):
    lines = list(differences(entered(register, copies_max=5)))
    text = as_text("福岡県古賀市", lines)
    assert "2016-04-01  service begins" in text
    assert "copies_max: 10 -> 5" in text
    paper = pypdfium2.PdfDocument(as_pdf("福岡県古賀市", lines, APRIL))
    told = paper[len(paper) - 1].get_textpage().get_text_bounded()
    paper.close()
    assert "部数の上限" in told
    assert "令和9年4月1日" in told.replace("\r\n", "")
