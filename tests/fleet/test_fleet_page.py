"""The fleet's page in real Chromium, fed by a real mosquitto: live, filtered, one kiosk, acknowledged, commanded."""

import asyncio
import json
import time

import httpx
import pytest
from conftest import HEAD, STATE

from firmware import config
from firmware.app.kiosk.outbox import Outbox
from firmware.app.kiosk.remote import Acts, Desk, Remote
from firmware.app.kiosk.telemetry import Head
from firmware.drivers.mqtt import Broker

pytestmark = pytest.mark.anyio
ALARM_ID = "a" * 32


async def closing(page):
    await page.context.close()


async def test_a_kiosk_appears_changes_and_vanishes_from_view_by_itself(fleet, browser):
    page = await fleet.page(browser)
    await fleet.say("kiosk-0001", "avail", "online")
    await fleet.say("kiosk-0001", "state", STATE)
    row = page.get_by_role("button", name="kiosk-0001")
    await row.get_by_text("稼働中").wait_for()
    await fleet.say("kiosk-0001", "state", STATE | {"state": "out_of_service", "reasons": ["paper_out"]})
    await row.get_by_text("用紙切れ").wait_for()
    await fleet.say("kiosk-0001", "avail", "offline")
    await row.get_by_text("不明").wait_for()
    assert await row.get_by_text("用紙切れ").count() == 0
    await closing(page)


async def test_the_list_is_filtered_by_text_and_state_also_on_a_phone(fleet, browser):
    page = await fleet.page(browser, viewport={"width": 360, "height": 740}, has_touch=True)
    for kiosk_id, state in (("kiosk-0001", "in_service"), ("kiosk-0002", "serving")):
        await fleet.say(kiosk_id, "avail", "online")
        await fleet.say(kiosk_id, "state", STATE | {"state": state})
    await page.get_by_text("利用中", exact=True).last.wait_for()
    await page.get_by_label("状態").select_option("serving")
    await page.get_by_text("1 / 2").wait_for()
    assert "kiosk-0002" in await page.locator("#kiosks li").inner_text()
    await page.get_by_label("状態").select_option("")
    await page.get_by_text("2 / 2").wait_for()
    await page.get_by_label("検索").fill("0001")
    await page.get_by_text("1 / 2").wait_for()
    assert "kiosk-0001" in await page.locator("#kiosks li").inner_text()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await closing(page)


async def test_an_alarm_is_seen_with_its_history_and_acknowledged(fleet, browser):
    await fleet.say("kiosk-0001", "avail", "online")
    await fleet.say("kiosk-0001", "state", STATE | {"state": "left_behind", "alarms": ["left_behind_paper"]})
    await fleet.say("kiosk-0001", "alarm/left_behind_paper", {"since": HEAD["time"], "alarm_id": ALARM_ID})
    event = {"event_id": "e" * 32, "alarm_id": ALARM_ID, "thing": "paper", "noted": "raised", **HEAD}
    for _ in range(2):  # told twice, shown once
        await fleet.say("kiosk-0001", "event/alarm", event, retained=False)
    page = await fleet.page(browser)
    await page.get_by_role("button", name="kiosk-0001").click()
    await page.get_by_role("button", name="確認した").click()
    await page.get_by_text("確認済み：見本 太郎").wait_for()
    assert await page.locator("#events li").count() == 1
    assert "raised" in await page.locator("#events li").inner_text()
    await closing(page)


async def test_a_command_signed_in_the_browser_is_carried_out_by_the_kiosks_own_code(fleet, browser, tmp_path):
    done, told = [], []
    folder = fleet.data / "kiosks" / "kiosk-0001"
    files = {"ca": folder / "tls-ca.pem", "certificate": folder / "kiosk.pem", "key": folder / "kiosk.key"}
    broker = Broker(config.Mqtt(host="localhost", port=fleet.broker.port, **files), "kiosk-0001")
    outbox = Outbox(tmp_path / "outbox.sqlite")

    async def switch(maintenance):
        done.append(maintenance)

    async def clear(clearance):
        done.append(clearance.reason)
        return "cleared"

    async def update(bundle, _nonce):
        done.append(bundle)

    desk = Desk("kiosk-0001", {"office": fleet.public}, outbox.remember, broker, Head(), told.append)
    counts = {"commands_done": 0, "commands_refused": 0}
    acts = Acts(lambda: True, switch, clear, lambda: None, lambda: None, lambda: asyncio.sleep(0), update)
    remote = Remote(desk, acts, counts)
    broker.listen(remote.heard)
    broker.publish_state("state", json.dumps(STATE))
    broker.publish_state("alarm/left_behind_paper", json.dumps({"since": HEAD["time"], "alarm_id": ALARM_ID}))
    broker.start(lambda _event: None)
    running = asyncio.create_task(remote.run())
    try:
        page = await fleet.page(browser)
        await page.get_by_role("button", name="kiosk-0001").click()
        await page.get_by_role("button", name="休止する").click()
        await page.get_by_text("先に職員の鍵を選んでください。").wait_for()
        await page.get_by_label("職員の鍵").set_input_files(fleet.data / "operator.pem")
        await page.get_by_text("を使います").wait_for()
        await page.get_by_role("button", name="休止する").click()
        await page.get_by_text("実行しました").wait_for()
        await page.get_by_role("button", name="警報を止める").click()
        await page.get_by_text("警報を止めました").wait_for()
        await page.get_by_role("button", name="更新を始める").click()
        await page.get_by_label("更新のファイル名").fill("kiosk-2.raucb")
        await page.get_by_role("button", name="更新を始める").click()
        await page.get_by_text("始めました").wait_for()
        await closing(page)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await broker.close()
        outbox.close()
    assert done == [True, "taken-by-staff", "kiosk-2.raucb"]
    assert [each["result"] for each in told] == ["done", "cleared", "started"]


async def test_five_thousand_kiosks_are_painted_and_stay_live(fleet, browser):
    for number in range(5000):
        branch = f"kiosk/v1/kiosk-{number:05d}/"
        fleet.watching.register.take(branch + "avail", b"online", 0.0)
        fleet.watching.register.take(branch + "state", json.dumps(STATE).encode(), 0.0)
    page = await fleet.page(browser)
    began = time.monotonic()
    await page.reload()
    await page.get_by_text("5000 / 5000").wait_for(timeout=20_000)
    assert time.monotonic() - began < 15
    await fleet.say("kiosk-0001", "avail", "online")
    await page.get_by_text("5001 / 5001").wait_for()
    await page.get_by_label("検索").fill("04999")
    await page.get_by_text("1 / 5001").wait_for()
    await closing(page)


async def test_nobody_sees_the_page_without_a_token_and_figures_hold_no_more_than_counts(fleet):
    await fleet.say("kiosk-0001", "avail", "online")
    async with httpx.AsyncClient(base_url=fleet.url) as client:
        for path in ("", "api/changes", "api/kiosks/kiosk-0001", "fleet.js"):
            assert (await client.get(path)).headers["location"] == "/login"
        assert (await client.post("api/kiosks/kiosk-0001/commands/restart", content=b"{}")).status_code == 403
        figures = await client.get("metrics")
        assert 'kiosk_up{kiosk="kiosk-0001"} 1.0' in figures.text
