"""The fleet as a whole: what connections cost the broker, how long all need to come back, how soon the page is painted.

`page_paint_ms`: from the beginning of the navigation until Chromium has drawn the list of 5,000 kiosks. Connections:
`fleet_crowd.py`; on a quiet machine up to 56,000 with `make bench-fleet`.
"""

import asyncio
import json
import time
from pathlib import Path

from playwright.async_api import async_playwright

from hub.centre.records import open_records
from hub.desk.people import add_person
from hub.fleet.line import Broker
from hub.fleet.serving import fleet_running
from sim_hw.broker import SimBroker
from tests.measure.figure import figure
from tests.measure.fleet_crowd import Cost, cost, make_pki

SIZES = (1_000, 5_000)
FULL, SHARDS = 56_000, 4
SHOWN, LOADS = 5_000, 7
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update"]
PAINTED = "() => document.getElementById('count')?.textContent === '{0} / {0}' && performance.now()"
STATES = {
    "state": {"state": "in_service", "reasons": [], "alarms": [], "operator_switch": "run", "door": "unknown"},
    "state/printer": {"device": "online", "paper": "full", "cover": "closed", "error": "none", "ready": True},
    "state/camera": {"device": "online", "health": "ok", "cause": "none"},
    "info": {"version": "0.1.0", "build": "0" * 16, "operator": "lawson"},
}


async def measure(out: Path) -> dict:
    data = make_pki(out / "hub")
    costs = [await cost(data, out, kiosks, 1, reconnect=kiosks == max(SIZES)) for kiosks in SIZES]
    return figures_of(costs) | {"fleet.page_paint_ms": await _painted(data, out)}


def figures_of(costs: list[Cost]) -> dict:
    """The largest tried, and what it comes to for a full fleet."""
    first, last = costs[0], costs[-1]
    more = last.kiosks - first.kiosks
    slope = (last.kib_each * last.kiosks - first.kib_each * first.kiosks) / more
    load = (last.steady_cpu - first.steady_cpu) / more
    whole = (
        f"{FULL} over {SHARDS} shards by this slope: {slope * FULL / 1024**2:.1f} GiB, {100 * load * FULL:.0f} % CPU"
    )
    grown = ", ".join(f"{it.kiosks} {it.kib_each:.1f}" for it in costs)
    back_s = last.reconnect_s or 0.0
    return {
        "fleet.connections": figure([last.kiosks], "", f"mutual TLS, a status each 30 s, one mosquitto; {whole}", 0),
        "fleet.connection_kib": figure([last.kib_each], "KiB", f"aim 32 kB; broker alone, states retained; {grown}"),
        "fleet.broker_cpu_pct": figure(
            [100 * last.steady_cpu],
            "%",
            f"of one core, {last.kiosks} kiosks; {first.kiosks}: {100 * first.steady_cpu:.1f}",
        ),
        "fleet.connect_cpu_ms": figure(
            [last.connect_cpu_ms], "ms", f"broker, a connection; all in {last.connect_s:.0f} s", 2
        ),
        "fleet.reconnect_s": figure(
            [back_s], "s", f"{last.kiosks} kiosks back after the broker was killed, simulator and broker on two cores"
        ),
    }


async def _painted(data: Path, out: Path) -> dict:
    pki = data / "pki"
    open_records(data / "centre.sqlite").dispose()
    token = add_person(data, "centre", "見本 太郎")
    broker = SimBroker(out / "broker-page", pki / "tls-ca.pem", pki / "broker.pem", pki / "broker.key")
    await broker.start()
    try:
        async with fleet_running(data, [Broker("localhost", broker.port, pki, "fleet")], 0) as (url, watching):
            async with asyncio.timeout(20):
                while not watching.connected:  # noqa: ASYNC110 - a thread of the library's tells nobody
                    await asyncio.sleep(0.05)
            for number in range(SHOWN):
                branch = f"kiosk/v1/kiosk-{number:05d}/"
                watching.register.take(branch + "avail", b"online", time.time())
                for topic, state in STATES.items():
                    watching.register.take(branch + topic, json.dumps(state).encode(), time.time())
            took_ms = await _loads(url, token)
    finally:
        await broker.kill()
    return figure(
        took_ms, "ms", f"{SHOWN} kiosks, from the navigation to the drawn list; slowest {max(took_ms):.0f}", 0
    )


async def _loads(url: str, token: str) -> list[float]:
    took_ms = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_label("合言葉").fill(token)
        await page.get_by_role("button", name="着席する").click()
        for _ in range(LOADS + 1):
            painted = await page.wait_for_function(PAINTED.format(SHOWN))
            took_ms.append(await painted.json_value())
            await page.reload(wait_until="commit")
        await browser.close()
    return took_ms[1:]
