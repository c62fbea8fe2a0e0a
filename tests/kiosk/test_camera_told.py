"""What monitoring is told of the camera: why its pictures are of no use, and each clip of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit
from tests.kiosk import ledger

if TYPE_CHECKING:
    from sim_hw.bench import SimBench

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("screen")]
TROUBLES = {
    "covered": lambda camera, on: camera.veil(on=on),
    "frozen": lambda camera, on: camera.freeze(on=on),
    "black": lambda camera, on: camera.cover(on=on),
    "moved": lambda camera, on: camera.turn(0.3 if on else 0.0),
}


async def test_the_cause_of_a_bad_picture_is_in_the_cameras_state(bench: SimBench) -> None:
    for cause, trouble in TROUBLES.items():
        trouble(bench.world.camera, True)
        await bench.expect_state("state/camera", {"health": "inoperative", "cause": cause}, timeout_s=15)
        await bench.expect_screen("out_of_service")
        trouble(bench.world.camera, False)
        await bench.expect_state("state/camera", {"health": "ok", "cause": "none"}, timeout_s=15)
    await bench.expect_idle()


async def test_each_clip_is_told_with_what_it_is_evidence_of(bench: SimBench) -> None:
    await visit.expect_served(bench)
    transaction = ledger.entries(bench)[-1]["transaction_id"]
    wanted = {"mark": "transaction", "subject_id": transaction, "part": 1}
    told = await bench.expect_state("event/evidence", wanted, timeout_s=30)
    assert told["frames"] > 0
    folder = bench.world.out / "kiosk" / "state" / "evidence"
    assert (folder / f"{told['clip_id']}.age").exists()
