"""The patterns of buzzer and light, read from `buzzer_patterns.toml` and checked: data, not code.

Not responsible for playing them (`buzzer.py`).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from firmware.devices import BuzzerPattern

FILE = Path(__file__).with_name("buzzer_patterns.toml")
SHORTEST_ROUND_MS = 200  # a pattern that repeats faster is a hum


class PatternError(Exception):
    """The file of patterns cannot be used; the text names the pattern, the cause and the remedy."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A tone at `pitch` times the buzzer's own frequency, or silence (`duty` 0), and the light, for `ms`."""

    ms: Annotated[int, Meta(ge=20, le=60_000)]
    duty: Annotated[float, Meta(ge=0, le=50)] = 0.0
    pitch: Annotated[float, Meta(ge=0.5, le=2)] = 1.0
    light: bool = False


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Steps, once or again and again."""

    steps: tuple[Step, ...]
    repeats: bool


def load(path: Path = FILE) -> dict[BuzzerPattern, Pattern]:
    """Return every pattern; `PatternError`."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        patterns = msgspec.convert(raw, dict[BuzzerPattern, Pattern])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise PatternError(f"{path}: cannot be used: {error}. Compare it with the one of the package.") from error
    for name in BuzzerPattern:
        if name not in patterns:
            raise PatternError(f"{path}: {name}: is missing. Add a table [{name}].")
        if fault := _fault(name, patterns[name]):
            raise PatternError(f"{path}: {name}: {fault}.")
    return patterns


def _fault(name: BuzzerPattern, pattern: Pattern) -> str:
    """Return what is wrong with a pattern, empty when nothing is."""
    sounds = any(step.duty for step in pattern.steps)
    if name is BuzzerPattern.SILENT:
        return "must have no steps" if pattern.steps else ""
    if not sounds:
        return "makes no sound. Give a step a duty above 0"
    if pattern.repeats and sum(step.ms for step in pattern.steps) < SHORTEST_ROUND_MS:
        return f"repeats in less than {SHORTEST_ROUND_MS} ms. Add steps or make them longer"
    if name in {BuzzerPattern.ALARM, BuzzerPattern.ALARM_LOUD} and not pattern.repeats:
        return "an alarm must go on until it is ended. Set repeats = true"
    return ""
