"""Pulses to coins, without any clock but the stamps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import config
from firmware.devices import CoinInserted, CoinRejected
from firmware.drivers.coin_pulses import PulseTrain

SETTINGS = config.CoinAcceptor(pulse_min_ms=15, pulse_max_ms=60, coin_gap_ms=120)


def feed(train: PulseTrain, widths_ms: list[float], pauses_ms: list[float], start_s: float = 0.0) -> tuple[float, list]:
    """Feed low pulses of these widths, each followed by its pause."""
    t_s, told = start_s, []
    for width, pause in zip(widths_ms, pauses_ms, strict=True):
        told.append(train.edge(False, t_s))
        t_s += width / 1000
        told.append(train.edge(True, t_s))
        t_s += pause / 1000
    return t_s, [event for event in told if event]


@pytest.mark.parametrize("yen", SETTINGS.coins_yen)
def test_each_coin_is_its_pulses(yen):
    train = PulseTrain(SETTINGS)
    pulses = yen // 10
    assert feed(train, [25] * pulses, [25] * pulses)[1] == []
    assert train.end() == CoinInserted(yen)
    assert not train.running


@given(
    yen=st.sampled_from(SETTINGS.coins_yen),
    jitter=st.lists(st.floats(-9, 30), min_size=50, max_size=50),
    pauses=st.lists(st.floats(5, 110), min_size=50, max_size=50),
)
def test_any_timing_within_the_bounds_is_the_coin(yen, jitter, pauses):
    train = PulseTrain(SETTINGS)
    pulses = yen // 10
    feed(train, [25 + late for late in jitter[:pulses]], pauses[:pulses])
    assert train.end() == CoinInserted(yen)


@given(widths=st.lists(st.floats(0.1, 500), min_size=1, max_size=60), pauses=st.data())
def test_money_is_never_made_from_pulses_of_a_wrong_width(widths, pauses):
    train = PulseTrain(SETTINGS)
    gaps = pauses.draw(st.lists(st.floats(1, 110), min_size=len(widths), max_size=len(widths)))
    _, told = feed(train, widths, gaps)
    told.append(train.end())
    coins = [event.yen for event in told if isinstance(event, CoinInserted)]
    assert sum(coins) <= 10 * sum(15 <= width <= 60 + 1e-9 for width in widths)
    if all(width < 14.9 or 60.1 < width < 119 for width in widths):
        assert coins == []


@pytest.mark.parametrize(
    ("widths", "pulses"),
    [([25] * 9, 9), ([25] * 2, 2), ([25] * 4 + [5], 5), ([70] + [25] * 9, 10), ([2], 1)],
    ids=["one missing of 100", "20 is no coin", "a short one", "a long one", "a glitch"],
)
def test_a_doubtful_train_is_rejected_whole(widths, pulses):
    train = PulseTrain(SETTINGS)
    feed(train, widths, [25] * len(widths))
    assert train.end() == CoinRejected(pulses)


def test_a_coin_right_behind_another_is_another():
    train = PulseTrain(SETTINGS)
    after_s, told = feed(train, [25] * 5, [25] * 4 + [130])
    assert told == []
    _, told = feed(train, [25] * 10, [25] * 10, after_s)
    assert told == [CoinInserted(50)]
    assert train.end() == CoinInserted(100)


def test_a_line_stuck_low_is_rejected_once():
    train = PulseTrain(SETTINGS)
    assert train.edge(False, 0.0) is None
    assert train.running
    assert train.end() == CoinRejected(1)
    assert train.edge(True, 5.0) is None
    assert train.end() is None


def test_a_pulse_of_which_only_one_side_was_seen_spoils_the_train():
    train = PulseTrain(SETTINGS)
    feed(train, [25] * 4, [25] * 4)
    train.edge(True, 0.2)
    assert train.end() == CoinRejected(5)


def test_silence_alone_is_nothing():
    assert PulseTrain(SETTINGS).end() is None
