"""The label: the small QR code, printed four times, that says how the grid is to be read and where.

Its text is the inquiry site's address, `#S` and ten characters: 60 bits with a check sum. A phone opens the site, the
part after `#` stays in the browser. Not responsible for where the labels stand (`layout.py`).
Format: `docs/reference/scramble.md`, "Label".
"""

import base64
import binascii
import re
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import segno
from numpy.typing import NDArray

from hub.scramble.profile import Profile, profile_of_number

SLOTS = 4  # upper left, upper right, lower left, lower right
UNIT_BYTES = 128
KEY_ID_MAX = 0xFFFF
_FIELDS = ("slot", "profile", "width_units", "payload_units", "row_units", "key_id")
_BITS = (2, 4, 8, 10, 10, 16)
_SUM_BITS = 10
_LOW = 8  # added to the profile's number: the low layout
_TEXT = re.compile(r"(?P<address>https?://[^#]+)#S(?P<code>[A-Za-z0-9_-]{10})", re.ASCII)
_CODE_BYTES = 8
_ROW_UNIT = 8
_BYTE_CAPACITY_M = {2: 26, 3: 42, 4: 62, 5: 84, 6: 106}  # ISO/IEC 18004, table 7, error correction level M


class BadAddress(ValueError):
    """The inquiry site's address cannot be put into a label."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label. `payload_units` of 128 bytes; `rows` of the grid in dots, a multiple of 8; `low`: which layout."""

    profile: Profile
    width_dots: int
    rows: int
    payload_units: int
    key_id: int
    slot: int = 0
    low: bool = False

    def at(self, slot: int) -> "Label":
        """Give the same label for another corner."""
        return replace(self, slot=slot)

    def packed(self) -> int:
        """Give the fields as one number of 50 bits."""
        values = (
            self.slot,
            self.profile.value.number + _LOW * self.low,
            self.width_dots // 8,
            self.payload_units,
            self.rows // _ROW_UNIT,
            self.key_id,
        )
        number = 0
        for name, size, value in zip(_FIELDS, _BITS, values, strict=True):
            if not 0 <= value < 1 << size:
                raise ValueError(f"label: {name} {value} does not fit into {size} bits")
            number = number << size | value
        return number


def label_text(label: Label, site_address: str) -> str:
    """Write a label's text; raises BadAddress."""
    number = label.packed()
    packed = (number << _SUM_BITS | _check_sum(number)) << 4
    text = f"{site_address}#S{base64.urlsafe_b64encode(packed.to_bytes(_CODE_BYTES)).decode()[:10]}"
    if _TEXT.fullmatch(text) is None:
        raise BadAddress(f"{site_address!r}: an address starts with http:// or https:// and holds no #")
    return text


def parse_label(text: str) -> tuple[Label, str] | None:
    """Read a label's text; returns it with the site's address, or None when it is not one of ours."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    packed = int.from_bytes(base64.urlsafe_b64decode(match["code"] + "A=")) >> 4
    number, check = packed >> _SUM_BITS, packed & ((1 << _SUM_BITS) - 1)
    values: list[int] = []
    rest = number
    for size in reversed(_BITS):
        values.insert(0, rest & ((1 << size) - 1))
        rest >>= size
    slot, profile_number, width_units, payload_units, row_units, key_id = values
    profile = profile_of_number(profile_number % _LOW)
    if check != _check_sum(number) or profile is None or not payload_units:
        return None
    label = Label(profile, width_units * 8, row_units * _ROW_UNIT, payload_units, key_id, slot, profile_number >= _LOW)
    return label, match["address"]


def symbol_version(text_bytes: int) -> int:
    """Give the version of the QR code that a label's text needs at level M; raises BadAddress."""
    for version, capacity in _BYTE_CAPACITY_M.items():
        if text_bytes <= capacity:
            return version
    raise BadAddress(f"the site's address is {text_bytes - max(_BYTE_CAPACITY_M.values())} bytes too long for a label")


@lru_cache(maxsize=256)
def label_modules(text: str) -> NDArray[np.uint8]:
    """Draw a label's QR code, one value a module, 1 = black."""
    version = symbol_version(len(text.encode()))
    code = segno.make_qr(text, version=version, error="m", mode="byte", boost_error=False)
    modules = np.array([list(row) for row in code.matrix], np.uint8)
    modules.flags.writeable = False
    return modules


def _check_sum(number: int) -> int:
    return binascii.crc32(number.to_bytes(8)) >> (32 - _SUM_BITS)
