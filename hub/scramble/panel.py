"""Draw the panel: the scrambled image of one page as dots for the printer.

Not responsible for texts beside it: the panel begins with 6 mm of white so that a heading may stand above.
Format: `docs/reference/scramble.md`.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from hub.scramble import shuffle
from hub.scramble.bullseye import SIDE_DOTS, bullseye
from hub.scramble.code import BlockCode, blocks_for, encode, fitted
from hub.scramble.compression import Kind
from hub.scramble.label import SLOTS, UNIT_BYTES, Label, label_modules, label_text, symbol_version
from hub.scramble.layout import (
    LABEL_MODULE_DOTS,
    Frame,
    Layout,
    label_side,
    layout,
    least_height,
    least_width,
    smallest_frame,
)
from hub.scramble.payload import Page, seal_page
from hub.scramble.profile import Profile, profile_for

QUIET_ABOVE_ROWS = 48  # 6 mm
QUIET_BELOW_ROWS = 16
_FILL_SEED = 0x46494C4C
_WIDE_HEAD = 1000
_NARROW_MARGIN, _WIDE_MARGIN = 8, 32  # a scanner's bed is hardly wider than an A4 strip


@dataclass(frozen=True, slots=True)
class Panel:
    """Dots of a drawn panel (`rows` of the head's width, most significant bit left, 1 = black) and what it carries."""

    dots: bytes
    rows: int
    profile: Profile
    payload_bytes: int
    frame: Frame


def draw_panel(  # noqa: PLR0917 - the order in which the issuing path has them
    page_bits: bytes,
    width_dots: int,
    document_id: str,
    key_id: int,
    key: bytes,
    profile: Profile,
    site_address: str,
    page: tuple[int, int] = (1, 1),
    kind: Kind = Kind.MIXED_2,
    *,
    low: bool = True,
) -> Panel:
    """Draw the panel of one page; the same page and key give the same dots.

    `page_bits`: rows of `width_dots / 8` bytes; `key`: 32 bytes, `key_id`: 0 … 65535; `page`: number and of how many;
    `kind`: the compression to try; `low`: take the low layout where the other cannot be as short as the payload.
    Raises ValueError for sizes that do not fit, BadAddress for an address that no label can hold.
    """
    if width_dots % 8 or len(page_bits) % (width_dots // 8) or not page_bits:
        raise ValueError(f"{len(page_bits)} bytes are no page of {width_dots} dots")
    sealed = seal_page(Page(page_bits, width_dots, document_id, *page), key, bound_bytes(width_dots, key_id), kind)
    profile = profile_for(profile, len(sealed))
    units = ceil(len(sealed) / UNIT_BYTES)
    code = blocks_for(units * UNIT_BYTES, profile.value.rate)
    label = Label(profile, width_dots, 0, units, key_id)
    side = label_side(symbol_version(len(label_text(label, site_address).encode())))
    dots_a_bit = profile.value.module_rows * profile.value.module_columns
    frame = _frame(grid_width(width_dots), side, code.blocks * code.transmitted_bits * dots_a_bit, low=low)
    label = Label(profile, width_dots, frame.height, units, key_id, low=frame.low)
    plan = layout(frame, profile)
    grid = _draw_modules(plan, _spread_bits(sealed, fitted(code, plan.order.size), plan))
    _draw_marks(grid, frame, label, site_address)
    margin = (width_dots - frame.width) // 2
    sheet = np.pad(grid, ((QUIET_ABOVE_ROWS, QUIET_BELOW_ROWS), (margin, margin)))
    return Panel(np.packbits(sheet, axis=1).tobytes(), sheet.shape[0], profile, len(sealed), frame)


def _frame(width: int, side: int, data_dots: int, *, low: bool) -> Frame:
    """Choose the layout: labels in the corners, or in one row where that is lower than corners can be."""
    if low and width >= least_width(side, low=True):
        frame = smallest_frame(width, side, data_dots, low=True)
        if frame.height < least_height(side):
            return frame
    return smallest_frame(width, side, data_dots)


def grid_width(width_dots: int) -> int:
    """Width of the grid on a head; the rest is white at both sides."""
    return width_dots - 2 * (_NARROW_MARGIN if width_dots < _WIDE_HEAD else _WIDE_MARGIN)


def bound_bytes(width_dots: int, key_id: int) -> bytes:
    """Give what is authenticated beside the payload's own header."""
    return b"panel" + width_dots.to_bytes(2) + key_id.to_bytes(2)


def _spread_bits(sealed: bytes, code: BlockCode, plan: Layout) -> NDArray[np.uint8]:
    """Bits in the order of the shuffled modules: the blocks' first bits, their second bits, …, filling."""
    coded = encode(sealed, code).T.ravel()
    return np.concatenate((coded, shuffle.bits(plan.order.size - coded.size, _FILL_SEED)))


def _draw_modules(plan: Layout, bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    modules = plan.value.copy()
    modules.ravel()[plan.order] = bits
    return modules.repeat(plan.module[0], axis=0).repeat(plan.module[1], axis=1)


def _draw_marks(grid: NDArray[np.uint8], frame: Frame, label: Label, site_address: str) -> None:
    for index, (x, y) in enumerate(frame.bullseyes):
        grid[y : y + SIDE_DOTS, x : x + SIDE_DOTS] = bullseye(inverted=index == 0)
    for slot, (x, y) in zip(range(SLOTS), frame.labels, strict=True):
        modules = label_modules(label_text(label.at(slot), site_address))
        symbol = modules.repeat(LABEL_MODULE_DOTS, axis=0).repeat(LABEL_MODULE_DOTS, axis=1)
        gap = (frame.label_side - symbol.shape[0]) // 2
        grid[y + gap : y + gap + symbol.shape[0], x + gap : x + gap + symbol.shape[1]] = symbol
