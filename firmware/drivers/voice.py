"""The voice of the spoken guidance: text to sound offline, and out through ALSA (`aplay`) to the earphone socket.

Open JTalk speaks Japanese (`japanese_speech`), eSpeak NG the rest (docs/decisions/0011). Text goes in and sound comes
out by pipes: nothing of it is in a file or in a command line. What cannot be said is told once to `failed` and
otherwise left unsaid: the screen goes on. Not responsible for what is said (`app.screens.spoken`).
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import shutil
import sys
import wave
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from typing import TYPE_CHECKING

from firmware.devices import DeviceError, DeviceFault, DeviceTimeout, DeviceUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.config import Voice as VoiceConfig

# The names of eSpeak NG's voices; words a minute at its ordinary speed.
VOICES = {"en": "en-gb", "zh": "cmn", "ko": "ko", "pt": "pt-br", "vi": "vi"}
JAPANESE = "ja"
SYNTHESIS_S = 20.0
WAV_BYTES_MAX = 32 << 20
SILENCE_S = 0.05
_STOP = re.compile(r"(?<=[。！？])|(?<=[.!?]\s)")


class Voice:
    """Says one text at a time; a new one takes the place of the one before.

    `failed(error)` is called on the loop with the first `DeviceError` after speech last succeeded.
    """

    def __init__(self, config: VoiceConfig, failed: Callable[[DeviceError], None] = lambda _error: None) -> None:
        self._config = config
        self._failed = failed
        self._japanese: Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._speaking: asyncio.Task[None] | None = None
        self._ailing = False

    def say(self, text: str, lang: str) -> None:
        """Say it, in place of what is being said. Returns at once."""
        self._speaking = asyncio.get_running_loop().create_task(self._instead(self._speaking, text, lang))

    def hush(self) -> None:
        """Say no more of it."""
        if self._speaking is not None:
            self._speaking.cancel()

    @property
    def speaking(self) -> bool:
        """Whether something is being said."""
        return self._speaking is not None and not self._speaking.done()

    async def close(self) -> None:
        """End what is being said, and the process that speaks Japanese."""
        self.hush()
        if self._speaking is not None:
            with suppress(asyncio.CancelledError):
                await self._speaking
        await self._end_japanese()

    async def synthesise(self, text: str, lang: str) -> bytes:
        """Turn `text` into a WAV file, 16 bits mono. Raises `DeviceError`."""
        try:
            async with asyncio.timeout(SYNTHESIS_S):
                return await (self._open_jtalk(text) if lang == JAPANESE else self._espeak(text, lang))
        except TimeoutError as error:
            await self._end_japanese()
            raise DeviceTimeout(f"voice: no sound for a text in {lang} within {SYNTHESIS_S:.0f} s") from error

    async def play(self, wav: bytes) -> None:
        """Play it to its end. Raises `DeviceError`; when cancelled, the sound stops."""
        player = await _start("aplay", "--quiet", f"--device={self._config.device}", "-", output=False)
        try:
            _out, said = await player.communicate(wav)
        finally:
            await _end(player)
        if player.returncode != 0:
            reason = said.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
            raise DeviceUnavailable(
                f"voice.device = {self._config.device!r}: cannot be played to: {reason[0]}. List devices: aplay -L"
            )

    async def check(self) -> None:
        """Turn a word of Japanese and one of English into sound and play a moment of silence; raises `DeviceError`."""
        for lang in ("en", JAPANESE):
            await self.synthesise("1", lang)
        await self.play(_silence())

    async def _instead(self, before: asyncio.Task[None] | None, text: str, lang: str) -> None:
        if before is not None:
            before.cancel()
            with suppress(asyncio.CancelledError):
                await before
        try:
            for sentence in sentences(text):
                await self.play(await self.synthesise(sentence, lang))
            self._ailing = False
        except DeviceError as error:
            if not self._ailing:
                self._failed(error)
            self._ailing = True

    async def _espeak(self, text: str, lang: str) -> bytes:
        words = str(self._config.words_per_min)
        speaker = await _start("espeak-ng", "-v", VOICES[lang], "-s", words, "--stdin", "--stdout")
        try:
            raw, _said = await speaker.communicate(text.encode())
        finally:
            await _end(speaker)
        if speaker.returncode != 0 or not raw:
            raise DeviceFault("espeak_failed")
        return _with_length(raw)

    async def _open_jtalk(self, text: str) -> bytes:
        """Have it spoken by the one process; what nobody waits for any more is fetched all the same, for the order."""
        return await asyncio.shield(asyncio.get_running_loop().create_task(self._exchange(text)))

    async def _exchange(self, text: str) -> bytes:
        async with self._one_at_a_time:
            return await self._ask_japanese(text)

    async def _ask_japanese(self, text: str) -> bytes:
        if self._japanese is None or self._japanese.returncode is not None:
            self._japanese = await _start(sys.executable, "-m", "firmware.drivers.japanese_speech")
        process = self._japanese
        if process.stdin is None or process.stdout is None:
            raise DeviceFault("open_jtalk_failed")
        try:
            process.stdin.write(json.dumps(text).encode() + b"\n")
            await process.stdin.drain()
            size = int.from_bytes(await process.stdout.readexactly(4), "big")
            if size > WAV_BYTES_MAX:
                raise DeviceFault("open_jtalk_failed")
            return await process.stdout.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise DeviceFault("open_jtalk_failed") from error

    async def _end_japanese(self) -> None:
        process, self._japanese = self._japanese, None
        if process is not None:
            await _end(process)


def sentences(text: str) -> list[str]:
    """Cut a text after its stops, so that the first is heard before the last is made."""
    return [part.strip() for part in _STOP.split(text) if part.strip()]


async def _start(program: str, *arguments: str, output: bool = True) -> Process:
    """Start a program with pipes; `output` tells which of its two outputs is read."""
    path = shutil.which(program)
    if path is None:
        raise DeviceUnavailable(f"{program}: is not installed. apt-get install espeak-ng alsa-utils")
    out, said = (PIPE, DEVNULL) if output else (DEVNULL, PIPE)
    return await asyncio.create_subprocess_exec(path, *arguments, stdin=PIPE, stdout=out, stderr=said)


async def _end(process: Process) -> None:
    """See it out; it is killed if it runs still."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


def _with_length(raw: bytes) -> bytes:
    """Write the true length into a WAV that came through a pipe, where its writer could not go back to do so."""
    with wave.open(io.BytesIO(raw)) as written:
        shape = (written.getnchannels(), written.getsampwidth(), written.getframerate())
    return _wav(raw[raw.index(b"data") + 8 :], *shape)


def _silence() -> bytes:
    rate = 16_000
    return _wav(bytes(2 * int(rate * SILENCE_S)), 1, 2, rate)


def _wav(frames: bytes, channels: int, sample_bytes: int, rate: int) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(sample_bytes)
        out.setframerate(rate)
        out.writeframes(frames)
    return held.getvalue()
