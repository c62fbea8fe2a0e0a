"""`kiosk doctor` in a simulated kiosk's surroundings: all well, then one thing broken at a time."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from firmware.app.clerk import sandbox
from firmware.app.kiosk.journal import Entry, Journal
from firmware.app.kiosk.state import Order
from firmware.app.kiosk.vocabulary import OrderState
from firmware.app.messages import Id
from firmware.config import load
from firmware.roles.doctor import strip
from firmware.roles.doctor.finding import Mark, ok
from sim_hw.machine import REPOSITORY

pytestmark = pytest.mark.xdist_group("doctor")

CHECKS = [
    *[
        "state directory",
        "certificates",
        "keys",
        "clerk's walls",
        "texts",
        "paper fonts",
        "operators' keys",
        "screen port",
        "clock",
        "hub as kiosk",
        "hub as clerk",
    ],
    *["card reader", "printer", "tray sensor", "coin acceptor", "buzzer", "camera", "voice", "broker"],
]
HELD = ["printer", "tray sensor", "coin acceptor", "buzzer", "camera", "voice", "broker"]


def _only(report, failing, warned=()):
    """Assert that these fail, those are warned of, and every other check is well, as far as this kernel goes."""
    warned = (["clerk's walls"] if sandbox.missing() else []) + list(warned)
    assert report.errors == ""
    assert list(report.lines) == CHECKS
    told = "\n".join(report.lines.values())
    assert report.marked("FAIL") == failing, told
    assert report.marked("WARN") == warned, told
    assert report.status == (1 if failing else 0)
    for name in (*failing, *warned):
        assert " -> " in report.lines[name]


def test_all_is_well_when_nothing_is_broken(ward):
    report = ward.doctor()
    _only(report, [])
    assert not any(" -> " in line for line in report.lines.values())
    assert "open orders: 0" in report.lines["state directory"]
    assert "JPKI sim" in report.lines["card reader"]


def test_it_beeps_once_and_leaves_the_buzzer_silent(ward):
    tones = []
    stop_listening = ward.world.events.listen(
        lambda event: tones.append(event["duty"]) if event["event"] == "buzzer" else None
    )
    ward.doctor()
    stop_listening()
    assert len(tones) == 2
    assert tones[0] > 0
    assert tones[1] == 0


@pytest.mark.parametrize(
    ("trouble", "failing", "warned", "told"),
    [
        (("printer_off", "printer_on"), ["printer"], [], ("does not answer", "switch it on")),
        (("open_cover", "close_cover"), ["printer"], [], ("cover open", "close the printer's cover")),
        (("run_out_of_paper", "load_paper"), ["printer"], [], ("no paper", "put in a new roll")),
        (("paper_near_end", "load_paper"), [], ["printer"], ("nearly at its end", "put in a new roll")),
        (("broker_down", "broker_up"), ["broker"], [], ("connection_refused", "check that the broker runs")),
        (("hub_down", "hub_up"), ["hub as kiosk", "hub as clerk"], ["clock"], ("refused", "whether the hub runs")),
        (("hub_garble", "hub_up"), ["hub as kiosk", "hub as clerk"], ["clock"], ("an answer that is none", "hub.url")),
        (("hub_slow", "hub_up"), ["hub as kiosk", "hub as clerk"], ["clock"], ("no answer within 8 s", "the network")),
        (
            ("pcscd_down", "pcscd_up"),
            ["card reader"],
            [],
            ("the card service does not answer", "systemctl restart pcscd"),
        ),
        (("cover_camera", "uncover_camera"), ["camera"], [], ("a black picture", "uncover the lens")),
    ],
)
def test_what_is_broken_is_named_with_its_remedy_and_nothing_else(ward, trouble, failing, warned, told):
    broken, mended = trouble
    ward.run(getattr(ward.bench, broken)())
    try:
        report = ward.doctor()
    finally:
        ward.run(getattr(ward.bench, mended)())
    _only(report, failing, warned)
    line = report.lines[(failing or warned)[0]]
    found, remedy = told
    assert found in line
    assert remedy in line.partition(" -> ")[2]


def test_the_fitters_strip_is_printed_by_the_printers_own_driver_and_confirmed(ward):
    printed = len(ward.world.strips)
    report = ward.doctor(None, "--strip")
    try:
        assert list(report.lines) == [*CHECKS, "test strip"]
        assert report.lines["test strip"].startswith("OK"), report.lines["test strip"]
        (printed_strip,) = ward.world.strips[printed:]
        assert printed_strip.length_mm > 150
        told = ward.doctor()
    finally:
        ward.run(ward.world.tray.take_paper())
    assert "occupied" in told.lines["tray sensor"]  # it fell where a certificate would


def test_no_strip_is_tried_on_a_printer_that_is_not_in_order_or_held(ward):
    printed = len(ward.world.strips)
    ward.run(ward.bench.open_cover())
    try:
        report = ward.doctor(None, "--strip")
    finally:
        ward.run(ward.bench.close_cover())
    assert "the printer is not in order" in report.lines["test strip"]
    with socket.create_server(("127.0.0.1", ward.world.screen_port)):
        report = ward.doctor(None, "--strip")
    assert "held by the running kiosk" in report.lines["test strip"]
    assert len(ward.world.strips) == printed


def test_a_strip_that_the_printer_does_not_confirm_fails(monkeypatch, ward):
    async def unconfirmed(*_):
        return "completion_unknown", 0

    monkeypatch.setattr(strip, "print_sheets", unconfirmed)
    finding = ward.run(strip.hand_out(load(ward.world.config), {"printer": ok("online")}))
    assert (finding.mark, "completion_unknown" in finding.found) == (Mark.FAIL, True)


def test_a_reader_of_another_name_is_missed_by_its_name(ward):
    config = ward.world.config.with_name("other-reader.toml")
    text = ward.world.config.read_text(encoding="utf-8")
    config.write_text(f'{text}\n[card_reader]\nname = "ACME"\n', encoding="utf-8")
    report = ward.doctor(config)
    _only(report, ["card reader"])
    assert "no reader named 'ACME'" in report.lines["card reader"]
    assert "pcsc_scan" in report.lines["card reader"]


def test_a_paper_in_the_tray_is_told(ward):
    ward.run(ward.world.tray.put_paper())
    try:
        report = ward.doctor()
    finally:
        ward.run(ward.world.tray.take_paper())
    _only(report, [], ["tray sensor"])
    assert "occupied" in report.lines["tray sensor"]


def test_coins_in_the_escrow_are_told_and_stay_there(ward):
    driven = []
    stop_listening = ward.world.events.listen(driven.append)
    ward.world.pins.drive(27, 0)
    try:
        report = ward.doctor()
    finally:
        ward.world.pins.drive(27, 1)
        stop_listening()
    _only(report, [], ["coin acceptor"])
    assert "escrow occupied" in report.lines["coin acceptor"]
    assert not [event for event in driven if event["event"].startswith(("coins", "escrow"))]


def test_devices_whose_library_is_missing_are_told_without_a_traceback(ward):
    report = ward.doctor(PYTHONPATH=str(REPOSITORY))
    _only(report, ["tray sensor", "coin acceptor", "buzzer", "camera"])
    assert "apt-get install python3-rpi-lgpio" in report.lines["buzzer"]
    assert "apt-get install python3-picamera2" in report.lines["camera"]


def test_open_orders_are_counted_and_the_journal_stays_as_it_is(ward):
    path = ward.world.config.parent / "state" / "journal"
    journal = Journal(path)
    journal.append(Entry(Order(Id("a" * 32), Id("b" * 32), 300), OrderState("paid"), time.time()))
    journal.close()
    with path.open("ab") as torn:
        torn.write(b"0000 torn")
    before = path.read_bytes()
    try:
        report = ward.doctor()
        assert path.read_bytes() == before
    finally:
        path.unlink()
    _only(report, [])
    assert "open orders: 1" in report.lines["state directory"]


def test_a_damaged_journal_is_told(ward):
    path = ward.world.config.parent / "state" / "journal"
    path.write_bytes(b"damaged\nand more\n")
    try:
        report = ward.doctor()
    finally:
        path.unlink()
    _only(report, ["state directory"])
    assert f"{path}: line 1 is damaged" in report.lines["state directory"]


def test_a_state_directory_that_is_not_there_is_told(ward):
    folder = ward.world.config.parent / "state"
    folder.rename(folder.with_name("elsewhere"))
    try:
        report = ward.doctor()
    finally:
        folder.with_name("elsewhere").rename(folder)
    _only(report, ["state directory"], ["camera"])  # the view that the fitter fixed lies there, too
    assert "install -d" in report.lines["state directory"]


def test_what_a_running_kiosk_holds_is_left_alone(ward):
    ward.run(ward.world.machine.start())
    ward.run(ward.world.firmware_up())
    try:
        report = ward.doctor()
        ward.world.machine.fail_if_ended()
    finally:
        ward.run(ward.world.machine.stop())
    _only(report, [], HELD)
    assert "a kiosk answers" in report.lines["screen port"]
    assert "held by the running kiosk -> stop it" in report.lines["broker"]


def test_something_silent_on_the_screens_port_counts_as_a_kiosk_that_hangs(ward):
    with socket.create_server(("127.0.0.1", ward.world.screen_port)):
        report = ward.doctor()
    _only(report, ["screen port"], HELD)
    assert "systemctl restart kiosk" in report.lines["screen port"]


def test_another_program_on_the_screens_port_is_told(ward):
    async def scenario():
        async def answer(_reader, writer):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
            writer.close()

        return await asyncio.start_server(answer, "127.0.0.1", ward.world.screen_port)

    server = ward.run(scenario())
    try:
        report = ward.doctor()
    finally:
        server.close()
        ward.run(server.wait_closed())
    _only(report, ["screen port"])
    assert "another program" in report.lines["screen port"]
