"""What the centre adds to the front of a document: the background's parameters and the signed code in its square.

The form of both in the layers record, the check that the code changes nothing the municipality signed, and the page as
it is printed. Not responsible for the dots of the background (`background.py`) nor for signatures (`binding.py`).
Source: `docs/reference/hub-protocol.md`, "The layers of the centre".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from firmware.app.clerk import background as drawing
from firmware.app.clerk import cose
from firmware.app.clerk.cose import Malformed
from firmware.app.clerk.safe_background import without_commands

_BACKGROUND = frozenset({"kind", "seed", "fine_pitch", "coarse_pitch", "quiet_dots"})
_CODE = frozenset({"kind", "left_dots", "top_rows", "side_dots", "modules", "bits"})
_AREA = ("left_dots", "top_rows", "side_dots")
LEAST_MODULES, MOST_MODULES = 21, 177  # QR code, versions 1 to 40
QUIET_MODULES = 3


@dataclass(frozen=True)
class SignedCode:
    """A QR code of `modules` x `modules` bits (most significant first, 1 = black) for a square of the first page."""

    left_dots: int
    top_rows: int
    side_dots: int
    modules: int
    bits: bytes

    @property
    def area(self) -> tuple[int, int, int]:
        """Return the square as the municipality's statement names it: left, top, side."""
        return self.left_dots, self.top_rows, self.side_dots


@dataclass(frozen=True)
class Front:
    """Both additions, as far as the record has them."""

    background: drawing.Background | None
    code: SignedCode | None


def read_front(document_id: str, background: object, code: object) -> Front:
    """Take the record's two parts apart; `Malformed("background")`, `Malformed("signed_code")`."""
    signed = _code(code)
    clear = () if signed is None else ((signed.left_dots, signed.top_rows, signed.side_dots, signed.side_dots),)
    return Front(_background(document_id, background, clear), signed)


def is_blank(page: bytes, width_dots: int, area: tuple[int, int, int]) -> bool:
    """Tell whether the square (left, top, side) lies on the page and holds no dot."""
    left, top, side = area
    rows, end = len(page) * 8 // width_dots, left + side
    if min(left, top) < 0 or side <= 0 or end > width_dots or top + side > rows:
        return False
    width = width_dots // 8
    square = ((1 << side) - 1) << (width_dots - end)
    lines = (page[row * width : (row + 1) * width] for row in range(top, top + side))
    return not any(int.from_bytes(line, "big") & square for line in lines)


def printed(page: bytes, width_dots: int, front: Front, *, first: bool) -> bytes:
    """Return the page's dots with what is added to it; the code stands on the first page only."""
    if front.background is not None:
        plain = drawing.without_squares(front.background) if not first else front.background
        page = without_commands(page, drawing.drawn_over(page, width_dots, plain), width_dots)
    return page if front.code is None or not first else _with_code(page, width_dots, front.code)


def _with_code(page: bytes, width_dots: int, code: SignedCode) -> bytes:
    width, side = width_dots // 8, code.modules
    module = code.side_dots // (side + 2 * QUIET_MODULES)
    margin = (code.side_dots - side * module) // 2
    bits = int.from_bytes(code.bits, "big") >> (len(code.bits) * 8 - side * side)
    dots = bytearray(page)
    for row in range(side):
        modules = bits >> side * (side - 1 - row) & (1 << side) - 1
        line = sum(((1 << module) - 1) << (module * column) for column in range(side) if modules >> column & 1) << (
            width_dots - code.left_dots - margin - side * module
        )
        first = code.top_rows + margin + row * module
        for at in range(first * width, (first + module) * width, width):
            dots[at : at + width] = (int.from_bytes(dots[at : at + width], "big") | line).to_bytes(width, "big")
    return bytes(dots)


def _background(
    document_id: str, value: object, clear: tuple[tuple[int, int, int, int], ...]
) -> drawing.Background | None:
    if value == {"kind": "none"}:
        return None
    match cose.exactly(value, _BACKGROUND, "background"):
        case {
            "kind": "dots",
            "seed": bytes() as seed,
            "fine_pitch": int() as fine,
            "coarse_pitch": [int() as across, int() as down],
            "quiet_dots": int() as quiet,
        } if (fine, across, down) in drawing.PITCHES:
            known = len(seed) == drawing.SEED_BYTES and 0 <= quiet <= drawing.MOST_QUIET_DOTS
            if known and type(quiet) is int:
                return drawing.Background(document_id, seed, (fine, across, down), quiet, clear)
        case _:
            pass
    raise Malformed("background")


def _code(value: object) -> SignedCode | None:
    if value == {"kind": "none"}:
        return None
    fields = cose.exactly(value, _CODE, "signed_code")
    numbers = [fields[name] for name in (*_AREA, "modules")]
    bits = fields["bits"]
    if fields["kind"] != "qr" or type(bits) is not bytes or any(type(number) is not int for number in numbers):
        raise Malformed("signed_code")
    left, top, side, modules = cast("list[int]", numbers)
    if not LEAST_MODULES <= modules <= MOST_MODULES or len(bits) != -(-modules * modules // 8):
        raise Malformed("signed_code")
    if side < modules + 2 * QUIET_MODULES:
        raise Malformed("signed_code")
    return SignedCode(left, top, side, modules, bits)
