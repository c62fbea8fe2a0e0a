"""What surviving costs: the start after a kill, and the wait for the disk at each line of the journal.

`recovery.ready_ms`: from the start of the interpreter after kill -9 until the kiosk's own page is served and says
whether it serves; killed in the middle of a payment, so that there is an order to settle. `journal.append_us`: one line
with its fdatasync, beside one commit of SQLite (WAL, synchronous=FULL) and one bare write with fdatasync of the same
bytes, by turns in the same folder.
"""

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from firmware.app.kiosk.journal import Entry, Journal
from firmware.app.kiosk.lines import encode
from firmware.app.kiosk.orders import Order, OrderState
from firmware.app.messages import Id
from hil_tests import visit
from sim_hw.bench import SimBench
from sim_hw.world import Options, World
from tests.kiosk import processes
from tests.measure.figure import figure

KILLS, LINES = 7, 300


async def measure(out: Path) -> dict:
    ready = await _kills(out)
    appended = await asyncio.to_thread(journal, out)
    figures = {
        "recovery.ready_ms": figure(ready, "ms", "aim 2000 ms; page served after kill -9 with an order to settle"),
        "recovery.ready_max_ms": figure([max(ready)], "ms", f"the slowest of {len(ready)}"),
    }
    return figures | appended


async def _kills(out: Path) -> list[float]:
    took_ms = []
    async with World(out, Options(hub_data=out.parent / "issuance" / "hub")) as world:
        bench = SimBench(world)
        for _ in range(KILLS):
            await bench.expect_idle()
            await visit.up_to_paying(bench)
            await bench.insert_coins(100)
            os.kill(world.machine.pid, 9)
            await world.machine.ended()
            await processes.until(lambda: not processes.child(bench, "clerk"), "a clerk outlives the kiosk")
            await world.events.until(lambda: not world.screen.view, 10, lambda: "the screen is still there")
            began = time.monotonic()
            await world.machine.start()
            await world.events.until(lambda: world.screen.view, 30, lambda: "no screen")
            took_ms.append(1000 * (time.monotonic() - began))
    return took_ms


def journal(folder: Path) -> dict:
    """Append, commit and write by turns; microseconds each."""
    folder.mkdir(parents=True, exist_ok=True)
    ours = Journal(folder / "journal")
    entry = Entry(Order(Id("a" * 32), Id("b" * 32), 250), OrderState.PAID, 1.0)
    line = encode({"state": "paid", "document_id": "b" * 32, "transaction_id": "a" * 32, "fee_yen": 250, "at_s": 1.0})
    bare = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT)
    us: dict[str, list[float]] = {"journal": [], "sqlite": [], "bare": []}
    with closing(sqlite3.connect(folder / "books.sqlite", isolation_level=None)) as books:
        books.execute("pragma journal_mode=wal")
        books.execute("pragma synchronous=full")
        books.execute("create table entries (document text, state text, fee integer, at real)")
        for _ in range(LINES):
            us["journal"].append(_us(lambda: ours.append(entry)))
            us["sqlite"].append(_us(lambda: books.execute("insert into entries values (?, ?, ?, ?)", ("b", "p", 1, 1))))
            us["bare"].append(_us(lambda: (os.write(bare, line), os.fdatasync(bare))))
    os.close(bare)
    ours.close()
    return {
        "journal.append_us": figure(us["journal"], "us", "one line, on the disk"),
        "journal.sqlite_commit_us": figure(us["sqlite"], "us", "the same in SQLite: WAL, synchronous=FULL"),
        "journal.bare_fdatasync_us": figure(us["bare"], "us", "the same bytes, bare"),
    }


def _us(work) -> float:
    began = time.perf_counter()
    work()
    return 1e6 * (time.perf_counter() - began)
