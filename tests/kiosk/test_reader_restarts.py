"""The card service restarts while a card lies there: nobody believes it gone, the flow waits and the alarm goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hil_tests import visit

if TYPE_CHECKING:
    from sim_hw.bench import SimBench
    from tests.kiosk.conftest import OpenBench

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("screen")]

LIMITS = {"limits": {"prompt_s": 5.0, "remind_s": 10.0, "alarm_s": 600.0}}
ALARM = {"state": "left_behind", "alarms": ["left_behind_card"]}
THERE = {"device": "online", "media": "present"}
LOST = {"device": "offline", "media": "unknown"}


def noted(bench: SimBench) -> list[list[str]]:
    """Return what is on record of each alarm."""
    command = [sys.executable, "-m", "firmware", "incidents", "list", "--json", "--config", str(bench.world.config)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [[each["noted"] for each in json.loads(line)] for line in out.splitlines()]


async def restart_pcscd(bench: SimBench) -> None:
    """Kill it and start it again; returns when the kiosk has seen both and knows where the card is."""
    await bench.pcscd_down()
    await bench.expect_state("state/card_reader", LOST)
    await bench.pcscd_up()
    await bench.expect_state("state/card_reader", THERE)


async def test_neither_take_your_card_nor_its_alarm_ends_when_the_card_service_restarts(open_bench: OpenBench) -> None:
    async with open_bench(LIMITS) as bench:
        await bench.expect_idle()
        await visit.to_the_reader(bench)
        await bench.insert_card("hanako")
        await bench.type_pin(visit.PIN)
        await bench.expect_screen("take_card")
        await restart_pcscd(bench)
        assert bench.world.screen.name == "take_card"
        await bench.expect_screen("take_card_alarm", timeout_s=40)
        await bench.expect_state("state", ALARM)
        await restart_pcscd(bench)
        await bench.expect_buzzer(sounding=True)
        assert noted(bench) == [["raised"]]
        await bench.pcscd_down()
        await bench.expect_state("state/card_reader", LOST)
        await bench.remove_card()
        await bench.expect_buzzer(sounding=True)
        await bench.expect_state("state", ALARM)
        await bench.pcscd_up()
        await bench.expect_idle()
        assert noted(bench) == [["raised", "gone"]]
        assert "choose_type" not in [view["name"] for view in bench.world.screen.shown]
