"""Notices of maintenance: from their beginning to their end nobody is served, and the home screens say why."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.__main__ import main
from hub.centre.notices import Notice, Notices, under_notice
from hub.centre.records import open_records
from hub.municipality.interface import Availability

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TEXTS = {"text_ja": "保守", "text_en": "maintenance"}


class Town:
    """Records with notices, and what a municipality's line becomes under them."""

    def __init__(self, engine) -> None:
        self.now = NOON
        self.notices = Notices(engine, lambda: self.now)

    def give(self, municipality="*", begins=NOON, ends=NOON + timedelta(hours=1)) -> None:
        begins_s, ends_s = int(begins.timestamp()), int(ends.timestamp())
        self.notices.give(Notice(municipality=municipality, begins_s=begins_s, ends_s=ends_s, **TEXTS), "Ito", "test")

    def line(self, code="402231", status="open") -> Availability:
        found = Availability(code, {}, {}, "06:30", "23:00", status, ())
        return under_notice(found, self.notices.in_force())


@pytest.fixture
def town(tmp_path):
    engine = open_records(tmp_path / "centre.sqlite")
    yield Town(engine)
    engine.dispose()


def test_it_holds_from_its_beginning_up_to_its_end(town):
    town.give()
    seen = []
    for minutes in (-1, 0, 59, 60):
        town.now = NOON + timedelta(minutes=minutes)
        seen.append(town.line().status)
    assert seen == ["open", "maintenance", "maintenance", "open"]


def test_the_screens_say_what_the_notice_says(town):
    town.give()
    assert town.line().notice == {"ja": "保守", "en": "maintenance"}


def test_one_municipalitys_notice_leaves_the_others_alone(town):
    town.give("402231")
    assert (town.line("402231").status, town.line("999016").status) == ("maintenance", "open")


def test_where_there_is_no_contract_maintenance_says_nothing(town):
    town.give()
    assert town.line(status="operator_not_contracted").status == "operator_not_contracted"


def test_after_it_was_withdrawn_everybody_is_served(town):
    town.give()
    town.notices.withdraw(1, "Ito", "done early")
    assert town.line().status == "open"
    with pytest.raises(ValueError, match="no notice"):
        town.notices.withdraw(1, "Ito", "again")


@pytest.mark.parametrize("missing", ["person", "reason", "text"])
def test_a_notice_without_name_reason_or_text_is_refused(town, missing):
    texts = {"text_ja": " ", "text_en": "x"} if missing == "text" else TEXTS
    given = Notice(municipality="*", begins_s=1, ends_s=2_000_000_000, **texts)
    with pytest.raises(ValueError, match=r"name|reason|says something"):
        town.notices.give(given, "" if missing == "person" else "Ito", "" if missing == "reason" else "test")
    assert town.notices.in_force() == []


def test_the_same_at_the_command_line(tmp_path, capsys):
    open_records(tmp_path / "centre.sqlite").dispose()
    data = ["--data", str(tmp_path)]
    times = ["--from", "2031-01-10T21:00", "--to", "2031-01-10T23:00"]
    who = ["--by", "Ito", "--reason", "test"]
    assert main(["notice", *data, *times, "--ja", "保守", "--en", "maintenance", *who]) == 0
    assert "1  *  2031-01-10T12:00:00Z to 2031-01-10T14:00:00Z  保守" in capsys.readouterr().out
    assert main(["notice", *data, *times, "--ja", "保守", *who]) == 1
    assert main(["notice", *data, "--withdraw", "1", *who]) == 0
    assert main(["decisions", *data]) == 0
    assert "Ito  notice_withdrawn  * number 1  test" in capsys.readouterr().out
