"""Judge a scanned test chart: which profile this head, paper and scanner bear.

D where every dense panel was read whole in the first round, and sharply: what later rounds can repair is kept for
folds, stains and worse scanners. Not responsible for drawing (`hub/scramble/chart.py`).
"""

from dataclasses import dataclass

from hub.scramble.chart import ADDRESS, KEY, panels
from hub.scramble.opened import open_payload
from hub.scramble.profile import Profile
from hub.scramble.reading.arrays import Grey
from hub.scramble.reading.outcome import Payload, Unreadable
from hub.scramble.reading.read import read_every

_SHARP = 0.94  # simulated: good prints 0.95 to 0.98, worn ones to 0.92, which fail in scans of 200 dpi
_LETTERS = {Profile.STANDARD: "S", Profile.DENSE: "D"}


@dataclass(frozen=True, slots=True)
class ReadPanel:
    """One panel: its profile's letter, whether it was read, in how many rounds, pixels a dot and sharpness."""

    profile: str
    read: bool
    rounds: int
    pixels_a_dot: float
    sharpness: float
    reason: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """`profile`: `D`, `S`, `none` (not even S was read) or `no_chart`."""

    profile: str
    panels: tuple[ReadPanel, ...]


def judge_chart(grey: Grey) -> Judged:
    """Read all panels of a chart in a grey scan."""
    drawn = panels()
    found = {
        each.label.key_id: _told(each)
        for each in read_every(grey)
        if each.label is not None and drawn.get(each.label.key_id) is each.label.profile and _of_a_chart(each)
    }
    return Judged(_profile(found, drawn), tuple(found[key_id] for key_id in sorted(found)))


def _profile(found: dict[int, ReadPanel], drawn: dict[int, Profile]) -> str:
    if not found:
        return "no_chart"
    standard = [found[key_id] for key_id in drawn if drawn[key_id] is Profile.STANDARD and key_id in found]
    dense = [found.get(key_id) for key_id in drawn if drawn[key_id] is Profile.DENSE]
    if not any(panel.read for panel in standard):
        return "none"
    return "D" if all(panel is not None and _well_read(panel) for panel in dense) else "S"


def _well_read(panel: ReadPanel) -> bool:
    return panel.read and panel.rounds == 1 and panel.sharpness >= _SHARP


def _of_a_chart(each: Payload | Unreadable) -> bool:
    """Whether it is a chart's panel, as far as can be told: what could not be read has only its label."""
    if isinstance(each, Unreadable):
        return True
    named = each.label.key_id
    return (
        each.site_address == ADDRESS and open_payload(each.data, each.label.width_dots, {named: KEY}, named) is not None
    )


def _told(each: Payload | Unreadable) -> ReadPanel:
    letter = _LETTERS[each.label.profile] if each.label is not None else ""
    reason = each.reason.value if isinstance(each, Unreadable) else None
    reading = each.reading
    return ReadPanel(letter, reason is None, reading.rounds, reading.pixels_a_dot, reading.sharpness, reason)
