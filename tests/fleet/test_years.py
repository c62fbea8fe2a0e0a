"""The fleet's figures in the real engine, as the deployed units start it: fetched, rolled up, asked for."""

import asyncio
import configparser
import json
import shlex
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import httpx
import pytest

from hub.fleet.years import QUESTIONS, Years
from hub.ledger.posting import TOKYO
from sim_hw.free_port import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "deploy" / "dashboard"
HOUR_S, STEP_S = 3600, 120
DEPLOYED = {
    "weeks": "127.0.0.1:8428",
    "years": "127.0.0.1:8429",
    "own": "127.0.0.1:8880",
    "data": "/var/lib/kiosk-figures",
    "conf": "/etc/kiosk-figures",
}


def command_of(unit: str, **here: str) -> list[str]:
    """The deployed command with places of the test."""
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.optionxform = str
    read.read_string((DASHBOARD / "systemd" / f"{unit}.service").read_text(encoding="utf-8").replace("\\\n", " "))
    text = read["Service"]["ExecStart"]
    for name, place in here.items():
        deployed = DEPLOYED[name]
        assert deployed in text
        text = text.replace(deployed, place)
    return shlex.split(text)


@asynccontextmanager
async def running(command, address):
    """A process that answers at its address, and is gone afterwards."""
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(30), httpx.AsyncClient() as client:
            while True:
                try:
                    if (await client.get(f"http://{address}/health")).status_code == 200:
                        break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield f"http://{address}"
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def engine(name, tmp_path, **more):
    """One of the two engines."""
    address = f"127.0.0.1:{free_port()}"
    unit = {"weeks": "kiosk-figures", "years": "kiosk-figures-years"}[name]
    async with running(command_of(unit, **{name: address}, data=str(tmp_path), **more), address) as url:
        yield url


@pytest.fixture
def conf(tmp_path):
    """The deployed configuration, fetching nothing."""
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "rollup.yml").write_bytes((DASHBOARD / "rollup.yml").read_bytes())
    text = (DASHBOARD / "prometheus.yml").read_text(encoding="utf-8")
    (folder / "prometheus.yml").write_text(text.replace("127.0.0.1:8491", "127.0.0.1:9"), encoding="utf-8")
    return folder


def a_day(day: date) -> str:
    """Two kiosks: one without paper for two hours and five papers taken, one offline for a quarter of the day."""
    begin_s, lines = int(datetime.combine(day, time(), TOKYO).timestamp()), []
    for second in range(0, 24 * HOUR_S, STEP_S):
        hour, at_ms = second / HOUR_S, (begin_s + second) * 1000
        off, empty = 6 <= hour < 12, 10 <= hour < 12
        state = "out_of_service" if empty else "in_service"
        said = {
            'kiosk_up{kiosk="kiosk-0001"}': 1,
            'kiosk_up{kiosk="kiosk-0002"}': int(not off),
            f'kiosk_state{{kiosk="kiosk-0001",state="{state}"}}': 1,
            f'kiosk_state{{kiosk="kiosk-0002",state="{"unknown" if off else "in_service"}"}}': 1,
            'kiosk_camera_ok{kiosk="kiosk-0001"}': 1,
            'kiosk_camera_ok{kiosk="kiosk-0002"}': int(not off),
            'kiosk_orders{kiosk="kiosk-0001",state="taken"}': 1000 + sum(hour >= at for at in (1, 9, 9.5, 13, 23.5)),
            'kiosk_events_waiting{kiosk="kiosk-0001"}': 0,
        }
        if empty:
            said['kiosk_out_of_service{kiosk="kiosk-0001",reason="paper_out"}'] = 1
        lines += [f"{name} {value} {at_ms}" for name, value in said.items()]
    return "\n".join(lines)


