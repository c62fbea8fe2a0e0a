"""The audit log is whole as it was written, through restarts and power cuts; any cut, change or move is found."""

from __future__ import annotations

import json
import random
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec import structs

from firmware import config
from firmware.app.kiosk import audit
from firmware.app.kiosk.alarms import ClearReason, Noted, Thing
from firmware.app.kiosk.audit import AuditedIncidents, AuditedJournal, AuditLog
from firmware.app.kiosk.audit_check import Report, check, compare_with_head, compare_with_journal
from firmware.app.kiosk.incidents import Clearance, Line
from firmware.app.kiosk.journal import Entry
from firmware.app.kiosk.orders import Order, OrderState
from firmware.app.messages import Id
from firmware.roles import audit as command

KEY = ec.generate_private_key(ec.SECP256R1())
STATES = (OrderState.DOCUMENT_HELD, OrderState.PAID, OrderState.PRINTING, OrderState.PRINTED, OrderState.TAKEN)
AT_S = 1_900_000_000.0


def opened(path: Path) -> AuditLog:
    return AuditLog(path, "kiosk-0001", lambda data: KEY.sign(data, ec.ECDSA(hashes.SHA256())))


def report_of(content: bytes) -> Report:
    return check(content, KEY.public_key())


def serve(folder: Path, visits: int, *, close: bool = True) -> None:
    """Write what a kiosk writes that serves so many people."""
    log = opened(folder / "audit")
    journal = AuditedJournal(folder / "journal", log)
    for number in range(visits):
        order = Order(Id(f"{number:032x}"), Id(f"{number + 4096:032x}"), 250)
        for state in STATES:
            journal.append(Entry(order, state, AT_S))
    journal.close()
    if close:
        log.close()


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    serve(tmp_path, 4)
    serve(tmp_path, 3)
    return (tmp_path / "audit").read_bytes()


def test_a_log_is_whole_as_it_was_written_and_tells_every_state(whole: bytes) -> None:
    report = report_of(whole)
    assert report.faults == []
    assert report.unsigned == 0
    assert report.checkpoints >= 7
    said = [json.loads(line.partition(b" ")[2]) for line in whole.splitlines()]
    assert [each["state"] for each in said if each["what"] == "order"][: len(STATES)] == [str(each) for each in STATES]


def test_it_holds_ids_and_states_only(whole: bytes) -> None:
    known = {"n", "at_s", "what", "kiosk_id", "signature", "state", "transaction_id", "document_id", "fee_yen"}
    assert {name for line in whole.splitlines() for name in json.loads(line.partition(b" ")[2])} == known


def test_any_single_changed_byte_is_found(whole: bytes) -> None:
    for place in range(0, len(whole), 41):
        changed = bytearray(whole)
        changed[place] ^= 1
        assert report_of(bytes(changed)).faults, f"byte {place}"


