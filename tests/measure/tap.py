"""From a touch on the panel to the next page's first frame: Chromium as the kiosk starts it, the clerk's own server.

The clock is the page's own. It starts with the `timeStamp` of the finger's going up, which is what a button acts on:
when the browser was handed it, not when the page got round to it. It ends in the second animation frame after the new
view was drawn: the first one runs before its frame is painted, so only the beginning of the next proves that it was.
That is up to a frame (17 ms) too late, never too early. Event Timing would end with the frame after the touch, which
still shows the old page: the new one comes over the WebSocket; Element Timing reports an element once, and the title
stays the same element. Only questions that are answered without the centre are touched: what that takes is in
`issuance.py`.
"""

import asyncio
import random
import statistics
from pathlib import Path

from sim_hw.bench import SimBench
from sim_hw.world import Options, World
from tests.screen.kiosk_browser import KioskBrowser, kiosk_browser

AIM_MS = 50
ANSWER_S = 10.0
PAUSE_S = (0.02, 0.05)  # so that touches come at any moment of a frame
FINGER_S = (0.05, 0.09)  # how long it stays on the glass
WARM_UP = 8
FIRST = [("agree", "municipality"), ("back", "consent")] * 54
LATER = [("scope:self", "choose_items"), ("next", "choose_copies"), ("back", "choose_items"), ("back", "choose_scope")]
WATCH = """
let touched = null;
addEventListener("touchend", (event) => { touched = event.timeStamp; }, {capture: true, passive: true});
addEventListener("DOMContentLoaded", () => {
  new MutationObserver(() => {
    const began = touched, name = document.body.dataset.name;
    touched = null;
    if (began === null) return;
    requestAnimationFrame(() => requestAnimationFrame(() => painted(name, performance.now() - began)));
  }).observe(document.body, {attributeFilter: ["data-view"]});
});
"""


async def measure(out: Path) -> dict:
    options = Options(hub_data=out.parent / "issuance" / "hub")
    async with World(out, options) as world, kiosk_browser(out, world.screen.home) as browser:
        bench = SimBench(world)
        await bench.expect_idle()
        panel = _Panel(browser)
        await panel.watch()
        await bench.start()
        await bench.choose("agree")  # the centre is asked for its municipalities once
        await bench.expect_screen("municipality")
        await bench.choose("back")
        took = await panel.touch_all(FIRST)
        await _identify(bench)
        took += await panel.touch_all(LATER * 28)
    return _figures(took[WARM_UP:])


def _figures(took: list[float]) -> dict:
    p95 = statistics.quantiles(took, n=100, method="inclusive")[94]
    spread = f"p50 {statistics.median(took):.1f} max {max(took):.1f}"
    against = f"p95, aim {AIM_MS}; {spread}; finger up -> second frame after the new page was drawn"
    return {"screen.tap_to_paint_ms": {"value": round(p95, 1), "unit": "ms", "n": len(took), "against": against}}


async def _identify(bench: SimBench) -> None:
    """Card and PIN, up to the first question after them that is answered without the centre."""
    await bench.choose("agree", "municipality:402231")
    await bench.expect_screen("hold_card")
    await bench.insert_card("hanako")
    await bench.type_pin("1234")
    await bench.expect_screen("take_card")
    await bench.remove_card()
    await bench.choose("type:resident_record")
    await bench.expect_screen("choose_scope")


class _Panel:
    """The touch panel, and what its page tells of each frame."""

    def __init__(self, browser: KioskBrowser) -> None:
        self._browser = browser
        self._frames: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    async def watch(self) -> None:
        """Have every page from now on tell its frames."""
        page = self._browser.page
        await page.context.expose_binding("painted", lambda _source, name, ms: self._frames.put_nowait((name, ms)))
        await page.context.add_init_script(WATCH)
        await page.reload()

    async def touch_all(self, steps: list[tuple[str, str]]) -> list[float]:
        """Touch each button, see the page that it leads to; returns the milliseconds of each."""
        took = []
        for button, leads_to in steps:
            await asyncio.sleep(random.uniform(*PAUSE_S))  # noqa: S311 - not a secret
            await self._browser.touch(button, random.uniform(*FINGER_S))  # noqa: S311 - not a secret
            name, ms = await asyncio.wait_for(self._frames.get(), ANSWER_S)
            if name != leads_to:
                raise AssertionError(f"{button!r} led to {name}, not to {leads_to}")
            took.append(ms)
        return took
