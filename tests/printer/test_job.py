"""The driver's job against the simulated printer: what is printed, and what ends a sheet."""

import asyncio
import time

import pytest
from printer_bench import bench, page

from firmware.app.clerk.raster import to_bands
from firmware.devices import BadResponse, DeviceFault, DeviceState, DeviceTimeout, DeviceUnavailable, Paper
from sim_hw.printer.conditions import Condition
from sim_hw.printer.decode import Decoded

STOPPING = ["cover_open", "paper_out", "cutter", "mechanical", "unrecoverable", "offline"]


def bands(rows: int = 400, width_dots: int = 576) -> list[bytes]:
    return to_bands(page(rows, width_dots), width_dots)


@pytest.mark.parametrize("head_dots", [576, 832, 1728])
def test_a_sheet_comes_out_to_the_dot(head_dots):
    async def run():
        async with bench(head_dots=head_dots) as b:
            assert (await b.job.preflight()).ready
            await b.job.print_bands(bands(700, head_dots), lambda _share: None)
            assert [strip.dots for strip in b.printer.strips] == [page(700, head_dots)]
            assert b.printer.unknown == []

    asyncio.run(run())


def test_the_received_bytes_decode_to_the_strip():
    async def run():
        async with bench() as b:
            await b.job.print_bands(bands(), lambda _share: None)
            decoded = Decoded(bytes(b.printer.received), 576)
            assert [strip.dots for strip in decoded.strips] == [page(400)]
            assert len(decoded.completions) == 1

    asyncio.run(run())


def test_two_sheets_are_two_strips_and_progress_ends_at_one():
    async def run():
        async with bench() as b:
            shares: list[float] = []
            await b.job.print_bands(bands(300), shares.append)
            await b.job.print_bands(bands(200), shares.append)
            assert [strip.rows for strip in b.printer.strips] == [300, 200]
            assert shares.count(1.0) == 2
            assert shares[-1] == 1.0

    asyncio.run(run())


def test_a_serial_printer_prints_the_same():
    async def run():
        async with bench(pty=True) as b:
            assert (await b.job.preflight()).ready
            await b.job.print_bands(bands(1000), lambda _share: None)
            assert [strip.dots for strip in b.printer.strips] == [page(1000)]

    asyncio.run(run())


def test_the_job_returns_only_when_printing_ended():
    async def run():
        async with bench(mm_per_s=150.0) as b:
            begun = time.monotonic()
            task = asyncio.ensure_future(b.job.print_bands(bands(600), lambda _share: None))
            while not task.done():
                assert not b.printer.strips or b.printer.strips[0].rows == 600
                await asyncio.sleep(0.01)
            await task
            assert time.monotonic() - begun >= 600 / 8 / 150 * 0.9
            assert len(b.printer.strips) == 1

    asyncio.run(run())


def test_a_full_buffer_holds_the_sender_back_and_nothing_is_lost():
    async def run():
        async with bench(mm_per_s=600.0, buffer_bytes=2048) as b:
            await b.job.print_bands(bands(900), lambda _share: None)
            assert b.printer.strips[0].dots == page(900)

    asyncio.run(run())


@pytest.mark.parametrize("condition", STOPPING)
def test_preflight_reports_what_is_the_matter(condition):
    async def run():
        async with bench() as b:
            b.printer.suffer(Condition(condition))
            status = await b.job.preflight()
            assert not status.ready
            seen = {
                "cover_open": status.cover_open,
                "paper_out": status.paper is Paper.OUT,
                "offline": status.state is DeviceState.OFFLINE,
            }
            assert seen.get(condition, status.error == condition)

    asyncio.run(run())


def test_preflight_lets_low_paper_pass():
    async def run():
        async with bench() as b:
            b.printer.paper_near_end()
            status = await b.job.preflight()
            assert status.ready
            assert status.paper is Paper.LOW

    asyncio.run(run())


@pytest.mark.filterwarnings(
    "ignore:unclosed <socket:ResourceWarning"
)  # python-escpos drops a socket that did not connect
@pytest.mark.parametrize("trouble", ["freeze", "power_off"])
def test_preflight_without_an_answer_is_unknown(trouble):
    async def run():
        async with bench() as b:
            getattr(b.printer, trouble)()
            assert (await b.job.preflight()).state is DeviceState.UNKNOWN

    asyncio.run(run())


