"""The kiosk may run before everything else; what it starts does not."""

import asyncio
import os
from pathlib import Path

from firmware.app.kiosk import children
from firmware.app.messages import FromClerk

UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "kiosk.service"


def test_the_unit_prefers_the_kiosk_as_the_measurement_does():
    from tests.measure.reaction import PRIORITY  # noqa: PLC0415 - it brings the whole bench along

    lines = UNIT.read_text(encoding="utf-8").splitlines()
    assert {"CPUSchedulingPolicy=rr", f"CPUSchedulingPriority={PRIORITY}"} <= set(lines)


def test_a_child_of_the_kiosk_does_not_inherit_its_preference():
    async def started() -> int:
        gone = asyncio.get_running_loop().create_future()
        nowhere = Path("/nonexistent/kiosk.toml")
        child = children.start(
            "recorder", nowhere, FromClerk, receive=print, broken=lambda _error: None, gone=gone.set_result
        )
        policy = os.sched_getscheduler(child.pid)
        await gone
        return policy

    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # one that everybody may take stands for the unit's
    try:
        assert asyncio.run(started()) == os.SCHED_OTHER
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
