"""The voice: real sound from the installed programs, and a clear error where there is no sound device."""

from __future__ import annotations

import asyncio
import io
import os
import wave
from pathlib import Path

import numpy as np
import pytest

from firmware.app.screens import pages, spoken, texts
from firmware.config import Voice as VoiceConfig
from firmware.devices import DeviceError, DeviceUnavailable
from firmware.drivers.voice import Voice, sentences
from firmware.roles.doctor import voice as doctor
from firmware.roles.doctor.finding import Mark

TEXTS = texts.load()
NOWHERE = VoiceConfig(device="no_such_card")


def _player(folder: Path, script: str) -> str:
    """Put an `aplay` before the real one; returns the search path."""
    program = folder / "aplay"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def _heard(wav: bytes) -> tuple[float, float, bytes]:
    """Return length in s, the share of loud samples, and the frames."""
    with wave.open(io.BytesIO(wav)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        frames = sound.readframes(sound.getnframes())
        length_s = sound.getnframes() / sound.getframerate()
    samples = np.abs(np.frombuffer(frames, dtype="<i2").astype(int))
    return length_s, float((samples > 500).mean()), frames


def test_each_language_speaks_what_the_page_shows_and_sounds_of_its_own():
    async def scenario():
        voice = Voice(NOWHERE)
        heard = {}
        for lang, loaded in TEXTS.items():
            text = spoken.whole(pages.take_card(loaded), private=False)
            wav = await voice.synthesise(text, lang)
            length_s, loud, frames = _heard(wav)
            assert 2 < length_s < 25, lang
            assert loud > 0.2, lang
            heard[lang] = frames
        await voice.close()
        assert len(set(heard.values())) == len(TEXTS)

    asyncio.run(scenario())


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_longer_text_sounds_longer_and_answers_keep_their_order(lang):
    async def scenario():
        voice = Voice(NOWHERE)
        short, long = "1", "1、2、3、4、5、6、7、8、9、10"
        first, second = await asyncio.gather(voice.synthesise(long, lang), voice.synthesise(short, lang))
        await voice.close()
        assert _heard(first)[0] > 2 * _heard(second)[0]

    asyncio.run(scenario())


def test_a_text_nobody_waits_for_any_more_is_not_taken_for_the_next_one():
    async def scenario():
        voice = Voice(NOWHERE)
        alone = await voice.synthesise("はい", "ja")
        given_up = asyncio.ensure_future(voice.synthesise("証明書の種類を選んでください", "ja"))
        await asyncio.sleep(0)
        given_up.cancel()
        after = await voice.synthesise("はい", "ja")
        await voice.close()
        assert abs(len(after) - len(alone)) < len(alone) / 10

    asyncio.run(scenario())


def test_the_sound_goes_to_the_player_of_the_device_and_not_to_a_file(tmp_path, monkeypatch):
    played = tmp_path / "played"
    monkeypatch.setenv("PATH", _player(tmp_path, f'echo "$@" > {played}.arguments; cat > {played}'))

    async def scenario():
        voice = Voice(VoiceConfig(device="plughw:1,0"))
        wav = await voice.synthesise("Take your card.", "en")
        await voice.play(wav)
        await voice.close()
        return wav

    assert asyncio.run(scenario()) == played.read_bytes()
    arguments = Path(f"{played}.arguments").read_text(encoding="utf-8")
    assert "plughw:1,0" in arguments
    assert "card" not in arguments


def test_a_new_text_takes_the_place_of_the_one_being_said(tmp_path, monkeypatch):
    begun = tmp_path / "begun"
    monkeypatch.setenv("PATH", _player(tmp_path, f"cat > /dev/null; echo said >> {begun}; exec sleep 60"))

    async def until_begun(times: int) -> None:
        async with asyncio.timeout(20):
            while not begun.exists() or begun.read_text(encoding="utf-8").count("said") < times:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def scenario():
        voice = Voice(VoiceConfig(device="default"))
        voice.say("Please take your card.", "en")
        await until_begun(1)
        voice.say("Thank you.", "en")
        await until_begun(2)
        await voice.close()

    asyncio.run(scenario())


def test_without_a_sound_device_the_error_names_it_once_and_speech_is_given_up():
    async def scenario():
        told: list[DeviceError] = []
        heard = asyncio.Event()
        voice = Voice(NOWHERE, lambda error: (told.append(error), heard.set()))
        voice.say("One.", "en")
        await asyncio.wait_for(heard.wait(), 20)
        with pytest.raises(DeviceUnavailable, match=r"voice\.device = 'no_such_card'.*aplay -L"):
            await voice.play(await voice.synthesise("Two.", "en"))
        voice.say("Three.", "en")
        await voice._speaking
        await voice.close()
        assert len(told) == 1

    asyncio.run(scenario())


def test_a_program_that_is_not_installed_is_named_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceUnavailable, match=r"espeak-ng: is not installed\. apt-get install"):
        asyncio.run(Voice(NOWHERE).synthesise("One.", "en"))


def test_the_doctor_warns_and_does_not_fail():
    async def scenario():
        nothing = await doctor.check(VoiceConfig())
        wrong = await doctor.check(NOWHERE)
        assert (nothing.mark, wrong.mark) == (Mark.OK, Mark.WARN)
        assert "no_such_card" in wrong.found

    asyncio.run(scenario())


def test_a_text_is_cut_after_its_stops_and_amounts_stay_whole():
    assert sentences("カードをお取りください。次へ。") == ["カードをお取りください。", "次へ。"]
    assert sentences("Fee 4.000. Is this right? Yes.") == ["Fee 4.000.", "Is this right?", "Yes."]
