"""The kiosk's watch on the idle printer, and what it does about a job that came back."""

import asyncio
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printer_bench import bench, page, until

from firmware.app.clerk.raster import to_bands
from firmware.devices import DeviceError, DeviceState, Paper
from sim_hw.printer.conditions import Condition
from sim_hw.printer.traits import Traits


def bands(rows: int) -> list[bytes]:
    return to_bands(page(rows), 576)


@pytest.mark.parametrize("pty", [False, True])
def test_the_first_report_is_the_present_state(pty):
    async def run():
        async with bench(pty=pty) as b:
            await b.watch.open(b.emit)
            assert (await b.expect_status(lambda status: status.ready)).paper is Paper.FULL
            assert len(b.statuses) == 1

    asyncio.run(run())


def test_every_change_is_reported_without_being_asked_for():
    async def run():
        async with bench() as b:
            b.watch._look_every_s = 60
            await b.watch.open(b.emit)
            await b.expect_status(lambda status: status.ready)
            await until(lambda: b.printer._mask)
            b.printer.paper_near_end()
            await b.expect_status(lambda status: status.paper is Paper.LOW)
            b.printer.open_cover()
            await b.expect_status(lambda status: status.cover_open and status.state is DeviceState.USER_ERROR)
            b.printer.close_cover()
            await b.expect_status(lambda status: status.ready)
            b.printer.run_out_of_paper()
            await b.expect_status(lambda status: status.paper is Paper.OUT)
            b.printer.load_paper()
            await b.expect_status(lambda status: status.paper is Paper.FULL)
            b.printer.suffer(Condition.CUTTER)
            await b.expect_status(lambda status: status.error == "cutter")

    asyncio.run(run())


def test_a_printer_that_starts_with_an_open_cover_is_seen_to_be_closed():
    async def run():
        async with bench() as b:
            b.watch._look_every_s = 60
            b.printer.open_cover()
            await b.watch.open(b.emit)
            await b.expect_status(lambda status: status.cover_open)
            b.printer.close_cover()
            await b.expect_status(lambda status: status.ready)

    asyncio.run(run())


def test_power_off_and_on_again():
    async def run():
        async with bench() as b:
            await b.watch.open(b.emit)
            await b.expect_status(lambda status: status.ready)
            b.printer.power_off()
            await b.expect_status(lambda status: status.state is DeviceState.POWER_OFF)
            await b.printer.power_on()
            await b.expect_status(lambda status: status.ready)

    asyncio.run(run())


def test_a_printer_that_falls_silent_is_unknown_and_found_again():
    async def run():
        async with bench() as b:
            await b.watch.open(b.emit)
            await b.expect_status(lambda status: status.ready)
            b.printer.freeze()
            await b.expect_status(lambda status: status.state is DeviceState.UNKNOWN)
            b.printer.thaw()
            await b.expect_status(lambda status: status.ready)

    asyncio.run(run())


def test_after_a_whole_job_the_printer_only_confirms():
    async def run():
        async with bench() as b:
            await b.job.print_bands(bands(300), lambda _share: None)
            await b.job.close()
            b.printer.clear_received()
            assert await b.watch.settle(5, whole=True)
            assert len(b.printer.received) == 11
            assert len(b.printer.strips) == 1

    asyncio.run(run())


@pytest.mark.parametrize("clears", [True, False])
@pytest.mark.parametrize("where", [1, 4, 9, 1000, 18_447, 18_448, 18_449, 25_000])
def test_a_torn_job_leaves_nothing_for_the_next(where, clears):
    async def run():
        async with bench(traits=Traits(clears=clears)) as b:
            b.printer.tear_at_byte(17 + where)
            with pytest.raises(DeviceError):
                await b.job.print_bands(bands(400), lambda _share: None)
            await b.job.close()
            assert await b.watch.settle(10)
            assert b.printer.mechanism.rows_out == 0
            torn = len(b.printer.strips)
            assert torn <= 1
            await b.job.print_bands(bands(120), lambda _share: None)
            assert [strip.dots for strip in b.printer.strips[torn:]] == [page(120)]

    asyncio.run(run())


@pytest.mark.parametrize("condition", ["cutter", "mechanical"])
def test_a_recoverable_error_is_cleared_with_the_job(condition):
    async def run():
        async with bench(mm_per_s=500.0) as b:
            b.printer.fail_at_row(100, condition)
            with pytest.raises(DeviceError):
                await b.job.print_bands(bands(1500), lambda _share: None)
            assert await b.watch.settle(10)
            assert [strip.rows < 400 for strip in b.printer.strips] == [True]

    asyncio.run(run())


@pytest.mark.parametrize(("condition", "remedy"), [("cover_open", "close_cover"), ("paper_out", "load_paper")])
def test_settling_waits_for_a_person_and_can_be_asked_again(condition, remedy):
    async def run():
        async with bench(mm_per_s=500.0) as b:
            b.printer.fail_at_row(100, condition)
            with pytest.raises(DeviceError):
                await b.job.print_bands(bands(1500), lambda _share: None)
            assert not await b.watch.settle(2)
            getattr(b.printer, remedy)()
            assert await b.watch.settle(10)
            assert b.printer.mechanism.rows_out == 0
            assert sum(strip.rows for strip in b.printer.strips) < 600

    asyncio.run(run())


@pytest.mark.parametrize("trouble", [Condition.UNRECOVERABLE, Condition.FROZEN, Condition.POWER_OFF])
def test_what_does_not_confirm_is_not_settled(trouble):
    async def run():
        async with bench() as b:
            b.printer.suffer(trouble)
            assert not await b.watch.settle(1)

    asyncio.run(run())


def test_settling_in_between_goes_on_watching():
    async def run():
        async with bench() as b:
            await b.watch.open(b.emit)
            await b.expect_status(lambda status: status.ready)
            assert await b.watch.settle(5)
            b.printer.open_cover()
            await b.expect_status(lambda status: status.cover_open)

    asyncio.run(run())


def dots_with_a_pair() -> bytes:
    """A page that needs a column band between its raster bands."""
    dots = bytearray(page(330))
    dots[150 * 72 + 20 : 150 * 72 + 22] = b"\x10\x04"
    return bytes(dots)


@settings(max_examples=25, deadline=None)
@given(st.integers(13, 26_000), st.booleans())
def test_wherever_a_job_is_torn_the_next_strip_is_whole(where, clears):
    async def run():
        async with bench(traits=Traits(clears=clears)) as b:
            b.printer.tear_at_byte(where)
            with contextlib.suppress(DeviceError):
                await b.job.print_bands(to_bands(dots_with_a_pair(), 576), lambda _share: None)
            await b.job.close()
            assert await b.watch.settle(10)
            await b.job.print_bands(bands(40), lambda _share: None)
            assert b.printer.strips[-1].dots == page(40)

    asyncio.run(run())


def test_every_report_carries_what_near_end_promises():
    async def run():
        async with bench(limits={"near_end_mm": 1234}) as b:
            await b.watch.open(b.emit)
            assert (await b.expect_status(lambda status: status.ready)).near_end_mm == 1234
            b.printer.paper_near_end()
            assert (await b.expect_status(lambda status: status.paper is Paper.LOW)).near_end_mm == 1234

    asyncio.run(run())
