"""The whole simulated kiosk, commanded with `python -m hub command`: it does so, and keeps to the contract."""

import asyncio
import json
import sys

import pytest

from sim_hw.bench import SimBench
from sim_hw.office import KEY_FILE
from sim_hw.world import World
from tests.mqtt.contract import faults

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
STATE = "kiosk/v1/kiosk-0001/state"


async def command(world, name, *more, key=None):
    """Run the command line; returns the answer, or what it printed on standard error."""
    options = ["--data", str(world.hub.data), "--key", str(key or world.config.with_name(KEY_FILE))]
    options += ["--broker", "localhost", "--broker-port", str(world.broker.port)]
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", "command", "kiosk-0001", name, *more, *options, stdout=-1, stderr=-1
    )
    said, wrong = await run.communicate()
    return run.returncode, json.loads(said) if said else wrong.decode()


async def test_a_kiosk_is_taken_out_of_service_restarted_and_put_back(tmp_path):
    async with World(tmp_path / "world") as world:
        bench = SimBench(world)
        await bench.expect_idle()
        status, answer = await command(world, "out_of_service")
        assert (status, answer["result"]) == (0, "done")
        await bench.expect_state("state", {"state": "out_of_service", "reasons": ["maintenance"]})
        status, answer = await command(world, "test_print")
        assert (status, answer["result"]) == (0, "done")
        await bench.expect_state("state", {"state": "left_behind"})  # the strip lies in the tray
        assert [strip.length_mm > 20 for strip in world.strips] == [True]
        assert (await command(world, "test_print"))[1]["code"] == "busy"
        await bench.take_paper()
        await bench.expect_state("state", {"state": "out_of_service", "reasons": ["maintenance"]})
        status, answer = await command(world, "start_update", "--bundle", "kiosk-2.raucb")
        assert (status, answer["result"]) == (1, "not_available")
        assert "update.source of kiosk.toml" in answer["detail"]
        status, answer = await command(world, "send_diagnostics")
        assert (status, answer["result"]) == (0, "done")
        status, answer = await command(world, "restart")
        assert (status, answer["result"]) == (0, "done")
        assert await world.machine.ended() == 0
        states, before = world.subscriber.states, world.subscriber.states[STATE]["boot_id"]
        await world.machine.start()
        await world.events.until(lambda: states[STATE]["boot_id"] != before, 40, lambda: "it did not come back")
        await bench.expect_state("state", {"reasons": ["maintenance"]}, timeout_s=40)
        status, answer = await command(world, "in_service")
        assert (status, answer["result"]) == (0, "done")
        await bench.expect_idle()
    said = [json.loads(line) for line in (tmp_path / "world" / "mqtt.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [fault for each in said for fault in faults(each["topic"], each.get("payload") or "")] == []
    topics = {each["topic"].removeprefix("kiosk/v1/kiosk-0001/") for each in said}
    assert topics >= {
        "event/diagnostics",
        "event/command",
        "event/started",
        "result/restart",
        "state/telemetry",
        "info",
    }
