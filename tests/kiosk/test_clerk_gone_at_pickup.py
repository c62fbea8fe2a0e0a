"""A clerk that dies while its paper waits in the tray: the kiosk's own page takes over at once, and the order ends."""

import pytest

from hil_tests import visit
from tests.kiosk import processes
from tests.kiosk.conftest import opened

pytestmark = pytest.mark.anyio
AT_ONCE_S = 5.0  # far less than the 30 s after which the kiosk would remind, and enough for a loaded machine


async def test_the_page_of_a_dead_clerk_gives_way_to_the_kiosks_own(tmp_path, hub_data):
    async with opened(tmp_path, hub_data, {"limits": {"prompt_s": 30.0}}) as bench:
        await bench.expect_idle()
        await visit.up_to_paying(bench)
        await bench.insert_coins(100, 100, 50)
        await bench.expect_screen("take_paper", timeout_s=20)
        screen = bench.world.screen
        shown = len(screen.shown)
        await processes.kill_child(bench, "clerk")
        await bench.world.events.until(
            lambda: any(view["name"] == "take_paper" for view in screen.shown[shown:]),
            AT_ONCE_S,
            lambda: f"the person looks at the page of a dead clerk; shown since: {screen.shown[shown:]}",
        )
        await bench.take_paper()
        await bench.expect_idle()
        assert (await bench.money())["kept"] == visit.FEE_YEN
