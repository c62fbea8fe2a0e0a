"""Whether fine and coarse dots are equally dark in a scan, as they were printed: what makes 複写 appear in a copy.

Theory of operation: both kinds were chosen to hold equal ink. A copier blurs and then cuts off light grey, which takes
more from a lone dot than from a square of four. Measured over areas, so it needs the page's place and no sharp dots.
Source: `docs/reference/background.md`, "Detection".
"""

import cv2
import numpy as np

from hub.forgery.background import letters_plane
from hub.forgery.lattice import Lattice
from hub.forgery.mark import Place

AREA_DOTS = 96
RIM_DOTS = 8
LEAST_DOTS = 600
_PAPER_PERCENTILE = 25  # of the area of coarse dots, half of which is bare


def balance(lattice: Lattice, place: Place, width_dots: int) -> float | None:
    """Return ink of fine over ink of coarse dots, the median over places that have both; None if there is none."""
    rows, columns = lattice.dark.shape
    top, left = place.row * lattice.pitch, place.column * lattice.pitch
    letters = np.zeros((rows, columns), np.uint8)
    page = letters_plane(max(top + rows, 1), width_dots)
    page = page[max(top, 0) : top + rows, max(left, 0) : left + columns]
    on_page = np.zeros((rows, columns), np.uint8)
    at = np.s_[max(-top, 0) : max(-top, 0) + page.shape[0], max(-left, 0) : max(-left, 0) + page.shape[1]]
    letters[at], on_page[at] = page, 1
    rim = np.ones((2 * RIM_DOTS + 1,) * 2, np.uint8)
    blank = lattice.blank > 0
    coarse = (cv2.erode(letters, rim) > 0) & blank
    fine = (cv2.dilate(letters, rim) == 0) & (cv2.erode(on_page, rim, borderValue=0) > 0) & blank
    found: list[float] = []
    for y in range(0, rows, AREA_DOTS):
        for x in range(0, columns, AREA_DOTS):
            area = np.s_[y : y + 2 * AREA_DOTS, x : x + 2 * AREA_DOTS]
            dark, one, other = lattice.dark[area], fine[area], coarse[area]
            if min(np.count_nonzero(one), np.count_nonzero(other)) >= LEAST_DOTS:
                paper = float(np.percentile(dark[other], _PAPER_PERCENTILE))
                ink = float(dark[other].mean()) - paper
                if ink > 0:
                    found.append((float(dark[one].mean()) - paper) / ink)
    return float(np.median(found)) if found else None
