"""The answers of the printer: told apart in any mixture, split anywhere; what is no answer is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.devices import BadResponse, DeviceState, Paper
from firmware.drivers.printer import replies, status
from sim_hw.printer.conditions import Condition, Reading

ONE_BY_ONE = [
    Condition.COVER_OPEN,
    Condition.PAPER_OUT,
    Condition.PAPER_NEAR_END,
    Condition.CUTTER,
    Condition.MECHANICAL,
]
conditions = st.frozensets(
    st.sampled_from([*ONE_BY_ONE, Condition.UNRECOVERABLE, Condition.AUTO_RECOVERABLE, Condition.OFFLINE])
)
frames = conditions.map(lambda now: Reading(now).frame())
answers = st.tuples(conditions, st.integers(1, 4)).map(lambda drawn: Reading(drawn[0]).reply(drawn[1]))
blocks = (
    st.binary(min_size=4, max_size=4)
    .filter(lambda b: 0 not in b)
    .map(lambda process_id: b"\x37\x22" + process_id + b"\0")
)
cleared = st.just(b"\x37\x25\x00")


def raw_of(reply: replies.Reply) -> bytes:
    match reply:
        case replies.AutomaticStatus(frame):
            return frame
        case replies.RealTimeStatus(bits):
            return bytes([bits])
        case replies.Completion(process_id):
            return b"\x37\x22" + process_id + b"\0"
        case _:
            return b"\x37\x25\x00"


@given(st.lists(st.one_of(frames, answers, blocks, cleared)), st.lists(st.integers(1, 9)))
def test_any_mixture_split_anywhere_comes_apart_again(sent, cuts):
    stream = b"".join(sent)
    parser = replies.ReplyParser()
    found = []
    for size in cuts:
        found += parser.feed(stream[:size])
        stream = stream[size:]
    found += parser.feed(stream)
    assert [raw_of(reply) for reply in found] == sent


@given(st.binary(max_size=64))
def test_garbage_is_refused_or_understood_but_never_another_error(data):
    parser, found, refused = replies.ReplyParser(), [], b""
    try:
        found += parser.feed(data)
    except BadResponse as error:
        refused = error.raw
    assert refused in data
    assert sum(len(raw_of(reply)) for reply in found) + len(refused) <= len(data)


def test_after_garbage_the_next_answer_is_understood():
    parser = replies.ReplyParser()
    with pytest.raises(BadResponse, match="begins no answer"):
        list(parser.feed(b"\xff\xff"))
    assert list(parser.feed(b"\x12")) == [replies.RealTimeStatus(0x12)]


@pytest.mark.parametrize("data", [b"\x37" + b"x" * 40, b"\x37\x33ab\x00", b"\x10\x80\x00\x00", b"\x37\x22abc\x00"])
def test_broken_blocks_and_frames_are_refused(data):
    with pytest.raises(BadResponse):
        list(replies.ReplyParser().feed(data))


@given(conditions)
def test_automatic_status_and_real_time_status_mean_the_same(now):
    reading = Reading(now)
    asked = status.from_answers(*(reading.reply(number)[0] for number in (1, 2, 3, 4)))
    assert asked == status.from_frame(reading.frame())


@given(conditions)
def test_a_printer_is_ready_when_nothing_stops_it(now):
    ready = status.from_frame(Reading(now).frame()).ready
    assert ready == (now <= {Condition.PAPER_NEAR_END})


@pytest.mark.parametrize(
    ("frame", "state", "paper", "fault"),
    [
        ("10 00 00 0f", DeviceState.ONLINE, Paper.FULL, None),
        ("10 00 03 0f", DeviceState.ONLINE, Paper.LOW, None),
        ("38 00 00 0f", DeviceState.USER_ERROR, Paper.FULL, "cover_open"),
        ("18 00 0f 0f", DeviceState.USER_ERROR, Paper.OUT, "paper_out"),
        ("18 08 00 0f", DeviceState.HARDWARE_ERROR, Paper.FULL, "cutter"),
        ("18 04 00 0f", DeviceState.HARDWARE_ERROR, Paper.FULL, "mechanical"),
        ("18 20 00 0f", DeviceState.HARDWARE_ERROR, Paper.FULL, "unrecoverable"),
        ("18 40 00 0f", DeviceState.BUSY, Paper.FULL, None),
        ("18 00 00 0f", DeviceState.OFFLINE, Paper.FULL, "offline"),
    ],
)
def test_the_bits_of_the_frame_mean_what_the_manual_says(frame, state, paper, fault):
    reading = status.from_frame(bytes.fromhex(frame))
    assert (reading.state, reading.paper, status.fault(reading)) == (state, paper, fault)
