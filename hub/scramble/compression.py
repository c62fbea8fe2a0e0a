"""How a page's dots are compressed: the kinds that a panel may carry, and the choice between them.

The mixing coder needs a third of JBIG1's bytes for a certificate, and some hundredths of a second; JBIG1 is for pages
that it does not make shorter and for very long ones. Kinds are printed: a number never changes its meaning.
Format: `docs/reference/scramble.md`, "Payload".
"""

from enum import IntEnum
from functools import cache
from typing import Any

from hub.scramble import jbig

_MIXED_DOTS_MAX = 6_000_000  # an A4 strip of 1728 dots has 4.1 million
_SURELY_SHORTER = 20  # of a page that shrinks by this factor JBIG1 is not asked; certificates shrink 27 to 100 times


class Kind(IntEnum):
    """Compressions, by the number in the payload."""

    JBIG1 = 1
    MIXED_2 = 3  # mixing coder, model 2; number 2 was model 1, which no panel in the field bears


def compress(dots: bytes, width: int, rows: int, kind: Kind = Kind.MIXED_2) -> tuple[Kind, bytes]:
    """Compress by `kind`, or by JBIG1 if that is shorter or the page is longer than the mixing coder should work on."""
    mixed: bytes = b""
    if kind is Kind.MIXED_2 and width * rows <= _MIXED_DOTS_MAX:
        mixed = _mixing().compress(dots, width, rows)
        if len(mixed) * _SURELY_SHORTER < len(dots):
            return kind, mixed
    plain = jbig.compress(dots, width, rows)
    return (kind, mixed) if 0 < len(mixed) < len(plain) else (Kind.JBIG1, plain)


def decompress(kind: int, data: bytes, width: int, rows: int) -> bytes:
    """Undo `compress`; raises jbig.BadImageData, ValueError for a kind that is not known here."""
    if kind == Kind.JBIG1:
        return jbig.decompress(data, width, rows)
    if kind == Kind.MIXED_2:
        undone: bytes = _mixing().decompress(data, width, rows)
        return undone
    raise ValueError(f"compression {kind} is not known here: made by a newer centre")


@cache
def _mixing() -> Any:
    """Load numba only where a page is drawn or opened, not with every command of the hub."""
    from hub.scramble.mixing import mixed_page  # noqa: PLC0415 - loaded late, see above

    return mixed_page