def test_every_line_that_is_cut_out_doubled_or_moved_is_found(whole: bytes) -> None:
    lines = whole.splitlines(keepends=True)
    for place in range(len(lines) - 1):
        assert report_of(b"".join(lines[:place] + lines[place + 1 :])).faults, f"line {place} cut out"
        assert report_of(b"".join(lines[: place + 1] + lines[place:])).faults, f"line {place} doubled"
        swapped = [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
        assert report_of(b"".join(swapped)).faults, f"line {place} moved"


def test_whoever_computes_the_chain_anew_lacks_the_key(whole: bytes) -> None:
    head, forged = audit.FIRST, b""
    for line in whole.splitlines():
        body = json.loads(line.partition(b" ")[2])
        if body.get("state") == "taken":
            body["state"] = "refunded"
        again, head = audit.line_of(head, body)
        forged += again
    assert any("did not sign" in fault for fault in report_of(forged).faults)
    assert any("no check-point" in fault for fault in report_of(without_checkpoints(forged)).faults)


def without_checkpoints(content: bytes) -> bytes:
    head, kept, number = audit.FIRST, b"", 0
    for line in content.splitlines():
        body = json.loads(line.partition(b" ")[2])
        if body["what"] != "checkpoint":
            number += 1
            again, head = audit.line_of(head, {**body, "n": number})
            kept += again
    return kept


def test_a_cut_off_end_is_found_by_the_journal_and_by_an_earlier_export(whole: bytes, tmp_path: Path) -> None:
    exported = report_of(whole).head
    lines = whole.splitlines(keepends=True)
    cut = report_of(b"".join(lines[:10]))
    assert cut.faults == []  # a chain alone cannot know that it once was longer
    compare_with_head(cut, exported)
    assert "was exported" in cut.faults[0]
    cut = report_of(b"".join(lines[:10]))
    compare_with_journal(cut, [(f"{4096 + 1:032x}", "taken", AT_S + 1e9)])
    assert "is in the journal" in cut.faults[0]


def test_a_line_torn_by_a_power_cut_is_cut_off_at_the_next_start(tmp_path: Path) -> None:
    serve(tmp_path, 2, close=False)
    path = tmp_path / "audit"
    whole = path.read_bytes()
    for keep in random.Random(4).sample(range(1, 100), 8):  # noqa: S311
        path.write_bytes(whole[:-keep])
        serve(tmp_path, 1)
        assert report_of(path.read_bytes()).faults == []


def test_an_entry_that_reached_the_journal_alone_is_put_on_record_at_the_next_start(tmp_path: Path) -> None:
    serve(tmp_path, 1)
    path = tmp_path / "audit"
    lines = path.read_bytes().splitlines(keepends=True)
    last = max(place for place, line in enumerate(lines) if b'"state":"taken"' in line)
    path.write_bytes(b"".join(lines[:last]))
    log = opened(path)
    AuditedJournal(tmp_path / "journal", log).close()
    log.close()
    report = report_of(path.read_bytes())
    assert report.faults == []
    assert (f"{4096:032x}", "taken") in report.states


def test_a_damaged_end_does_not_stop_the_kiosk_but_is_found(tmp_path: Path) -> None:
    serve(tmp_path, 1)
    path = tmp_path / "audit"
    path.write_bytes(path.read_bytes() + b"no line at all\n")
    serve(tmp_path, 1)
    assert report_of(path.read_bytes()).faults


def test_two_threads_do_not_break_the_chain(tmp_path: Path) -> None:
    log = opened(tmp_path / "audit")
    threads = [threading.Thread(target=lambda: [log.note("order", state="paid") for _ in range(40)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    report = report_of((tmp_path / "audit").read_bytes())
    assert (report.faults, report.checkpoints >= 5) == ([], True)


def test_a_cleared_alarm_is_on_record_with_the_key_that_cleared_it(tmp_path: Path) -> None:
    log = opened(tmp_path / "audit")
    incidents = AuditedIncidents(tmp_path / "incidents", log)
    clearance = Clearance(
        reason=ClearReason.FALSE_ALARM, note="", operator="office", key_id="a" * 16, command="{}", signature="s"
    )
    line = Line(
        alarm_id="b" * 32, noted=Noted.CLEARED, thing=Thing.PAPER, at_s=1.0, document_id="c" * 32, clearance=clearance
    )
    incidents.append(line)
    incidents.close()
    log.close()
    content = (tmp_path / "audit").read_bytes()
    assert report_of(content).faults == []
    [said] = [json.loads(row.partition(b" ")[2]) for row in content.splitlines() if b'"alarm"' in row]
    assert (said["alarm_id"], said["key_id"], said["reason"]) == ("b" * 32, "a" * 16, "false-alarm")
    assert "operator" not in said


def test_the_command_tells_a_broken_log_and_exports_it_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "kiosk-0001")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, KEY.public_key(), 1, now, now + timedelta(days=1))
    (tmp_path / "kiosk.pem").write_bytes(made.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM))
    serve(tmp_path, 1)
    sample = config.load(Path(__file__).parents[2] / "deploy" / "kiosk.toml")
    ours = structs.replace(
        sample,
        kiosk=structs.replace(sample.kiosk, state_dir=tmp_path),
        hub=structs.replace(sample.hub, kiosk_certificate=tmp_path / "kiosk.pem"),
    )
    arguments = SimpleNamespace(action="export", out=tmp_path / "copy", head="")
    assert command.run(ours, arguments) == 0
    assert capsys.readouterr().out.startswith("whole: ")
    content = (tmp_path / "audit").read_bytes()
    assert (tmp_path / "copy").read_bytes() == content
    (tmp_path / "audit").write_bytes(content.replace(b'"paid"', b'"void"'))
    assert command.run(ours, arguments) == 1
    told = capsys.readouterr()
    assert told.out.startswith("broken: ")
    assert "does not follow" in told.err
    assert (tmp_path / "copy").read_bytes() != content
