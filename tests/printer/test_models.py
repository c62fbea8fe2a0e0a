"""The capability table: what each make can do is used by the driver, and the simulator behaves as each."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from printer_bench import bench, page, until

from firmware import config
from firmware.app.clerk.raster import to_bands
from firmware.devices import BadResponse, DeviceFault, DeviceTimeout, Paper
from firmware.drivers.printer import custom_replies
from firmware.printer_models import MODELS, USABLE, Completion
from sim_hw.printer.conditions import Condition
from sim_hw.printer.traits import TRAITS

CUSTOM = "custom-vkp80iii"
FACTS = {
    "head_dots", "status", "completion", "end_of_sheet", "presenter", "counters", "recovers", "clears", "near_end_mm",
}  # fmt: skip


def bands(rows: int) -> list[bytes]:
    return to_bands(page(rows), 576)


def as_model(key: str, **more):
    return bench(model=key, **more)


def test_every_fact_names_its_source_and_every_make_has_its_simulation():
    assert TRAITS.keys() == MODELS.keys()
    for model in MODELS.values():
        assert model.sources.keys() == FACTS
        assert all(model.sources.values())


def test_what_is_not_known_fails_closed():
    for model in MODELS.values():
        unknown = {fact for fact, source in model.sources.items() if source.startswith("not known")}
        assert "completion" not in unknown or model.completion is not Completion.PROCESS_ID
        assert not (unknown & {"recovers", "clears", "counters"} and model.completion is Completion.PROCESS_ID) or (
            unknown == {"counters", "near_end_mm"}
        )
        assert "near_end_mm" not in unknown or model.near_end_mm == 0


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("tm-88", "no such model.*use one of custom-vkp80iii, epson-tm, generic-escpos"),
        ("citizen", "not known how it says that printing ended"),
        ("star-escpos", "not known how it says that printing ended"),
    ],
)
def test_a_model_that_cannot_be_used_is_named_with_the_remedy(tmp_path, sample_config, model, named):
    with pytest.raises(config.ConfigError, match=rf"printer\.model = '{model}': {named}"):
        config.load(sample_config(tmp_path, f'model = "{model}"'))


def test_a_head_that_the_model_does_not_have_is_refused(tmp_path, sample_config):
    with pytest.raises(config.ConfigError, match=r"its head has 576 dots, not printer\.head_dots = 832"):
        config.load(sample_config(tmp_path, f'model = "{CUSTOM}"', "head_dots = 832"))


@pytest.mark.parametrize("key", USABLE)
def test_a_sheet_comes_out_to_the_dot_on_every_model_that_may_be_used(key):
    async def run():
        async with as_model(key) as b:
            assert (await b.job.preflight()).ready
            for _ in range(2):
                await b.job.print_bands(bands(300), lambda _share: None)
            assert [strip.dots for strip in b.printer.strips] == [page(300)] * 2
            assert b.printer.unknown == []
            await b.job.close()
            assert await b.watch.settle(5, whole=True)

    asyncio.run(run())


@pytest.mark.parametrize("key", ["citizen", "star-escpos"])
def test_a_model_without_a_completion_reply_would_never_be_believed(key):
    async def run():
        async with as_model(key, limits={"completion_timeout_s": 0.4}) as b:
            with pytest.raises(DeviceTimeout):
                await b.job.print_bands(bands(100), lambda _share: None)

    asyncio.run(run())


def test_a_presenter_holds_the_sheet_until_it_is_taken_and_the_next_job_lets_go():
    async def run():
        async with as_model(CUSTOM) as b:
            mouth = b.printer.kiosk.presenter
            await b.job.print_bands(bands(100), lambda _share: None)
            assert mouth.held is b.printer.strips[0]
            await b.job.print_bands(bands(100), lambda _share: None)
            assert mouth.held is b.printer.strips[1]
            assert mouth.retracts == 0
            mouth.take()
            assert mouth.held is None

    asyncio.run(run())


@pytest.mark.parametrize(("mode", "event", "retracts"), [(b"R", "strip_retracted", 1), (b"E", "strip_ejected", 0)])
def test_the_simulated_presenter_draws_back_or_spits_out_and_counts(mode, event, retracts):
    async def run():
        told = []
        async with as_model(CUSTOM, on_event=told.append) as b:
            line = await b.connect()
            line.write(b"".join(bands(80)) + b"\x1c\x50\x14\x00" + mode + b"\x01\x1d\xe0\x0f")
            await until(lambda: {"event": event, "strip": 1} in told)
            line.write(b"\x1d\xe1\x1d\xe2\x1d\xe3\x1d\xe4\x1d\xe5\x10\x04\x14")
            parser, found = custom_replies.CustomReplyParser(), []
            while len(found) < 7:
                found += parser.feed(await line.read())
            counted = {each.unit: each.value for each in found if isinstance(each, custom_replies.Counter)}
            assert (counted["cuts"], counted["ret"], counted["cm"], counted["on"]) == (1, retracts, 1, 1)
            assert found[0] == custom_replies.FullStatus(0, 0, 0, 0)  # told by itself: the mouth is empty again
            line.close()

    asyncio.run(run())


@pytest.mark.parametrize("condition", [Condition.JAM, Condition.PRESENTER, Condition.HEAD_UP, Condition.VOLTAGE])
def test_a_kiosk_printers_own_faults_end_the_sheet(condition):
    async def run():
        async with as_model(CUSTOM, mm_per_s=500.0) as b:
            b.printer.fail_at_row(100, condition)
            with pytest.raises(DeviceFault):
                await b.job.print_bands(bands(1500), lambda _share: None)
            assert not (await b.job.preflight()).ready
            assert b.printer.strips == []

    asyncio.run(run())


def test_a_knife_that_does_not_move_is_no_success():
    async def run():
        async with as_model(CUSTOM, limits={"completion_timeout_s": 0.6}) as b:

            async def stuck():
                return None

            b.printer.mechanism.cut = stuck
            with pytest.raises(DeviceTimeout):
                await b.job.print_bands(bands(100), lambda _share: None)

    asyncio.run(run())


def test_the_watch_follows_a_kiosk_printer_without_asking():
    async def run():
        async with as_model(CUSTOM) as b:
            b.watch._look_every_s = 60
            await b.watch.open(b.emit)
            await b.expect_status(lambda status: status.ready)
            await until(lambda: b.printer.kiosk._mask)
            for condition, seen in (
                (Condition.PAPER_NEAR_END, lambda status: status.paper is Paper.LOW and status.ready),
                (Condition.JAM, lambda status: status.paper is Paper.JAMMED and not status.ready),
                (Condition.HEAD_UP, lambda status: status.cover_open),
                (Condition.PRESENTER, lambda status: status.error == "unrecoverable"),
            ):
                b.printer.suffer(condition)
                await b.expect_status(seen)

    asyncio.run(run())


@pytest.mark.parametrize("where", [1, 9, 1000, 18_449, 25_000])
def test_a_torn_job_leaves_nothing_for_the_next_on_a_kiosk_printer(where):
    async def run():
        async with as_model(CUSTOM) as b:
            b.printer.tear_at_byte(20 + where)
            with pytest.raises(OSError, match="printer is gone"):
                await b.job.print_bands(bands(400), lambda _share: None)
            await b.job.close()
            assert await b.watch.settle(10)
            assert b.printer.mechanism.rows_out == 0
            await b.job.print_bands(bands(120), lambda _share: None)
            assert b.printer.strips[-1].dots == page(120)

    asyncio.run(run())


full = st.tuples(*[st.integers(0, 255)] * 4)
counters = st.tuples(st.integers(0, 10**9), st.sampled_from(["cuts", "ret", "cm", "on"]), st.booleans())


@given(st.lists(st.one_of(full, counters)), st.lists(st.integers(1, 7)))
def test_full_status_and_counters_come_apart_however_they_are_split(sent, cuts):
    stream, wanted = b"", []
    for each in sent:
        if len(each) == 4:
            stream += b"\x10\x0f" + bytes(each)
            wanted.append(custom_replies.FullStatus(*each))
        else:
            value, unit, spaced = each
            stream += f"{value}{' ' if spaced else ''}{unit}".encode()
            wanted.append(custom_replies.Counter(unit, value))
    parser, found = custom_replies.CustomReplyParser(), []
    for size in cuts:
        found += parser.feed(stream[:size])
        stream = stream[size:]
    found += parser.feed(stream)
    assert found == wanted


@given(st.binary(max_size=40))
def test_garbage_from_a_kiosk_printer_is_refused_and_never_another_error(data):
    parser, refused = custom_replies.CustomReplyParser(), b""
    try:
        list(parser.feed(data))
    except BadResponse as error:
        refused = error.raw
    assert refused in data
