"""Where OK ends and WARN and FAIL begin, without any device."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from firmware.app.clerk import strip
from firmware.config import Operators
from firmware.devices import DeviceState, DeviceUnavailable, Paper, PrinterStatus
from firmware.roles.doctor import certificates, fonts, keys, operators, sandbox
from firmware.roles.doctor.centre import judge_clock
from firmware.roles.doctor.clock import is_synchronised, not_compared
from firmware.roles.doctor.finding import Check, fail, ok
from firmware.roles.doctor.peripherals import judge_printer

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead_s", "mark", "found"),
    [
        (4.9, "OK", "4.9 s ahead of"),
        (-5.1, "WARN", "5.1 s behind"),
        (60.0, "WARN", "ahead of"),
        (-60.1, "FAIL", "behind"),
    ],
)
def test_a_clock_may_be_five_seconds_off_and_fails_beyond_a_minute(ahead_s, mark, found):
    finding = judge_clock(ahead_s)
    assert finding.mark == mark
    assert found in finding.found
    assert bool(finding.remedy) is (mark != "OK")


@pytest.mark.parametrize(
    ("begins_days", "ends_days", "mark", "word"),
    [
        (-1, 30, "OK", "in 30 days"),
        (-1, 29, "WARN", "in 29 days"),
        (-1, 0, "FAIL", "ended on"),
        (1, 90, "FAIL", "not valid before"),
    ],
)
def test_a_certificate_is_warned_of_a_month_before_its_end(tmp_path, begins_days, ends_days, mark, word):
    path = tmp_path / "kiosk.pem"
    path.write_bytes(_certificate(NOW + timedelta(begins_days), NOW + timedelta(ends_days)))
    finding = certificates.judge({"hub.kiosk_certificate": path}, NOW)
    assert finding.mark == mark
    assert "hub.kiosk_certificate" in finding.found
    assert word in finding.found


def test_the_certificate_that_ends_first_is_the_one_that_is_told(tmp_path):
    for name, days in (("late", 400), ("soon", 10)):
        (tmp_path / name).write_bytes(_certificate(NOW - timedelta(1), NOW + timedelta(days)))
    finding = certificates.judge({"mqtt.ca": tmp_path / "late", "hub.ca": tmp_path / "soon"}, NOW)
    assert finding.found.startswith("hub.ca ends first, on 2026-04-11")


def test_a_certificate_that_is_missing_or_none_is_named_with_its_key(tmp_path):
    path = tmp_path / "kiosk.pem"
    assert f"mqtt.ca = {path}: No such file" in certificates.judge({"mqtt.ca": path}, NOW).found
    path.write_text("nonsense")
    assert "no certificate in PEM" in certificates.judge({"mqtt.ca": path}, NOW).found


@pytest.mark.parametrize(
    ("status", "mark", "remedy"),
    [
        (PrinterStatus(DeviceState.ONLINE, Paper.FULL), "OK", ""),
        (PrinterStatus(DeviceState.ONLINE, Paper.LOW), "WARN", "new roll"),
        (PrinterStatus(), "FAIL", "switch it on"),
        (PrinterStatus(DeviceState.USER_ERROR, Paper.FULL, cover_open=True), "FAIL", "cover"),
        (PrinterStatus(DeviceState.USER_ERROR, Paper.OUT), "FAIL", "new roll"),
        (PrinterStatus(DeviceState.HARDWARE_ERROR, Paper.FULL, error="cutter"), "FAIL", "cutter"),
        (PrinterStatus(DeviceState.OFFLINE, Paper.FULL), "FAIL", "switch it off and on"),
    ],
)
def test_a_printer_is_well_only_when_a_job_could_be_started(status, mark, remedy):
    finding = judge_printer("10.0.0.9:9100", status)
    assert finding.mark == mark
    assert remedy in finding.remedy


def test_an_error_in_a_check_is_a_line_with_its_class_and_text():
    async def broken():
        raise DeviceUnavailable("pin 17:\nbusy")

    finding = asyncio.run(Check("tray sensor", broken, "check the wiring").perform())
    assert finding == fail("DeviceUnavailable: pin 17:\nbusy", "check the wiring")
    assert finding.line("tray sensor") == "FAIL tray sensor        DeviceUnavailable: pin 17: busy -> check the wiring"


def test_a_check_without_an_end_fails_after_its_time():
    async def endless():
        await asyncio.Event().wait()
        return ok("never")

    finding = asyncio.run(Check("printer", endless, "switch it on").perform(0.01))
    assert finding == fail("no result within 0.01 s", "switch it on")


def _certificate(begins: datetime, ends: datetime) -> bytes:
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kiosk-0001")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins, ends)
    return builder.sign(key, None).public_bytes(Encoding.PEM)


@pytest.mark.parametrize(("mode", "mark"), [(0o600, "OK"), (0o400, "OK"), (0o640, "FAIL"), (0o604, "FAIL")])
def test_a_key_that_others_can_read_fails(tmp_path, mode, mark):
    key = tmp_path / "clerk.key"
    key.write_bytes(b"")
    key.chmod(mode)
    finding = keys.judge({"hub.clerk_key": key})
    assert finding.mark == mark
    assert ("chmod 0600" in finding.remedy) is (mark == "FAIL")


@pytest.mark.parametrize(
    ("lacking", "required", "mark"),
    [("", True, "OK"), ("", False, "OK"), ("Landlock", True, "FAIL"), ("Landlock", False, "WARN")],
)
def test_a_kernel_that_cannot_confine_the_clerk_fails_unless_the_configuration_bears_it(lacking, required, mark):
    finding = sandbox.judge(lacking, required=required)
    assert finding.mark == mark
    assert (lacking in finding.found) is True


KEY = "office D4TwsadJqqRSQ_gN1sXlNNLqxGVbNpXsPAgLAlxQ3G8"


@pytest.mark.parametrize(
    ("keys_", "mark", "found"),
    [
        ((KEY,), "OK", "office ("),
        ((), "WARN", "operators.keys is empty"),
        ((f"office {'A' * 43}",), "FAIL", "the key of office is none"),
        ((f"{KEY[:-1]}9",), "FAIL", "cut or changed in copying"),
    ],
)
def test_the_keys_that_clear_alarms_are_looked_at(keys_, mark, found):
    finding = asyncio.run(operators.check(Operators(keys=keys_)))
    assert finding.mark == mark
    assert found in finding.found
    assert bool(finding.remedy) is (mark != "OK")


@pytest.mark.parametrize(
    ("lost", "mark", "found", "remedy"),
    [
        ((), "OK", "receipts and slips in en, ja, ko, pt, vi, zh", ""),
        (("FONTS",), "WARN", "no receipts, no slips", "fonts-morisawa-bizud-gothic"),
        (("OTHER_FONTS",), "WARN", "without en, ko, pt, vi, zh", "fonts-noto-cjk"),
    ],
)
def test_fonts_of_receipts_and_slips_are_missed_with_the_package_that_has_them(monkeypatch, lost, mark, found, remedy):
    for name in lost:
        monkeypatch.setattr(strip, name, (Path("/nowhere/font.ttf"),))
    strip.font_of.cache_clear()
    finding = asyncio.run(fonts.check())
    strip.font_of.cache_clear()
    assert finding.mark == mark
    assert found in finding.found
    assert remedy in finding.remedy


@pytest.mark.parametrize(("kept_right", "told"), [(True, "kept right"), (False, "not synchronised")])
def test_a_clock_that_no_hub_gives_time_for_is_judged_by_the_kernels_word(kept_right, told):
    finding = not_compared(synchronised=lambda: kept_right)
    assert finding.mark == "WARN"
    assert told in finding.found
    assert ("set-ntp" in finding.remedy) is not kept_right
    assert not_compared() == not_compared(synchronised=is_synchronised)
