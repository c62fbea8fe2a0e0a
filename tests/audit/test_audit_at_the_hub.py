"""The hub gets the audit log line by line, keeps all that it ever got, and tells every cut, change and fork."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select
from sqlalchemy.orm import Session

from firmware.app.hub_errors import HubTimeout
from firmware.app.kiosk import audit, audit_export
from firmware.app.kiosk.audit import AuditedJournal, AuditLog
from firmware.app.kiosk.audit_export import AuditExport
from firmware.app.kiosk.journal import Entry
from firmware.app.kiosk.orders import Order, OrderState
from firmware.app.messages import Id
from hub.audit import command
from hub.audit.received import AuditLogs, Told
from hub.audit.records import AuditFault, AuditLine
from hub.centre.records import Base, open_records
from hub.centre.records import Order as OrderAtHub
from hub.web.problem import Problem

KEY, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
NOW_S = 1_900_000_000
KIOSK = "kiosk-0001"


def opened(path: Path, key: ec.EllipticCurvePrivateKey = KEY) -> AuditLog:
    return AuditLog(path, KIOSK, lambda data: key.sign(data, ec.ECDSA(hashes.SHA256())))


class Line:
    """The way to the hub: what is sent arrives in its books; `lost` answers do not come back."""

    def __init__(self, data: Path) -> None:
        self.data = data
        data.mkdir(exist_ok=True)
        self.engine = open_records(data / "centre.sqlite")
        self.logs = AuditLogs(self.engine, lambda: datetime.fromtimestamp(NOW_S, UTC))
        self.puts = self.lost = 0

    async def audit_standing(self) -> tuple[int, str]:
        return self.logs.standing(KIOSK)

    async def put_audit(self, after: int, after_head: str, lines: list[str], *, anew: bool) -> tuple[int, str]:
        self.puts += 1
        answer = self.logs.take(KIOSK, Told(after, after_head, lines, anew), [KEY.public_key()])
        if self.lost:
            self.lost -= 1
            raise HubTimeout
        return answer

    @property
    def faults(self) -> list[str]:
        with Session(self.engine) as session:
            return list(session.scalars(select(AuditFault.text).order_by(AuditFault.number)))

    def kept(self, branch: int = 1) -> str:
        with Session(self.engine) as session:
            wanted = select(AuditLine.line).where(AuditLine.branch == branch).order_by(AuditLine.number)
            return "".join(f"{line}\n" for line in session.scalars(wanted))


@pytest.fixture
def line(tmp_path: Path):
    made = Line(tmp_path / "hub")
    yield made
    made.engine.dispose()


def told(log: AuditLog, line: Line) -> None:
    """Tell all that there is; after an error, begin again by asking."""

    async def tell() -> None:
        export = AuditExport(log, line, (HubTimeout, Problem))
        more = True
        while more:
            try:
                more = await export._tell()
            except HubTimeout:
                export._place = None

    asyncio.run(tell())


def serve(folder: Path, visits: int, line: Line) -> None:
    log = opened(folder / "audit")
    journal = AuditedJournal(folder / "journal", log)
    for number in range(visits):
        order = Order(Id(f"{number:032x}"), Id(f"{number + log._number:032x}"), 250)
        for state in (OrderState.PAID, OrderState.TAKEN):
            journal.append(Entry(order, state, 1.0))
    told(log, line)
    journal.close()
    log.close()


def test_the_hub_has_every_line_in_the_end(tmp_path: Path, line: Line) -> None:
    serve(tmp_path, 70, line)
    serve(tmp_path, 3, line)
    whole = (tmp_path / "audit").read_text(encoding="ascii")
    assert line.kept() == "".join(whole.splitlines(keepends=True)[:-2])  # *stopped* and its check-point come next time
    assert line.faults == []
    assert line.puts < 10


def test_lines_whose_answer_was_lost_are_taken_once(tmp_path: Path, line: Line) -> None:
    line.lost = 2
    serve(tmp_path, 5, line)
    assert (tmp_path / "audit").read_text(encoding="ascii").startswith(line.kept())
    assert line.faults == []


def test_lines_that_a_power_cut_could_take_are_not_told(tmp_path: Path, line: Line) -> None:
    log = opened(tmp_path / "audit")
    told(log, line)
    with (tmp_path / "audit").open("ab") as beside:
        beside.write(audit.line_of(log._hash, {"n": log._number + 1, "what": "order"})[0])
    told(log, line)
    assert line.logs.standing(KIOSK)[0] == log._number
    log.close()


def repeated(lines: list[str]) -> list[str]:
    return [*lines[:4], lines[3], *lines[4:]]


def again_over(lines: list[str]) -> list[str]:
    """The chain computed anew over a changed amount, as whoever lacks the key can."""
    before, made = audit.FIRST, []
    for each in lines:
        text = each.partition(" ")[2].replace('"fee_yen":250', '"fee_yen":150')
        digest = audit.hashlib.sha256(before + text.encode())
        before = digest.digest()
        made.append(f"{digest.hexdigest()} {text}")
    return made


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda lines: [*lines[:3], *lines[4:]], "does not follow"),
        (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], "does not follow"),
        (repeated, "does not follow"),
        (lambda lines: [each.replace('"fee_yen":250', '"fee_yen":150') for each in lines], "does not follow"),
        (again_over, "did not sign"),
    ],
    ids=["cut out", "moved", "doubled", "changed", "computed anew"],
)
def test_a_log_that_was_tampered_with_is_kept_and_told(
    tmp_path: Path, line: Line, change: Callable[[list[str]], list[str]], fault: str
) -> None:
    serve(tmp_path, 4, Line(tmp_path / "other"))
    lines = change((tmp_path / "audit").read_text(encoding="ascii").splitlines())
    line.logs.take(KIOSK, Told(0, audit.FIRST.hex(), lines), [KEY.public_key()])
    assert any(fault in each for each in line.faults), line.faults
    assert line.kept().splitlines() == lines


def test_a_log_that_was_cut_off_or_forked_since_is_told_and_both_are_kept(tmp_path: Path, line: Line) -> None:
    serve(tmp_path, 6, line)
    received = line.kept()
    for name in ("audit", "journal"):  # yesterday's copy of the card is put back, and goes on from there
        content = (tmp_path / name).read_bytes().splitlines(keepends=True)
        (tmp_path / name).write_bytes(b"".join(content[:6]))
    serve(tmp_path, 6, line)
    assert any("cut off, changed or replaced" in each for each in line.faults)
    assert line.kept(1) == received
    assert (tmp_path / "audit").read_text(encoding="ascii").startswith(line.kept(2))


def test_the_log_of_another_kiosk_or_with_another_key_is_told(tmp_path: Path, line: Line) -> None:
    log = AuditLog(tmp_path / "audit", "kiosk-0002", lambda data: STRANGER.sign(data, ec.ECDSA(hashes.SHA256())))
    told(log, line)
    log.close()
    assert {"belongs to another kiosk", "is a check-point that this kiosk did not sign"} <= set(line.faults)


def test_a_key_that_was_renewed_signs_on(tmp_path: Path, line: Line) -> None:
    log = opened(tmp_path / "audit")
    told(log, line)
    log.close()
    lines = (tmp_path / "audit").read_text(encoding="ascii").splitlines()
    done, head = line.logs.standing(KIOSK)
    line.logs.take(KIOSK, Told(done, head, lines[done:]), [STRANGER.public_key()])  # asks with the new certificate
    assert line.faults == []


def test_lines_that_follow_another_than_the_last_are_refused(line: Line) -> None:
    with pytest.raises(Problem, match="ask how far"):
        line.logs.take(KIOSK, Told(3, "ab" * 32, ["x"]), [])


def test_the_office_is_told_in_words_and_by_the_exit_status(
    tmp_path: Path, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(tmp_path, 2, line)
    asked = argparse.Namespace(data=line.data, kiosk=KIOSK, out=tmp_path / "copy")
    assert command._audit(asked) == 0
    assert "whole" in capsys.readouterr().out
    assert (tmp_path / "copy").read_text(encoding="ascii") == line.kept()
    with Session(line.engine) as session, session.begin():
        values = {column.name: "x" for column in Base.metadata.tables["orders"].c}
        numbers = {each.name: 0 for each in OrderAtHub.__table__.c if each.type.python_type is int}
        blobs = {each.name: b"" for each in OrderAtHub.__table__.c if each.type.python_type is bytes}
        row = values | numbers | blobs | {"kiosk_id": KIOSK, "state": "taken", "document_id": "f" * 32}
        row |= {"opened_at_s": 2 * NOW_S, "changed_at_s": 0}
        session.execute(OrderAtHub.__table__.insert(), row)
    assert command._audit(asked) == 1
    assert f"order {'f' * 32} is taken at the centre, and not in the log" in capsys.readouterr().out


def test_a_batch_is_one_that_the_hub_takes() -> None:
    from hub.audit.routes import LINES_MAX  # noqa: PLC0415

    assert audit_export.MOST_LINES <= LINES_MAX