@pytest.mark.parametrize("condition", STOPPING)
def test_nothing_is_printed_when_trouble_was_there_before(condition):
    async def run():
        async with bench() as b:
            b.printer.suffer(Condition(condition))
            with pytest.raises(DeviceFault, match=condition):
                await b.job.print_bands(bands(), lambda _share: None)
            assert b.printer.mechanism.rows_out == 0

    asyncio.run(run())


@pytest.mark.parametrize("pty", [False, True])
@pytest.mark.parametrize("condition", STOPPING)
def test_trouble_in_mid_sheet_ends_it_at_once(condition, pty):
    async def run():
        async with bench(mm_per_s=500.0, pty=pty) as b:
            b.printer.fail_at_row(150, condition)
            begun = time.monotonic()
            with pytest.raises(DeviceFault) as caught:
                await b.job.print_bands(bands(2000), lambda _share: None)
            assert caught.value.cause == condition
            assert time.monotonic() - begun < 3
            assert b.printer.strips == []
            assert 150 <= b.printer.mechanism.rows_out < 400

    asyncio.run(run())


@pytest.mark.parametrize("condition", ["power_off", "torn"])
def test_a_lost_connection_in_mid_sheet_voids_it(condition):
    async def run():
        async with bench(mm_per_s=500.0) as b:
            b.printer.fail_at_row(150, condition)
            with pytest.raises(DeviceUnavailable):
                await b.job.print_bands(bands(2000), lambda _share: None)

    asyncio.run(run())


@pytest.mark.parametrize("where", [1, 5, 9, 5000])
def test_a_connection_torn_at_any_byte_voids_the_sheet(where):
    async def run():
        async with bench() as b:
            b.printer.tear_at_byte(12 + where)
            with pytest.raises(DeviceUnavailable):
                await b.job.print_bands(bands(), lambda _share: None)
            assert b.printer.strips == []

    asyncio.run(run())


def test_a_frozen_printer_is_a_timeout():
    async def run():
        async with bench(mm_per_s=500.0, limits={"completion_timeout_s": 0.5, "write_timeout_s": 0.5}) as b:
            b.printer.fail_at_row(100, "frozen")
            with pytest.raises(DeviceTimeout):
                await b.job.print_bands(bands(), lambda _share: None)

    asyncio.run(run())


def test_a_full_buffer_that_never_empties_is_a_timeout():
    async def run():
        async with bench(mm_per_s=500.0, buffer_bytes=1024, limits={"write_timeout_s": 0.4}) as b:
            b.printer.fail_at_row(10, "frozen")
            begun = time.monotonic()
            with pytest.raises(DeviceTimeout, match="took no bytes"):
                await b.job.print_bands(bands(4000), lambda _share: None)
            assert 0.4 <= time.monotonic() - begun < 4

    asyncio.run(run())


def test_a_hot_head_is_waited_for():
    async def run():
        async with bench(mm_per_s=500.0) as b:
            b.printer.fail_at_row(100, "auto_recoverable")
            task = asyncio.ensure_future(b.job.print_bands(bands(), lambda _share: None))
            await asyncio.sleep(0.5)
            assert not task.done()
            b.printer.repair()
            await task
            assert b.printer.strips[0].dots == page(400)

    asyncio.run(run())


def test_no_paper_at_the_very_last_row_is_no_success():
    async def run():
        async with bench() as b:
            b.printer.fail_at_row(400, "paper_out")
            with pytest.raises(DeviceFault, match="paper_out"):
                await b.job.print_bands(bands(400), lambda _share: None)
            assert b.printer.strips == []

    asyncio.run(run())


def test_garbage_instead_of_answers_is_a_bad_response():
    async def run():
        async def babble(_reader, writer):
            writer.write(b"HTTP/1.1 200 OK\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(babble, "127.0.0.1", 0)
        async with server, bench(limits=None) as b:
            port = server.sockets[0].getsockname()[1]
            b.job._config = type(b.config)(transport="tcp", host="127.0.0.1", port=port)
            with pytest.raises(BadResponse, match="48 54"):
                await b.job.preflight()

    asyncio.run(run())


def test_only_an_online_printer_takes_a_second_connection_after_the_first():
    async def run():
        async with bench() as b:
            await b.watch.open(b.emit)
            await b.expect_status(lambda status: status.ready)
            await b.watch.close()
            assert (await b.job.preflight()).ready

    asyncio.run(run())
