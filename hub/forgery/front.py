"""What is printed for a page: its dots as the municipality signed them, the background, and the signed code.

From the layers record alone, as the clerk does it; for pictures of issued documents. Source: `docs/reference/
hub-protocol.md`, "The layers of the centre".
"""

from typing import Any

import numpy as np

from hub.forgery.background import Background, drawn_over, unpacked
from hub.forgery.printable import printable
from hub.signed_code.symbol import Symbol, dots_of


def printed_pages(pages: list[bytes], width_dots: int, layers: dict[str, Any]) -> list[bytes]:
    """Return the pages' dots as they come out of the printer; the code stands on the first one."""
    code = layers.get("signed_code", {"kind": "none"})
    first: dict[str, Any] = {} if code["kind"] == "none" else code
    return [_printed(page, width_dots, layers, first if number == 0 else {}) for number, page in enumerate(pages)]


def _printed(page: bytes, width_dots: int, layers: dict[str, Any], code: dict[str, Any]) -> bytes:
    if code:
        left, top, side = code["left_dots"], code["top_rows"], code["side_dots"]
        clear = ((left, top, side, side),)
    else:
        left = top = side = 0
        clear = ()
    background = layers["background"]
    if background["kind"] == "dots":
        across, down = background["coarse_pitch"]
        drawn = Background(
            layers["document_id"],
            background["seed"],
            background["fine_pitch"],
            (across, down),
            background["quiet_dots"],
            clear,
        )
        page = printable(page, drawn_over(page, width_dots, drawn), width_dots)
    dots = unpacked(page, width_dots).copy()
    if code:
        dots[top : top + side, left : left + side] |= dots_of(Symbol(code["modules"], code["bits"]), side)
    return np.packbits(dots, axis=1).tobytes()
