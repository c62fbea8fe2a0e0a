"""Patterns as data: what the pins did is compared with the file, and a file that makes no sense is refused."""

import asyncio
import json
import tomllib
from itertools import accumulate, pairwise
from xml.etree import ElementTree as ET

import pytest
from pins_backend_sim import until_async

from firmware import config
from firmware.devices import BuzzerPattern
from firmware.drivers import buzzer_patterns
from firmware.drivers.buzzer import PwmBuzzer
from firmware.drivers.buzzer_patterns import PatternError
from sim_hw.pins import light, waveform

pytestmark = pytest.mark.anyio
DATA = tomllib.loads(buzzer_patterns.FILE.read_text(encoding="utf-8"))  # not through the reader under test
HZ = 2700
LATE_S = 0.06


def expected(name):
    """Return (start, duty, hz, light) of each step, and the silence after one that does not repeat."""
    steps = DATA[name]["steps"]
    starts = accumulate((step["ms"] / 1000 for step in steps), initial=0.0)
    shown = [(step.get("duty", 0), HZ * step.get("pitch", 1.0), step.get("light", False)) for step in steps]
    if not DATA[name]["repeats"]:
        shown.append((0, 0, False))
    return [(start, *rest) for start, rest in zip(starts, shown, strict=False)]


@pytest.fixture
async def buzzer(pins):
    buzzer = PwmBuzzer(config.Buzzer(hz=HZ, light_pin=light.PIN), pins)
    yield buzzer
    buzzer.close()


@pytest.mark.parametrize("name", [name for name in DATA if DATA[name]["steps"]])
async def test_the_pins_do_what_the_file_says(buzzer, pins_backend, name):
    steps = expected(name)
    buzzer.play(BuzzerPattern(name))
    changes = [after for before, after in pairwise([(0, 0, 0, False), *steps]) if (before[1:3]) != (after[1:3])]
    sounds = [step for step in changes if step[1] or step is not changes[0]]
    await until_async(lambda: len(pins_backend.buzzer.waveform) >= len(sounds))
    heard = pins_backend.buzzer.waveform[: len(sounds)]
    began = heard[0].t
    for tone, (start, duty, hz, _) in zip(heard, sounds, strict=True):
        assert tone.t - began == pytest.approx(start, abs=LATE_S)
        assert tone.duty == duty
        assert tone.hz == pytest.approx(hz) or not duty
    lit = [after for before, after in pairwise([(0, 0, 0, False), *steps]) if before[3] != after[3]]
    await until_async(lambda: len(pins_backend.light.waveform) >= len(lit))
    for seen, (start, _, _, on) in zip(pins_backend.light.waveform, lit, strict=False):
        assert seen.t - began == pytest.approx(start, abs=LATE_S)
        assert seen.on == on


async def test_what_repeats_begins_again_after_its_last_step(buzzer, pins_backend):
    round_s = sum(step["ms"] for step in DATA["alarm"]["steps"]) / 1000
    buzzer.play(BuzzerPattern.ALARM)
    await until_async(lambda: len(pins_backend.buzzer.waveform) >= 5)
    first, _, second, _, third = pins_backend.buzzer.waveform[:5]
    assert second.t - first.t == pytest.approx(round_s, abs=LATE_S)
    assert third.t - second.t == pytest.approx(round_s, abs=LATE_S)


async def test_silence_is_dark_too(buzzer, pins_backend):
    buzzer.play(BuzzerPattern.ALARM_LOUD)
    await until_async(lambda: pins_backend.light.on)
    buzzer.play(BuzzerPattern.SILENT)
    await until_async(lambda: not pins_backend.light.on and not pins_backend.buzzer.sounding)


async def test_without_a_light_only_the_buzzer_plays(pins, pins_backend):
    buzzer = PwmBuzzer(config.Buzzer(hz=HZ), pins)
    buzzer.play(BuzzerPattern.ALARM)
    await until_async(lambda: pins_backend.buzzer.sounding)
    await asyncio.sleep(0.1)
    buzzer.close()
    assert pins_backend.light.waveform == []


async def test_the_waveform_is_saved_for_programs_and_for_eyes(buzzer, pins_backend, tmp_path):
    buzzer.play(BuzzerPattern.ACKNOWLEDGE)
    await until_async(lambda: len(pins_backend.buzzer.waveform) == 2)
    waveform.save(tmp_path / "signals", pins_backend.buzzer.waveform, pins_backend.light.waveform)
    saved = json.loads((tmp_path / "signals.json").read_text())
    on, off = saved["buzzer"]
    assert (on["t_s"], on["duty"], off["duty"]) == (0, DATA["acknowledge"]["steps"][0]["duty"], 0)
    assert off["t_s"] == pytest.approx(DATA["acknowledge"]["steps"][0]["ms"] / 1000, abs=LATE_S)
    drawing = ET.parse(tmp_path / "signals.svg").getroot()  # noqa: S314 - just written here
    assert len(drawing.findall("{http://www.w3.org/2000/svg}polyline")) == 2


def test_nothing_done_is_saved_as_nothing(tmp_path):
    waveform.save(tmp_path / "signals", [], [])
    assert json.loads((tmp_path / "signals.json").read_text()) == {"buzzer": [], "light": []}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[silent]", "[quiet]"), "Invalid enum value 'quiet'"),
        (("steps = []", "steps = [{ ms = 100 }]"), "silent: must have no steps"),
        (("ms = 80, duty = 8", "ms = 80"), "acknowledge: makes no sound"),
        (("ms = 80", "ms = 0"), "ms"),
        (("ms = 80", "length = 80"), "unknown field `length`"),
        (("duty = 8 }]", "duty = 80 }]"), "duty"),
        (("pitch = 0.8", "pitch = 8"), "pitch"),
        (("repeats = true\nsteps = [{ ms = 400", "repeats = false\nsteps = [{ ms = 400"), "alarm: an alarm must go on"),
        (("light = true }, { ms = 400 }", "light = true }"), None),
        (("{ ms = 400, duty = 20, light = true }, { ms = 400 }", "{ ms = 100, duty = 20 }"), "repeats in less than"),
        (("[remind]", "[remind"), "Compare it with the one of the package"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_file_without_sense_is_refused_with_the_pattern_s_name(tmp_path, change, told):
    text = buzzer_patterns.FILE.read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "patterns.toml"
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    if told is None:  # a shorter alarm is still one
        assert len(buzzer_patterns.load(path)[BuzzerPattern.ALARM].steps) == 1
        return
    with pytest.raises(PatternError, match=told):
        buzzer_patterns.load(path)


def test_a_missing_pattern_is_named(tmp_path):
    text = buzzer_patterns.FILE.read_text(encoding="utf-8")
    path = tmp_path / "patterns.toml"
    path.write_text(text[: text.index("[alarm_loud]")], encoding="utf-8")
    with pytest.raises(PatternError, match="alarm_loud: is missing"):
        buzzer_patterns.load(path)
