"""Changes inputs at random, for the quick runs where no fuzzer watches the coverage. Not a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

WORDS = (
    b"\x00",
    b"\xff",
    b'"',
    b"{",
    b"[" * 200,
    b"}",
    b"\\u0000",
    b"null",
    b"-1",
    b"1e999",
    b"\x9f",
    b"\xbf",
    b"\xff\xff\xff\xff",
)


def changed(chance: random.Random, inputs: Sequence[bytes]) -> bytes:
    """Return one of the inputs with up to six changes: bits, bytes left out, doubled, put in, or a part of another."""
    data = bytearray(chance.choice(inputs))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        size = chance.choice((1, 1, 2, 4, 16))
        match chance.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at : at + size]
            case 2:
                data[at:at] = data[at : at + size]
            case 3:
                data[at:at] = chance.choice(WORDS)
            case 4:
                data[at : at + size] = chance.randbytes(size)
            case _:
                other = chance.choice(inputs)
                begin = chance.randrange(len(other) + 1)
                data[at : at + size] = other[begin : begin + size * 4]
    return bytes(data[:4096])
