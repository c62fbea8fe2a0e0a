"""The buzzer's driver, by what an ear on the pin hears."""

import asyncio

import pytest
from pins_backend_sim import until, until_async

from firmware import config
from firmware.devices import BuzzerPattern
from firmware.drivers.buzzer import PwmBuzzer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def buzzer(pins):
    buzzer = PwmBuzzer(config.Buzzer(), pins)
    yield buzzer
    buzzer.close()


async def test_it_is_silent_until_told(buzzer, pins_backend):
    assert pins_backend.tones() == []


async def test_acknowledge_is_one_short_tone(buzzer, pins_backend):
    buzzer.play(BuzzerPattern.ACKNOWLEDGE)
    await until_async(lambda: len(pins_backend.buzzer.waveform) == 2)
    on, off = pins_backend.tones()
    assert on.hz == 2700
    assert off.duty == 0
    assert off.t - on.t == pytest.approx(0.08, abs=0.06)


async def test_the_alarm_goes_on_until_told_otherwise(buzzer, pins_backend):
    buzzer.play(BuzzerPattern.ALARM)
    await asyncio.sleep(1.9)
    heard = pins_backend.buzzer.heard(1.9)
    assert (heard.beeps, heard.tone_s) == (3, pytest.approx(0.4, abs=0.1))
    buzzer.play(BuzzerPattern.SILENT)
    await until_async(lambda: not pins_backend.buzzer.sounding)
    before = len(pins_backend.buzzer.waveform)
    await asyncio.sleep(0.6)  # that nothing comes can only be waited for
    assert len(pins_backend.buzzer.waveform) == before


async def test_the_loud_alarm_is_louder_without_a_pause(buzzer, pins_backend):
    buzzer.play(BuzzerPattern.ALARM)
    buzzer.play(BuzzerPattern.ALARM_LOUD)
    await until_async(lambda: len(pins_backend.buzzer.waveform) >= 4)
    soft, loud, other, *_ = pins_backend.tones()
    assert loud.duty > soft.duty
    assert loud.hz != other.hz
    assert pins_backend.buzzer.heard(0.4).pause_s == 0


async def test_playing_the_same_alarm_again_keeps_its_rhythm(buzzer, pins_backend):
    buzzer.play(BuzzerPattern.ALARM)
    for _ in range(8):
        await asyncio.sleep(0.05)
        buzzer.play(BuzzerPattern.ALARM)
    await until_async(lambda: len(pins_backend.buzzer.waveform) == 2)
    on, off = pins_backend.tones()
    assert off.t - on.t == pytest.approx(0.4, abs=0.1)


async def test_the_first_tone_starts_before_play_returns(buzzer, pins_backend):
    buzzer.play(BuzzerPattern.REMIND)
    until(lambda: pins_backend.buzzer.sounding)  # blocks this loop: what the board hears was sent by the call itself


async def test_closing_silences(buzzer, pins_backend):
    buzzer.play(BuzzerPattern.ALARM_LOUD)
    buzzer.play(BuzzerPattern.SILENT)
    await until_async(lambda: pins_backend.buzzer.waveform and not pins_backend.buzzer.sounding)


async def test_the_ear_describes_what_it_heard(buzzer, pins_backend):
    assert str(pins_backend.buzzer.heard(1)) == "silence"
    buzzer.play(BuzzerPattern.REMIND)
    await until_async(lambda: len(pins_backend.buzzer.waveform) == 4)
    heard = pins_backend.buzzer.heard(1)
    assert (heard.beeps, heard.hz) == (2, 2700)
    assert heard.pause_s == pytest.approx(0.15, abs=0.06)
    assert str(heard) == f"2 tones of {heard.tone_s:.2f} s at 2700 Hz, {heard.pause_s:.2f} s apart"
