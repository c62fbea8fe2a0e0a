"""Dashboards that nobody here wrote: Prometheus, its exporter for MQTT, Node-RED, Home Assistant's own code.

`make test-dashboards` runs this; it installs Home Assistant and Node-RED into out/dashboards (network, minutes).
"""

import asyncio
import json
import re
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from conftest import HEAD, STATE
from foreign_flow import flow

from firmware.app.kiosk.discovery import announcements
from sim_hw.free_port import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEPT = ROOT / "out" / "dashboards"
HOME_ASSISTANT = ("homeassistant==2024.3.3", "paho-mqtt==1.6.1")
NODE_RED = ("node-red@4", "@flowfuse/node-red-dashboard")
ORDERS = dict.fromkeys(("requested", "document_held", "paid", "printing", "printed", "voided"), 0) | {"taken": 7} | HEAD


@asynccontextmanager
async def running(*command, cwd=ROOT):
    """A process that is gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(url, holds, limit_s=60.0):
    """Ask until the answer `holds`; returns it."""
    async with asyncio.timeout(limit_s), httpx.AsyncClient() as client:
        while True:
            try:
                answer = await client.get(url)
                if holds(answer):
                    return answer
            except httpx.TransportError:
                pass  # it does not listen yet
            await asyncio.sleep(0.2)


def test_home_assistants_own_code_takes_every_announcement():
    python = KEPT / "home-assistant" / "bin" / "python"
    if not python.exists():
        subprocess.run([ROOT / ".venv/bin/uv", "venv", "-q", "--python", "3.11", python.parents[1]], check=True)
    subprocess.run([ROOT / ".venv/bin/uv", "pip", "install", "-q", "--python", python, *HOME_ASSISTANT], check=True)
    told = list(announcements("kiosk-0001", "1.0"))
    done = subprocess.run(
        [python, HERE / "foreign_schemas.py"], input=json.dumps(told), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [topic for topic, _ in told]


async def test_prometheus_fetches_the_fleets_figures_and_its_alarm_fires(fleet, tmp_path):
    for name in ("alerts.yml", "prometheus.yml"):
        text = (ROOT / "deploy" / "dashboard" / name).read_text(encoding="utf-8")
        text = text.replace("127.0.0.1:8491", fleet.url.removeprefix("http://").strip("/"))
        text = text.replace("_interval: 30s", "_interval: 1s")
        (tmp_path / name).write_text(text, encoding="utf-8")
    await asyncio.to_thread(
        subprocess.run, ["promtool", "check", "config", tmp_path / "prometheus.yml"], check=True, capture_output=True
    )
    await fleet.say("kiosk-0001", "avail", "online")
    await fleet.say("kiosk-0001", "state", STATE | {"state": "left_behind", "alarms": ["left_behind_paper"]})
    await fleet.say("kiosk-0001", "alarm/left_behind_paper", {"since": HEAD["time"], "alarm_id": "a" * 32})
    at = f"127.0.0.1:{free_port()}"
    options = [f"--config.file={tmp_path / 'prometheus.yml'}", f"--web.listen-address={at}"]
    async with running("prometheus", *options, f"--storage.tsdb.path={tmp_path / 'tsdb'}"):
        firing = await until(f"http://{at}/api/v1/alerts", lambda answer: "LeftBehind" in answer.text)
        assert firing.json()["data"]["alerts"][0]["labels"]["kiosk"] == "kiosk-0001"
        found = await until(f"http://{at}/api/v1/query?query=kiosk_up", lambda answer: answer.json()["data"]["result"])
        assert found.json()["data"]["result"][0]["value"][1] == "1"


async def test_debians_mqtt_exporter_understands_the_contract(fleet, tmp_path):
    text = (ROOT / "deploy" / "dashboard" / "mqtt-exporter.yaml").read_text(encoding="utf-8")
    text = text.replace("localhost:8883", f"localhost:{fleet.broker.port}")
    text = text.replace("/etc/prometheus/kiosk/ca.pem", str(fleet.data / "pki" / "tls-ca.pem"))
    text = text.replace("/etc/prometheus/kiosk/", f"{fleet.data / 'pki'}/")
    (tmp_path / "exporter.yaml").write_text(text, encoding="utf-8")
    await fleet.say("kiosk-0001", "state", STATE)
    await fleet.say("kiosk-0001", "state/orders", ORDERS)
    await fleet.say("kiosk-0001", "state/printer", {"device": "online", "paper": "low", **HEAD})
    port = str(free_port())
    options = ["-config", str(tmp_path / "exporter.yaml"), "-listen-address", "127.0.0.1", "-listen-port", port]
    async with running("prometheus-mqtt-exporter", *options):
        told = await until(f"http://127.0.0.1:{port}/metrics", lambda answer: "kiosk_orders_taken{" in answer.text)
        told = await until(f"http://127.0.0.1:{port}/metrics", lambda answer: "kiosk_paper_full{" in answer.text)
    figures = {name: float(value) for name, value in re.findall(r"^(kiosk_\w+)\{.*\} (\S+)", told.text, re.MULTILINE)}
    assert (figures["kiosk_in_service"], figures["kiosk_orders_taken"], figures["kiosk_paper_full"]) == (1, 7, 0)
    assert 'sensor="kiosk-0001"' in told.text


async def test_a_node_red_dashboard_shows_kiosks_live(fleet, browser):
    folder = KEPT / "node-red"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "node-red").exists():
        await asyncio.to_thread(
            subprocess.run, ["npm", "install", "--no-audit", "--no-fund", *NODE_RED], cwd=folder, check=True
        )
    (folder / "flows.json").write_text(json.dumps(flow(fleet.broker.port, fleet.data / "pki")), encoding="utf-8")
    (folder / "settings.js").write_text("module.exports = {uiHost: '127.0.0.1', flowFile: 'flows.json'};\n")
    port = str(free_port())
    red = folder / "node_modules" / "node-red" / "red.js"
    await fleet.say("kiosk-0001", "state", STATE)
    async with running("node", str(red), "-u", str(folder), "-p", port, cwd=folder):
        url = f"http://127.0.0.1:{port}/dashboard/kiosks"
        await until(url, lambda answer: answer.status_code == httpx.codes.OK)
        page = await (await browser.new_context()).new_page()
        await page.goto(url)
        await page.get_by_text("kiosk-0001 is in_service").wait_for()
        await fleet.say("kiosk-0001", "state", STATE | {"state": "serving"})
        await page.get_by_text("kiosk-0001 is serving").wait_for()
        await page.context.close()
