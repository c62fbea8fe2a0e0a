"""A drawn panel with what it was drawn from, for tests and bench."""

from dataclasses import dataclass

import numpy as np

from hub.scramble.compression import Kind
from hub.scramble.panel import Panel, draw_panel
from hub.scramble.profile import Profile

DOCUMENT_ID = "0123456789abcdef" * 2
KEY_ID = 7
KEY = bytes(range(32))
SITE = "https://inquiry.example.jp/"


@dataclass(frozen=True)
class Sheet:
    """`dots`: (rows, columns), 1 = black."""

    page: bytes
    panel: Panel
    dots: np.ndarray


def sheet_of(  # noqa: PLR0917
    page, width_dots, profile=Profile.STANDARD, key=KEY, key_id=KEY_ID, kind=Kind.JBIG1
):
    """Draw a page's panel; compressed by JBIG1 unless told otherwise, so that it fills a panel of profile S."""
    panel = draw_panel(page, width_dots, DOCUMENT_ID, key_id, key, profile, SITE, kind=kind)
    return Sheet(page, panel, np.unpackbits(np.frombuffer(panel.dots, np.uint8)).reshape(panel.rows, width_dots))
