"""What `make demo` leaves behind, looked at with tools of others where there are any."""

import asyncio
import json
from argparse import Namespace
from datetime import timedelta

import pytest
from PIL import Image

from hub.clock import utc_now
from hub.forgery.command import detect
from hub.ledger.posting import tokyo_day
from hub.ledger.reconcile import reconcile
from hub.ledger.store import centre_records
from sim_hw import demo
from sim_hw.printer.decode import Decoded
from tests.mqtt.contract import faults

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    assert asyncio.run(demo.run(Namespace(out=folder))) == 0
    return folder


def pictures(out):
    opened = []
    for name in ("printed.png", "back.png", "strip.png", "front.png"):
        with Image.open(out / name) as picture:
            assert picture.mode == "1"
            opened.append(picture.copy())
    return opened


def test_the_strip_decoded_from_the_bytes_is_what_municipality_and_centre_signed(out):
    printed, back, strip, front = pictures(out)
    decoded = Decoded((out / "job.bin").read_bytes(), strip.width)
    assert [len(decoded.strips), decoded.unknown, decoded.missing_bytes] == [demo.STRIPS, [], 0]
    rows = decoded.strips[0].dots
    width = strip.width // 8
    ink = bytes(0xFF ^ byte for byte in printed.tobytes())
    signed = bytes(0xFF ^ byte for byte in front.tobytes())
    assert bytes(a & b for a, b in zip(ink, signed, strict=True)) == signed
    assert ink.count(0) < 0.7 * signed.count(0), "there is hardly any background"
    assert rows[: len(ink)] == ink
    panel = bytes(0xFF ^ byte for byte in back.tobytes())
    below = len(ink) + 34 * width
    assert rows[below : below + len(panel)] == panel


def test_a_scan_of_the_strip_is_an_original_of_the_document_that_was_issued(out, tmp_path):
    strip = pictures(out)[2]
    scan = strip.convert("L").crop((0, 0, strip.width, 1600)).resize((strip.width * 2, 3200), Image.Resampling.BILINEAR)
    scan.rotate(2, fillcolor=255, expand=True).save(tmp_path / "scan.png", dpi=(406.4, 406.4))
    told = detect(out / "hub", tmp_path / "scan.png")
    issued = json.loads((out / "issued.json").read_text(encoding="utf-8"))
    assert (told["verdict"], told["document_id"], told["state"]) == ("original", issued["document_id"], "taken")


def test_the_page_restored_from_a_scan_of_the_strip_is_the_signed_page(out):
    front = pictures(out)[3]
    with Image.open(out / "restored.png") as restored:
        assert (restored.mode, restored.size) == ("1", front.size)
        assert restored.tobytes() == front.tobytes()
    assert 'data-verdict="matches"' in (out / "inquiry.html").read_text(encoding="utf-8")


def test_the_books_of_the_day_agree_and_the_fee_is_kept(out):
    with centre_records(out / "hub") as engine:
        today = tokyo_day(int(utc_now().timestamp()))
        days = [it for day in (0, 1) for it in reconcile(engine, out / "hub", today - timedelta(days=day), utc_now())]
    assert [(it.kiosk_id, it.differences) for it in days] == [("kiosk-0001", [])]
    assert (days[0].issued, days[0].kept_yen, days[0].escrowed_yen) == (1, 250, 250)


def test_nothing_in_the_job_orders_the_printer_about_while_it_prints(out):
    decoded = Decoded((out / "job.bin").read_bytes(), 576)
    assert {type(order).__name__ for order in decoded.real_time} == {"TransmitStatus"}


def test_the_events_are_in_order_of_time(out):
    times = [json.loads(line)["t"] for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert times == sorted(times)
    assert len(times) > 30


def test_mosquitto_sub_saw_the_kiosk_go_through_its_states(out):
    seen = [json.loads(line) for line in (out / "mqtt.jsonl").read_text(encoding="utf-8").splitlines()]
    states = [json.loads(each["payload"])["state"] for each in seen if each["topic"] == "kiosk/v1/kiosk-0001/state"]
    assert [state for state in ("in_service", "serving", "awaiting_pickup") if state not in states] == []
    assert any(each["topic"].endswith("/avail") and each["payload"] == "online" for each in seen)


def test_everything_that_was_published_is_of_the_contract(out):
    seen = [json.loads(line) for line in (out / "mqtt.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [fault for each in seen for fault in faults(each["topic"], each.get("payload") or "")] == []


def test_nothing_personal_is_in_what_the_kiosk_wrote_or_said(out):
    for file in [*out.glob("*.jsonl"), *(out / "logs").glob("firmware.log"), *(out / "kiosk").rglob("*")]:
        if file.is_file():
            data = file.read_bytes()
            for marker in ("古賀 花子", "花子", "コガ"):
                for coding in ("utf-8", "utf-16-le", "shift_jis"):
                    assert marker.encode(coding) not in data, f"{marker} in {file}"


def test_the_hub_knows_that_the_paper_was_taken(out):
    assert json.loads((out / "issued.json").read_text(encoding="utf-8"))["state"] == "taken"
