"""The simulated printer by itself: bytes in, paper and answers out, as the ESC/POS tables say."""

import asyncio
import socket
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from printer_bench import until

from sim_hw.printer import SimPrinter
from sim_hw.printer.conditions import Condition
from sim_hw.printer.decode import Decoded
from sim_hw.printer.head import Head
from sim_hw.printer.real_time import ClearBuffer, Ear, Recover, TransmitStatus


@asynccontextmanager
async def connected(width_dots=16, **options):
    options.setdefault("mm_per_s", None)
    printer = SimPrinter(width_dots, **options)
    port = await printer.start_tcp()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield printer, reader, writer
    finally:
        writer.close()
        await printer.close()


def test_raster_rows_become_dots():
    assert Decoded(bytes.fromhex("1d763000 0200 0200 8001 4002"), 16).uncut.hex() == "80014002"


def test_a_narrow_raster_is_filled_and_a_wide_one_clipped():
    assert Decoded(bytes.fromhex("1d763000 0100 0100 ff"), 16).uncut.hex() == "ff00"
    assert Decoded(bytes.fromhex("1d763000 0300 0100 ff00ff"), 16).uncut.hex() == "ff00"


def test_raster_may_be_doubled_both_ways():
    assert Decoded(bytes.fromhex("1d763003 0100 0100 a5"), 16).uncut.hex() == "cc33" * 2


def test_columns_stand_upright():
    """24 dots a column; the first column is black at the top, the second at the bottom; two commands share one line."""
    found = Decoded(bytes.fromhex("1b3318 1b2a210100 800000 1b2a210100 000001 0a"), 16)
    rows = [found.uncut[at : at + 2].hex() for at in range(0, 48, 2)]
    assert rows == ["8000"] + ["0000"] * 22 + ["4000"]


def test_line_spacing_larger_than_the_line_leaves_a_gap_and_smaller_none():
    column = "1b2a210100 ffffff 0a"
    assert len(Decoded(bytes.fromhex("1b331e" + column), 16).uncut) == 2 * 30
    assert len(Decoded(bytes.fromhex("1b3310" + column), 16).uncut) == 2 * 24


def test_eight_dot_columns_are_three_rows_high():
    found = Decoded(bytes.fromhex("1b2a010100 80 1b4a18"), 16).uncut
    assert [found[at : at + 2].hex() for at in range(0, 10, 2)] == ["8000"] * 3 + ["0000"] * 2


def test_an_unknown_command_is_counted_and_the_rest_is_printed():
    found = Decoded(bytes.fromhex("1b99 1d763000 0200 0100 ffff"), 16)
    assert found.unknown == [bytes.fromhex("1b99")]
    assert found.uncut.hex() == "ffff"


def test_a_torn_raster_eats_what_follows():
    found = Decoded(bytes.fromhex("1d763000 0200 0300 ffff") + b"\x1b@\x1dV\x42\x00", 16)
    assert found.uncut.hex() == "ffff1b401d56"
    assert found.strips == []


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_any_bytes_are_taken_without_an_error(data):
    found = Decoded(data, 16)
    assert len(found.uncut) % 2 == 0


@given(st.binary(max_size=60), st.lists(st.integers(1, 7), max_size=60))
def test_the_ear_hears_the_same_however_the_bytes_are_split(noise, cuts):
    stream = noise + bytes.fromhex("1004 02 100502 10140801031401060208") + noise
    whole = [order for order, _ in Ear().hear(stream)]
    ear, found = Ear(), []
    for size in [*cuts, len(stream)]:
        found += [order for order, _ in ear.hear(stream[:size])]
        stream = stream[size:]
    assert found == whole
    assert {TransmitStatus(2), Recover(2), ClearBuffer()} <= set(whole)


def test_real_time_commands_fire_inside_raster_data_and_stay_dots():
    async def run():
        async with connected() as (printer, reader, writer):
            writer.write(bytes.fromhex("1d763000 0200 0200 1004 0100 1d564200"))
            assert await reader.readexactly(1) == b"\x12"
            await until(lambda: printer.strips)
            assert printer.strips[0].dots.hex() == "10040100"
            assert printer.real_time_fired == [TransmitStatus(1)]

    asyncio.run(run())


def test_completion_comes_after_printing_and_never_after_a_clearing():
    async def run():
        async with connected(mm_per_s=100.0) as (printer, reader, writer):
            job = bytes.fromhex("1d763000 0200 9001") + bytes(800) + bytes.fromhex("1d284806003030") + b"abcd"
            writer.write(job)
            assert await reader.readexactly(7) == b"\x37\x22abcd\x00"
            assert printer.mechanism.rows_out == 400
            writer.write(job + bytes.fromhex("10140801031401060208"))
            assert await reader.readexactly(3) == b"\x37\x25\x00"
            writer.write(bytes.fromhex("1d284806003030") + b"next")
            assert await reader.readexactly(7) == b"\x37\x22next\x00"

    asyncio.run(run())


