"""What buzzer and light did, as a file: JSON for programs, SVG for eyes.

Not responsible for recording it (`buzzer.py`, `light.py`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim_hw.pins.buzzer import Tone
    from sim_hw.pins.light import Lit

_WIDTH, _HEIGHT, _MARGIN = 1000, 200, 20
_LOUDEST = 50.0


def save(path: Path, tones: Sequence[Tone], lit: Sequence[Lit]) -> None:
    """Write `path` with the suffixes .json and .svg; times in seconds from the first change."""
    start = min((change.t for change in (*tones, *lit)), default=0.0)
    buzzer = [{"t_s": round(tone.t - start, 4), "hz": tone.hz, "duty": tone.duty} for tone in tones]
    light = [{"t_s": round(each.t - start, 4), "on": each.on} for each in lit]
    path.with_suffix(".json").write_text(json.dumps({"buzzer": buzzer, "light": light}, indent=1) + "\n")
    path.with_suffix(".svg").write_text(_svg(start, tones, lit))


def _svg(start: float, tones: Sequence[Tone], lit: Sequence[Lit]) -> str:
    span_s = max((change.t - start for change in (*tones, *lit)), default=0.0) + 0.5
    loud = [(tone.t - start, tone.duty / _LOUDEST) for tone in tones]
    bright = [(each.t - start, float(each.on)) for each in lit]
    room = (_HEIGHT - 3 * _MARGIN) // 2
    ticks = "".join(
        f'<text x="{_x(tick * span_s / 10, span_s):.1f}" y="{_HEIGHT - 4}">{tick * span_s / 10:.1f} s</text>'
        for tick in range(10)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif"'
        f' font-size="11"><rect width="100%" height="100%" fill="white"/>'
        f'<text x="4" y="14">buzzer, loudness</text>{_curve(loud, span_s, _MARGIN + room, room, "#1f5fbf")}'
        f'<text x="4" y="{2 * _MARGIN + room - 6}">light</text>'
        f"{_curve(bright, span_s, 2 * _MARGIN + 2 * room, room, '#bf6a1f')}{ticks}</svg>\n"
    )


def _curve(steps: Sequence[tuple[float, float]], span_s: float, floor: int, room: int, colour: str) -> str:
    """Draw steps of (seconds, height 0 to 1) as a curve over `floor`."""
    points, last = [(0.0, 0.0)], 0.0
    for t_s, height in steps:
        points += [(t_s, last), (t_s, height)]
        last = height
    points.append((span_s, last))
    drawn = " ".join(f"{_x(t_s, span_s):.1f},{floor - height * room * 0.8:.1f}" for t_s, height in points)
    return f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _x(t_s: float, span_s: float) -> float:
    return _MARGIN + t_s / span_s * (_WIDTH - 2 * _MARGIN)
