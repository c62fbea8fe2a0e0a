"""Every condition of conditions.toml, made to happen at the byte level before, during and after a job."""

import asyncio

import pytest
from printer_bench import Bench, bench, page, until

from firmware.app.clerk.print_job import print_sheets
from firmware.app.clerk.raster import to_bands
from firmware.devices import DeviceState
from firmware.drivers.printer import custom_replies, full_status, status
from sim_hw.printer.conditions import Condition, Reading
from tests.printer.condition_rows import GENERIC, KIOSK_PRINTER, ROWS, Row

CASES = [pytest.param(row, model, id=f"{row.key}-{model}") for row in ROWS for model in row.models]
BYTES = [row for row in ROWS if row.escpos]
FULL = [row for row in ROWS if row.full]
SHORT, LONG = [to_bands(page(rows), 576) for rows in (100, 900)]
LIMITS = {"completion_timeout_s": 0.7, "write_timeout_s": 0.7}


async def happen(b: Bench, row: Row) -> None:
    """Let the condition begin now."""
    match row.key:
        case "power_cycle":
            b.printer.power_off()
            await b.printer.power_on()
        case "not_taken":
            return  # it is so after every job, until somebody takes the sheet
        case key:
            b.printer.suffer(Condition(key))


async def put_right(b: Bench, row: Row) -> None:
    match row.remedy:
        case "":
            return
        case "power_cycle":
            b.printer.power_off()
            await b.printer.power_on()
        case "power_on":
            await b.printer.power_on()
        case verb:
            getattr(b.printer, verb)()


async def printed(b: Bench, sheet: list[bytes], *, at_row: Row | None = None) -> str:
    """Print as the clerk does; the word for how it ended, empty if it was printed."""

    async def lend():
        return b.job

    if at_row and at_row.key == "power_cycle":
        b.printer.fail_at_row(150, Condition.POWER_OFF)
    elif at_row and at_row.key != "not_taken":
        b.printer.fail_at_row(150, Condition(at_row.key))
    failed = await print_sheets((sheet,), lend, lambda _part: None)
    if at_row and at_row.key == "power_cycle":
        await b.printer.power_on()
    return str(failed[0]) if failed else ""


REAL = [case for case in CASES if case.values[0].key != "babble"]


def of_model(model: str, **more):
    return bench(model=model, mm_per_s=500.0, limits=LIMITS, **more)


@pytest.mark.parametrize("row", BYTES, ids=lambda row: row.key)
def test_the_bytes_are_those_of_the_table_and_mean_what_it_says(row):
    now = Reading(frozenset({Condition(row.key)}))
    answers, frame = row.answers
    assert b"".join(now.reply(number) for number in (1, 2, 3, 4)) == answers
    assert now.frame() == frame
    asked, told = status.from_answers(*answers), status.from_frame(frame)
    assert asked == told
    assert asked.ready == row.ready
    assert (status.fault(asked) or "") == row.fault


@pytest.mark.parametrize("row", FULL, ids=lambda row: row.key)
def test_the_full_status_is_that_of_the_table_and_means_what_it_says(row):
    raw = bytes.fromhex(row.full)
    now = frozenset() if row.key == "not_taken" else frozenset({Condition(row.key)})
    also = frozenset({Condition.PAPER_NEAR_END}) if row.key == "paper_out" else frozenset()
    assert Reading(now | also).full_status(ticket=row.key == "not_taken") == raw
    found = full_status.from_full(custom_replies.FullStatus(*raw))
    assert found.ready == row.ready
    assert (status.fault(found) or "") == row.fault


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # python-escpos drops what did not connect
@pytest.mark.parametrize(("row", "model"), REAL)
def test_before_a_job(row, model):
    async def run():
        async with of_model(model) as b:
            await happen(b, row)
            reading = await b.job.preflight()
            assert reading.ready == row.ready
            assert reading.state is not DeviceState.ONLINE or row.ready
            ended = await printed(b, SHORT)
            assert bool(ended) is not row.ready
            assert len(b.printer.strips) == int(row.ready)
            if not row.ready:
                assert b.printer.mechanism.rows_out == 0
                await put_right(b, row)
                assert await b.watch.settle(5)
                assert await printed(b, SHORT) == ""

    asyncio.run(run())


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize(("row", "model"), REAL)
def test_during_a_job(row, model):
    async def run():
        async with of_model(model, buffer_bytes=4096) as b:
            job = asyncio.ensure_future(printed(b, LONG, at_row=row))
            if row.key == "auto_recoverable":
                await until(lambda: b.printer.mechanism.rows_out >= 150)
                b.printer.repair()
            assert await job == row.fault
            assert [strip.rows for strip in b.printer.strips] == ([] if row.fault else [900])
            if row.fault:
                await put_right(b, row)
                assert await b.watch.settle(8)
                torn = len(b.printer.strips)
                assert all(strip.rows < 900 for strip in b.printer.strips)
                assert await printed(b, SHORT) == ""
                assert [strip.dots for strip in b.printer.strips[torn:]] == [page(100)]

    asyncio.run(run())


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize(("row", "model"), REAL)
def test_after_a_job(row, model):
    async def run():
        async with of_model(model) as b:
            assert await printed(b, SHORT) == ""
            await happen(b, row)
            assert await b.watch.settle(5 if row.settled else 0.3, whole=True) == row.settled
            assert [strip.dots for strip in b.printer.strips] == [page(100)]
            await b.watch.open(b.emit)
            await b.expect_status(lambda seen: seen.ready == row.ready)
            await put_right(b, row)
            assert await b.watch.settle(8, whole=True)
            assert b.printer.strips[0].dots == page(100)
            assert await printed_alone(b) == ""

    asyncio.run(run())


async def printed_alone(b: Bench) -> str:
    """Print with the watch closed, as when the printer is lent."""
    await b.watch.close()
    return await printed(b, SHORT)


@pytest.mark.parametrize("moment", ["before", "during"])
@pytest.mark.parametrize("model", [GENERIC, KIOSK_PRINTER])
def test_answers_that_are_none_are_believed_at_no_time(model, moment):
    async def run():
        async with of_model(model) as b:
            send, rows = b.printer._send, 0 if moment == "before" else 50

            def babble(data: bytes) -> None:
                send(data if b.printer.mechanism.rows_out < rows else b"\xff")

            b.printer._send = b.printer.kiosk._send = babble
            b.printer.fail_at_row(50, "paper_near_end")
            assert await printed(b, LONG) == "bad_response"
            assert b.printer.strips == []

    asyncio.run(run())