def test_automatic_status_is_sent_at_once_and_on_each_change_until_reset():
    async def run():
        async with connected() as (printer, reader, writer):
            writer.write(bytes.fromhex("1d61ff"))
            assert (await reader.readexactly(4)).hex() == "1000000f"
            printer.open_cover()
            assert (await reader.readexactly(4)).hex() == "3800000f"
            printer.close_cover()
            assert (await reader.readexactly(4)).hex() == "1000000f"
            writer.write(b"\x1b@\x10\x04\x01")
            assert await reader.readexactly(1) == b"\x12"
            await until(lambda: not printer._mask)
            printer.open_cover()
            writer.write(b"\x10\x04\x02")
            assert await reader.readexactly(1) == b"\x16"

    asyncio.run(run())


def test_a_full_buffer_stops_reading():
    async def run():
        async with connected(buffer_bytes=1000) as (printer, _reader, writer):
            printer.open_cover()
            writer.write(bytes(4_000_000))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await writer.drain()
            assert len(printer.received) < 1500
            printer.close_cover()
            await writer.drain()
            await until(lambda: len(printer.received) == 4_000_000)

    asyncio.run(run())


def test_a_second_connection_waits_for_the_first_to_end():
    async def run():
        async with connected() as (printer, _reader, writer):
            reader2, writer2 = await asyncio.open_connection("127.0.0.1", printer._port)
            writer2.write(b"\x10\x04\x01")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await reader2.readexactly(1)
            writer.close()
            assert await reader2.readexactly(1) == b"\x12"
            writer2.close()

    asyncio.run(run())


def test_without_power_connections_are_refused_and_the_paper_stays():
    async def run():
        async with connected() as (printer, reader, writer):
            writer.write(bytes.fromhex("100401 1d763000 0200 0300 ffff"))
            await reader.readexactly(1)
            await until(lambda: printer.mechanism.rows_out)
            printer.power_off()
            assert await reader.read() == b""
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", printer._port)
            await printer.power_on()
            reader2, writer2 = await asyncio.open_connection("127.0.0.1", printer._port)
            writer2.write(bytes.fromhex("1d564200 1d284806003030") + b"done")
            assert await reader2.readexactly(7) == b"\x37\x22done\x00"
            assert printer.strips[0].dots.hex() == "ffff"
            writer2.close()

    asyncio.run(run())


def test_events_tell_rows_cuts_and_conditions():
    async def run():
        events = []
        async with connected(on_event=events.append) as (printer, reader, writer):
            printer.paper_near_end()
            writer.write(
                bytes.fromhex("1d763000 0200 c800") + bytes(400) + bytes.fromhex("1d564200 1d284806003030") + b"done"
            )
            await reader.readexactly(7)
        assert {"event": "printer_condition", "conditions": ["paper_near_end"]} in events
        assert [event["rows"] for event in events if event["event"] == "printer_row"] == [80, 160, 200]
        assert {"event": "strip_cut", "strip": 1, "rows": 200} in events

    asyncio.run(run())


def test_errors_that_recover_go_on_after_the_command_and_lose_nothing():
    async def run():
        async with connected() as (printer, reader, writer):
            printer.fail_at_row(1, Condition.CUTTER)
            writer.write(bytes.fromhex("1d763000 0200 0300 ffff aaaa 5555 1d564200 1d284806003030") + b"done")
            await until(lambda: printer.mechanism.rows_out == 1)
            writer.write(b"\x10\x05\x01")
            assert await reader.readexactly(7) == b"\x37\x22done\x00"
            assert printer.strips[0].dots.hex() == "ffffaaaa5555"

    asyncio.run(run())


def test_too_much_black_makes_the_head_hot_and_time_cools_it():
    head = Head()
    assert not head.burn(1_000_000, 0.0)
    assert head.burn(8_000_000, 1.0)
    assert head.cooling_s() > 0
    head.cool(1.0 + head.cooling_s())
    assert head.cooling_s() == 0


def test_the_command_line_writes_the_strip(tmp_path):
    job = tmp_path / "job.bin"
    job.write_bytes(bytes.fromhex("1d763000 0200 0200 8001 4002 1d564200"))
    out = tmp_path / "strip.png"
    done = subprocess.run(
        [sys.executable, "-m", "sim_hw.printer.decode", job, "--width", "16", "--out", out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    picture = Image.open(out)
    assert (picture.mode, picture.size) == ("1", (16, 2))
    assert [x for x in range(16) if not picture.getpixel((x, 0))] == [0, 15]


def test_the_command_line_says_what_is_wrong(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sim_hw.printer.decode", tmp_path / "absent.bin"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "absent.bin: cannot be read: No such file" in done.stderr


def test_a_port_is_free_again_after_close():
    async def run():
        printer = SimPrinter(16)
        port = await printer.start_tcp()
        await printer.close()
        with socket.socket() as again:
            again.bind(("127.0.0.1", port))

    asyncio.run(run())
