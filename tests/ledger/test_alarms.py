"""Alarms and faults from the monitoring's messages."""

import pytest
from sqlalchemy.orm import Session

from hub.__main__ import main
from hub.ledger.records import KioskAlarm

LINES = """\
1795000000 kiosk/v1/kiosk-0001/alarm/paper_left {"since":"2026-11-18T09:06:40Z"}
1795000005 kiosk/v1/kiosk-0001/alarm/paper_left {"since":"2026-11-18T09:06:40Z"}
1795000060 kiosk/v1/kiosk-0001/alarm/paper_left
1795000100 kiosk/v1/kiosk-0002/state {"state":"out","reasons":["cover_open","starting"],"alarms":[]}
1795000110 kiosk/v1/kiosk-0002/state {"state":"out","reasons":["cover_open","paper_out"],"alarms":[]}
1795000160 kiosk/v1/kiosk-0002/state {"state":"idle","reasons":[],"alarms":[]}
1795000170 kiosk/v1/kiosk-0002/alarm/card_left {"since":"x"}
1795000171 kiosk/v1/kiosk-0002/state/printer {"device":"online"}
nonsense
1795000172 kiosk/v1/kiosk-0002/alarm/PAPER!! x
"""


@pytest.fixture
def kept(books, tmp_path, capsys):
    file = tmp_path / "messages"
    file.write_text(LINES, encoding="utf-8")
    assert main(["alarms", "--data", str(books.data), "--from", str(file)]) == 0
    assert "4 alarms and faults kept, 3 lines were none" in capsys.readouterr().out
    with Session(books.engine, expire_on_commit=False) as session:
        return session.query(KioskAlarm).order_by(KioskAlarm.began_at_s, KioskAlarm.code).all()


def test_an_alarm_begins_once_and_ends(kept):
    found = [(it.kiosk_id, it.kind, it.code, it.began_at_s - 1795000000, it.ended_at_s) for it in kept]
    assert found == [
        ("kiosk-0001", "alarm", "paper_left", 0, 1795000060),
        ("kiosk-0002", "fault", "cover_open", 100, 1795000160),
        ("kiosk-0002", "fault", "paper_out", 110, 1795000160),
        ("kiosk-0002", "alarm", "card_left", 170, None),
    ]
