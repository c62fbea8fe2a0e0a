"""The signed code's text in a picture, whichever way round it lies.

Not responsible for what it says nor for who signed it (`hub/signed_code`).
"""

from typing import Any

import cv2
import zxingcpp
from numpy.typing import NDArray

from hub.signed_code.content import PREFIX

_reader: Any = zxingcpp  # its types refuse one format alone
_MOST_SIDE_PIXELS = 6000
_SIDES_PIXELS = (0, 2400, 4800)  # 0: as it came
_LONGEST_TEXT = 1000


def find_code(picture: NDArray[Any]) -> str | None:
    """Return the text of the first signed code (`KC1:…`), or None."""
    longest = max(picture.shape)
    for side in _SIDES_PIXELS:
        if (side or longest) > _MOST_SIDE_PIXELS:
            continue
        factor = (side or longest) / longest
        seen = picture if not side else cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        for each in _reader.read_barcodes(seen, zxingcpp.BarcodeFormat.QRCode):
            if each.text.startswith(PREFIX) and len(each.text) <= _LONGEST_TEXT:
                return each.text
    return None
