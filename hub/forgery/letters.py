"""The two letters of the latent 複写, as masks of blocks of 8 x 8 dots (1 mm).

Source: `docs/reference/background.md`, "The letters": 37 rows of 37 blocks, ten hex digits a row. Data only.
"""

import numpy as np
from numpy.typing import NDArray

SIDE = 37
_COPY = """
00f807e000 00fc07e004 00f807c00e 00f00f801f 00f00fffff 00f31fffff 00f79f0030 1ffffe0030 1ffffffff8 1ffffffffc
000ffffffc 001fff0078 001fef0078 003ecffff8 007dcffff8 007deffff8 00fbff0078 01f3ef0078 01ff8ffff8 03ff0ffff8
07ff0ffff8 0fff8ff878 1ff7c1fff0 1ef3c3fff8 1cf3c7fffc 10f1cfc1f8 00f01fe3f0 00f03ff7e0 00f07cffc0 00f1f87f80
00f3e07f00 00f1c0ffc0 00f003fffc 00f00ff7ff 00f07fc1ff 00f3ff007f 00f3f8000f
"""
_WRITE = """
0000000018 038000001c 03fffffffe 03ffffffff 03ffffffff 0783e0007f 0783f000f8 0f83f000f0 1f87c003e0 1f07c00780
1f07800fc0 0e07ffffc0 000fffffc0 000fffffc0 000f000000 000f000000 001f001c00 001ffffe00 001fffff00 003fffff00
003c003e00 003c003e0c 001c003e1e 0000003e3f 1fffffffff 1fffffffff 0000003e00 0000003c00 0000003c00 0000007c00
0000007c00 0003007800 0003fff800 0003fff800 0001fff000 00000fe000 000007c000
"""


def _mask(rows: str) -> NDArray[np.bool_]:
    return np.array([[int(row, 16) >> (SIDE - 1 - column) & 1 for column in range(SIDE)] for row in rows.split()], bool)


LETTERS = (_mask(_COPY), _mask(_WRITE))
