"""The bench page in a real Chromium, around the whole kiosk: a person gets a certificate; no process is left."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from sim_hw.bench import SimBench
from sim_hw.web.server import BenchPage
from sim_hw.world import Options, World
from tests.screen.open_screen import chromium

DESK = {"width": 1440, "height": 900}


def _processes_of(*folders: Path) -> list[str]:
    """Command lines of processes that name one of these folders."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if any(str(folder) in line for folder in folders) and entry.parent.name != str(os.getpid()):
            found.append(line)
    return found


@pytest.mark.timeout(180)
def test_a_person_gets_a_certificate_on_the_bench_page(tmp_path):
    """One long scenario: the world takes seconds to start, and each step needs the one before."""

    async def scenario():
        async with World(tmp_path / "out", Options(mm_per_s=None)) as world:
            bench = SimBench(world)
            page = BenchPage(bench, 0)
            await page.start()
            folders = (world.run, world.out)
            async with chromium() as browser:
                desk = await browser.new_page(viewport=DESK, reduced_motion="reduce")
                wrong: list[str] = []
                desk.on("pageerror", lambda error: wrong.append(str(error)))
                await desk.goto(page.url)
                await bench.expect_idle()
                await _visit(bench, desk)
                await _trouble(bench, desk)
                assert wrong == []
            assert len(_processes_of(*folders)) >= 4, "the search must see the processes while they run"
            await page.close()
        assert _processes_of(*folders) == []
        assert not world.run.exists()

    asyncio.run(scenario())


async def _visit(bench, desk) -> None:
    panel = desk.frame_locator("#screen")
    await panel.locator('[data-button="start"]').wait_for()
    await bench.start()
    await panel.locator('[data-button="agree"]').wait_for()
    await bench.choose("agree", "municipality:402231")
    await bench.expect_screen("hold_card")
    await desk.click('#cards [data-card="hanako"]')
    await bench.expect_screen("enter_pin", 20)
    await bench.type_pin("1234")
    await bench.expect_screen("take_card", 20)
    await desk.click("#pad .card")
    await bench.choose("type:resident_record", "scope:self", "next", "next")
    await bench.expect_screen("preview", 30)
    await bench.choose("next", "next")
    await bench.expect_screen("pay", 30)
    for yen, inserted in ((100, "100円"), (100, "200円"), (50, "250円")):
        await desk.click(f'[data-yen="{yen}"]')
        await bench.world.events.until(lambda due=inserted: _shows(bench, due), 10, lambda due=inserted: f"not {due}")
    await bench.expect_printed(2, 30)
    await bench.expect_screen("take_paper", 20)
    await desk.click("#tray")
    await bench.expect_screen("thanks", 20)
    await desk.wait_for_selector("#taken img")
    await bench.choose("next")
    await bench.expect_idle()
    assert (await bench.money())["kept"] == 250
    await panel.locator('[data-button="start"]').wait_for()


def _shows(bench, inserted: str) -> bool:
    """Whether the coins are counted: on the pay page, or because it is paid and gone."""
    view = bench.world.screen.view
    return view is not None and (view["name"] != "pay" or view["facts"][1]["value"] == inserted)


async def _trouble(bench, desk) -> None:
    await desk.click("#switches button:has-text('カバーを開ける')")
    await bench.expect_state("state/printer", {"cover": "open"})
    await bench.expect_screen("out_of_service")
    await desk.click("#switches button:has-text('カバーを開ける')")
    await bench.expect_idle()
    await desk.click("#switches button:has-text('停電')")
    await desk.wait_for_selector("#dark:not([hidden])")
    await desk.click("#switches button:has-text('停電')")
    await desk.wait_for_selector("#dark", state="hidden")
    await bench.expect_idle(30)
    await desk.frame_locator("#screen").locator('[data-button="start"]').wait_for()
