"""The operators of the centre, in a browser without scripts: state, resuming with a reason, notices, reconciliation."""

import json
import os
import subprocess

import pytest
from sqlalchemy.orm import Session

from hub.centre.decisions import newest_decisions
from hub.centre.difference_words import DIFFERENCES
from hub.centre.notices import Notices
from hub.centre.records import Order, Stop, open_records
from hub.clock import utc_now
from hub.ledger.differences import NAMES

pytestmark = pytest.mark.anyio


@pytest.fixture
def records(centre_desk):
    engine = open_records(centre_desk.data / "centre.sqlite")
    yield engine
    engine.dispose()


async def test_an_operator_resumes_a_type_with_name_and_reason(centre_desk, records):
    async with centre_desk.page() as page:
        await page.get_by_text("402231/resident_record").wait_for()
        assert await page.get_by_text("停止中").count() == 1  # no hub serves these records
        await page.get_by_label("再開の理由").fill("描画の不具合を直した")
        await page.get_by_role("button", name="再開する").click()
        await page.get_by_text("再開しました。").wait_for()
        await page.get_by_text("停止している種別・端末はありません。").wait_for()
        await page.get_by_role("link", name="決定の記録").click()
        await page.get_by_role("cell", name="描画の不具合を直した").wait_for()
    (decided,) = newest_decisions(records)
    assert (decided.person, decided.action, decided.subject) == ("見本 太郎", "resumed", "402231/resident_record")
    with Session(records) as session:
        assert session.query(Stop).one().lifted_reason == "描画の不具合を直した"


def _of_the_past() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen(["true"]) as ended:
        return ended.pid


async def test_the_centre_serves_while_a_process_of_it_is_alive(centre_desk):
    run = centre_desk.data / "run"
    run.mkdir()
    for name, pid in (("centre-1", os.getpid()), ("centre-2", _of_the_past()), ("jpki", os.getpid())):
        told = {"url": f"https://127.0.0.1/{name}", "pid": pid}
        (run / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    (run / "hub.json").write_text("{", encoding="utf-8")
    async with centre_desk.page() as page:
        await page.get_by_text("稼働中").wait_for()
        shown = await page.locator("main").inner_text()
    assert "https://127.0.0.1/centre-1" in shown
    assert "centre-2" not in shown
    assert "jpki" not in shown


async def test_without_a_reason_nothing_is_resumed(centre_desk, records):
    async with centre_desk.page() as page:
        await page.get_by_label("再開の理由").fill("  ")
        await page.get_by_role("button", name="再開する").click()
        await page.get_by_role("alert").get_by_text("再開には理由が必要です").wait_for()
    assert newest_decisions(records) == []


async def test_a_notice_is_given_and_withdrawn(centre_desk, records):
    async with centre_desk.page() as page:
        await page.get_by_role("link", name="保守のお知らせ").click()
        await page.get_by_label("始まり").fill("2031-01-10T21:00")
        await page.get_by_label("終わり").fill("2031-01-10T23:00")
        await page.get_by_label("画面の文（日本語）").fill("保守のため休止します <b>")
        await page.get_by_label("画面の文（英語）").fill("Closed for maintenance")
        await page.get_by_label("理由（記録").fill("装置の交換")
        await page.get_by_role("button", name="登録する").click()
        await page.get_by_text("保守のため休止します <b>").wait_for()
        (notice,) = Notices(records, utc_now).coming()
        assert notice.begins_s == 1925812800
        await page.get_by_label("取り下げの理由").fill("延期")
        await page.get_by_role("button", name="取り下げる").click()
        await page.get_by_text("お知らせを取り下げました。").wait_for()
    assert Notices(records, utc_now).coming() == []
    assert [it.action for it in newest_decisions(records)] == ["notice_withdrawn", "notice_given"]


async def test_a_notice_that_ends_before_it_begins_is_refused_with_the_reason(centre_desk, records):
    async with centre_desk.page() as page:
        await page.goto(centre_desk.url + "notices")
        await page.get_by_label("始まり").fill("2031-01-10T21:00")
        await page.get_by_label("終わり").fill("2031-01-10T20:00")
        for label in ("画面の文（日本語）", "画面の文（英語）", "理由（記録"):
            await page.get_by_label(label).fill("x")
        await page.get_by_role("button", name="登録する").click()
        await page.get_by_role("alert").get_by_text("ends after it begins").wait_for()
    assert Notices(records, utc_now).coming() == []


def test_every_difference_has_words_in_both_languages():
    assert set(DIFFERENCES) == NAMES
    assert all(all(words) for words in DIFFERENCES.values())


async def test_an_order_that_the_kiosk_lost_is_shown_with_cause_and_remedy(centre_desk, records):
    begun_s = int(utc_now().timestamp())
    told = {"copies": 1, "sheets": 1, "fee_yen": 250, "layers": b"", "state": "unknown", "cause": None}
    times = {"opened_at_s": begun_s, "changed_at_s": begun_s}
    who = {"document_id": "ab" * 16, "transaction_id": "cd" * 16, "kiosk_id": "kiosk-0001", "municipality": "402231"}
    with Session(records) as session, session.begin():
        session.add(Order(**who, **told, **times, type="resident_record"))
    async with centre_desk.page() as page:
        await page.get_by_role("link", name="日次照合").click()
        await page.get_by_text("kiosk-0001 差異あり").wait_for()
        await page.get_by_text("結果が不明").wait_for()
        await page.get_by_text("hub settle で始末する").wait_for()


async def test_a_days_reconciliation_is_shown(centre_desk):
    async with centre_desk.page() as page:
        await page.get_by_role("link", name="日次照合").click()
        await page.get_by_text("この日の受付はありません。").wait_for()
        await page.goto(centre_desk.url + "reconciliation?date=yesterday")
        await page.get_by_role("alert").get_by_text("2026-11-24 のように").wait_for()
