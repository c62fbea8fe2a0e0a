"""The test chart: panels of known content under a key that everybody knows, to see which profile a head prints.

One panel of profile S and two of profile D below it, the head's width. Not responsible for printing it (a kiosk does:
`kiosk test-chart`) nor for judging a scan (`reading/chart.py`). Format: `docs/reference/scramble.md`, "Test chart".
"""

from dataclasses import dataclass
from math import ceil

from hub.scramble import shuffle
from hub.scramble.compression import Kind
from hub.scramble.panel import draw_panel
from hub.scramble.profile import Profile

KEY = bytes(32)  # no secret: a chart proves nothing but what a head prints
ADDRESS = "https://chart.invalid/"
_PANELS = ((0, Profile.STANDARD, 5400), (1, Profile.DENSE, 2600), (2, Profile.DENSE, 2600))
_SEED = 0x4348415254
_DOCUMENT = "test-chart"


@dataclass(frozen=True, slots=True)
class Chart:
    """Dots of a chart: rows top to bottom, `width_dots / 8` bytes a row, most significant bit left, 1 = black."""

    dots: bytes
    width_dots: int

    def pbm(self) -> bytes:
        """Give the picture as a file (PBM, P4)."""
        return b"P4\n%d %d\n" % (self.width_dots, len(self.dots) * 8 // self.width_dots) + self.dots


def draw_chart(width_dots: int) -> Chart:
    """Draw the chart for a head; the same dots every time."""
    dots = b""
    for key_id, profile, content_bytes in _PANELS:
        page = _page(width_dots, content_bytes, key_id)
        dots += draw_panel(page, width_dots, _DOCUMENT, key_id, KEY, profile, ADDRESS, kind=Kind.JBIG1).dots
    return Chart(dots, width_dots)


def panels() -> dict[int, Profile]:
    """Give the profiles that were drawn, by the key ids that tell the panels apart."""
    return {key_id: profile for key_id, profile, _ in _PANELS}


def _page(width_dots: int, content_bytes: int, number: int) -> bytes:
    """Give dots that no compression shortens."""
    width = width_dots // 8
    count = ceil(content_bytes / width) * width
    return shuffle.words(ceil(count / 8), _SEED + number).tobytes()[:count]
