"""Chromium as the kiosk starts it (deploy/kiosk-browser.sh) but without a display, and its processes from outside.

Playwright only watches and touches: it starts nothing and adds no flag of its own, so that what is found holds for the
panel. Not responsible for what is on the page.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from playwright.async_api import async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Page

SCRIPT = Path(__file__).parents[2] / "deploy" / "kiosk-browser.sh"
HERE = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--window-size=1280,800")
START_S = 30.0
LOOK_S = 0.05
PAGE_BYTES = 4096
READ_BYTES = 1 << 24


@dataclass(frozen=True)
class KioskBrowser:
    """The panel's browser: its one page, and the process that leads the others."""

    page: Page
    pid: int

    def processes(self) -> dict[int, str]:
        """Return the kind of each of its processes: browser, renderer, gpu-process, utility (which), zygote."""
        parents = {pid: (parent, words) for pid, parent, words in _all_processes()}
        family, found = [self.pid], {}
        while family:
            pid = family.pop()
            if pid in parents:
                found[pid] = _kind(parents[pid][1])
                family += [child for child, (parent, _) in parents.items() if parent == pid]
        return found

    def holding(self, needles: dict[str, bytes]) -> dict[int, set[str]]:
        """Return which of its processes hold which needles anywhere in their memory."""
        found = {pid: in_memory(pid, needles) for pid in self.processes()}
        return {pid: names for pid, names in found.items() if names}

    async def still_holding(self, needles: dict[str, bytes], within_s: float) -> dict[int, set[str]]:
        """Look until no process holds any needle; returns what is left after this time."""
        give_up_s = time.monotonic() + within_s
        while (held := await asyncio.to_thread(self.holding, needles)) and time.monotonic() < give_up_s:  # noqa: ASYNC110 - memory has no event
            await asyncio.sleep(LOOK_S)
        return held

    async def touch(self, button: str, stays_s: float = 0.0) -> None:
        """Touch a button of the page as a finger does, which stays for so long: a touch event, not a click."""
        box = await self.page.locator(f'[data-button="{button}"]:not([disabled])').bounding_box(timeout=START_S * 1000)
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        wire = await self.page.context.new_cdp_session(self.page)
        try:
            await wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
            await asyncio.sleep(stays_s)
            await wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        finally:
            await wire.detach()


@asynccontextmanager
async def kiosk_browser(folder: Path, url: str, *more: str) -> AsyncIterator[KioskBrowser]:
    """Start it on the kiosk's page at `url`, its profile below `folder`; `more` are further flags."""
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
    shutil.rmtree(folder / "kiosk-screen", ignore_errors=True)  # an earlier one's says where that one listened
    with (folder / "chromium.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            SCRIPT, *HERE, *more, url, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        port = await _port(folder / "kiosk-screen" / "DevToolsActivePort")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
            async with asyncio.timeout(START_S):
                while not (pages := [page for each in browser.contexts for page in each.pages if page.url == url]):  # noqa: ASYNC110 - a browser has no event for the pages it began with
                    await asyncio.sleep(LOOK_S)
            yield KioskBrowser(pages[0], process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _port(file: Path) -> int:
    async with asyncio.timeout(START_S):
        while not (file.exists() and (words := file.read_text().split())):  # noqa: ASYNC110, ASYNC240 - a file has no event, and is in memory
            await asyncio.sleep(LOOK_S)
    return int(words[0])


# ------------------------------------------------------------ from outside


def _all_processes() -> Iterator[tuple[int, int, str]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield int(entry.name), parent, words


def _kind(words: str) -> str:
    kind = re.search(r"--type=(\S+)", words)
    which = re.search(r"--utility-sub-type=(\S+)", words)
    return " ".join(found[1] for found in (kind, which) if found) or "browser"


def in_memory(pid: int, needles: dict[str, bytes]) -> set[str]:
    """Search as `memory.in_process` does, but only pages that are there: Chromium reserves far more than it uses."""
    found: set[str] = set()
    longest = max(map(len, needles.values()))
    try:
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as file:
            for start, end in _present(pid):
                for place in range(start, end, READ_BYTES):
                    file.seek(place)
                    with contextlib.suppress(OSError):  # the region went away since it was listed
                        chunk = file.read(min(READ_BYTES + longest, end - place))
                        found |= {name for name, needle in needles.items() if needle in chunk}
    except (FileNotFoundError, ProcessLookupError):  # it has ended: nothing is there any more
        return set()
    return found


def _present(pid: int) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of what a process can write and has in memory or swap."""
    regions = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw\S+ .*$", Path(f"/proc/{pid}/maps").read_text(), re.MULTILINE)
    with Path(f"/proc/{pid}/pagemap").open("rb", buffering=0) as pagemap:
        for first, last in regions:
            start, count = int(first, 16), (int(last, 16) - int(first, 16)) // PAGE_BYTES
            pagemap.seek(start // PAGE_BYTES * 8)
            entries = np.frombuffer(pagemap.read(count * 8), dtype="<u8")
            there = np.concatenate(([0], (entries >> 62 != 0).astype(np.int8), [0]))  # bit 63 present, 62 swapped
            edges = np.flatnonzero(np.diff(there))
            for begin, end in zip(edges[::2], edges[1::2], strict=True):
                yield start + int(begin) * PAGE_BYTES, start + int(end) * PAGE_BYTES