async def test_a_day_is_rolled_up_by_the_hour_and_answers_the_questions_of_the_review(tmp_path, conf):
    day = datetime.now(TOKYO).date() - timedelta(days=3)
    begin = datetime.combine(day, time(), TOKYO)
    async with engine("weeks", tmp_path, conf=str(conf)) as weeks, engine("years", tmp_path) as years:
        async with httpx.AsyncClient() as client:
            (await client.post(f"{weeks}/api/v1/import/prometheus", content=a_day(day))).raise_for_status()
            (await client.get(f"{weeks}/internal/force_flush")).raise_for_status()
        here = {"weeks": weeks.removeprefix("http://"), "years": years.removeprefix("http://")}
        rollup = command_of("kiosk-figures-rollup", conf=str(conf), own=f"127.0.0.1:{free_port()}", **here)
        span = (begin + timedelta(hours=1), begin + timedelta(days=1))
        replay = [
            f"-replay.time{word}={at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
            for word, at in zip(("From", "To"), span, strict=True)
        ]
        replay += ["-replay.rulesDelay=1ms", "-replay.disableProgressBar"]
        done = await asyncio.to_thread(
            subprocess.run, [*rollup, *replay], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr[-2000:]
        async with httpx.AsyncClient() as client:
            (await client.get(f"{years}/internal/force_flush")).raise_for_status()
        command = ["-m", "hub", "fleet-figures", "--first", str(day), "--after", str(day + timedelta(days=1)), "--url"]
        asked = await asyncio.create_subprocess_exec(sys.executable, *command, years, stdout=subprocess.PIPE)
        told = json.loads((await asked.communicate())[0])
    assert set(told) == set(QUESTIONS)
    assert told["kiosks"] == {"": 2}
    assert told["up"][""] == pytest.approx(42 / 48, abs=0.01)
    assert list(told["up_by_kiosk"]) == ["kiosk-0002", "kiosk-0001"]
    assert told["up_by_kiosk"]["kiosk-0002"] == pytest.approx(0.75, abs=0.01)
    assert told["hours_out_of_service_by_reason"] == {"paper_out": pytest.approx(2, abs=0.1)}
    assert told["hours_by_state"]["in_service"] == pytest.approx(40, abs=0.3)
    assert told["hours_by_state"]["unknown"] == pytest.approx(6, abs=0.1)
    assert told["orders_by_state"] == {"taken": pytest.approx(5)}
    assert told["hours_of_alarm_by_code"] == {}


async def test_the_engine_fetches_the_fleets_figures_with_the_deployed_configuration(tmp_path, conf, fleet):
    text = (DASHBOARD / "prometheus.yml").read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:8491", fleet.url.removeprefix("http://").strip("/"))
    (conf / "prometheus.yml").write_text(text.replace("_interval: 30s", "_interval: 1s"), encoding="utf-8")
    await fleet.say("kiosk-0001", "avail", "online")
    async with engine("weeks", tmp_path, conf=str(conf)) as weeks, httpx.AsyncClient() as client, asyncio.timeout(40):
        while True:
            answer = await client.get(f"{weeks}/api/v1/export", params={"match[]": "kiosk_up"})
            if answer.text:
                break
            await asyncio.sleep(0.1)
            await client.get(f"{weeks}/internal/force_flush")
    told = json.loads(answer.text.splitlines()[0])
    assert told["metric"]["kiosk"] == "kiosk-0001"
    assert set(told["values"]) == {1}


def test_an_engine_that_is_away_is_named_with_the_remedy():
    with pytest.raises(OSError, match=r"does kiosk-figures-years run\? or give its address with --url"):
        Years(f"http://127.0.0.1:{free_port()}").between(date(2026, 4, 1), date(2027, 4, 1))


@pytest.mark.parametrize("unit", sorted((DASHBOARD / "systemd").glob("*.service")), ids=lambda unit: unit.name)
def test_systemd_finds_no_fault_in_the_units(unit):
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False, timeout=30
    )
    assert [line for line in done.stderr.splitlines() if "kiosk-figures" in line] == []
