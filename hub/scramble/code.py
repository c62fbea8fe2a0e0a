"""The error-correcting code: rate-matched 5G NR LDPC blocks, encoder only.

A block carries up to 8448 bits; unused ones are zero and not transmitted (shortening), the first 2 Z bits are never
transmitted, and of the parity as many bits are sent as fit. Not responsible for decoding (`reading/min_sum.py`).
Source: TS 38.212, sections 5.3.2 and 5.4.2, without the circular buffer's interleaving: the layout shuffles all bits.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from hub.scramble.base_graph import CHECK_ROWS, COLUMNS, INFORMATION_COLUMNS, PUNCTURED_COLUMNS, Z, check_rows

BLOCK_BITS = INFORMATION_COLUMNS * Z
PUNCTURED_BITS = PUNCTURED_COLUMNS * Z
_CORE_ROWS = 4


@dataclass(frozen=True, slots=True)
class BlockCode:
    """How `blocks` equal blocks carry a message: bits of information in each, and bits transmitted of each."""

    blocks: int
    information_bits: int
    transmitted_bits: int

    @property
    def check_rows(self) -> int:
        """Rows of the base graph that touch a transmitted bit."""
        parity = self.transmitted_bits - (self.information_bits - PUNCTURED_BITS)
        return max(_CORE_ROWS, ceil(parity / Z))


def blocks_for(payload_bytes: int, rate: float) -> BlockCode:
    """Choose blocks for a payload at the highest rate allowed."""
    blocks = ceil(8 * payload_bytes / BLOCK_BITS)
    information = ceil(8 * payload_bytes / blocks)
    return BlockCode(blocks, information, ceil(information / rate))


def fitted(code: BlockCode, bits: int) -> BlockCode:
    """Let the blocks use that many transmitted bits between them, as far as the mother code has parity for."""
    most = code.information_bits - PUNCTURED_BITS + CHECK_ROWS * Z
    return BlockCode(code.blocks, code.information_bits, min(most, bits // code.blocks))


def transmitted_positions(code: BlockCode) -> NDArray[np.int64]:
    """Give the positions in the mother code word (68 Z bits) of a block's transmitted bits, in order."""
    systematic = np.arange(PUNCTURED_BITS, code.information_bits)
    parity = np.arange(code.transmitted_bits - systematic.size) + BLOCK_BITS
    return np.concatenate((systematic, parity))


def encode(payload: bytes, code: BlockCode) -> NDArray[np.uint8]:
    """Encode; returns bits (blocks, transmitted_bits). The payload is padded with zeros to whole blocks."""
    message = np.zeros(code.blocks * code.information_bits, np.uint8)
    message[: 8 * len(payload)] = np.unpackbits(np.frombuffer(payload, np.uint8))
    words = np.zeros((code.blocks, COLUMNS, Z), np.uint8)
    flat = words.reshape(code.blocks, COLUMNS * Z)
    flat[:, : code.information_bits] = message.reshape(code.blocks, code.information_bits)
    _core_parity(words)
    for row in range(_CORE_ROWS, code.check_rows):
        words[:, INFORMATION_COLUMNS + row] = _sum(words, row, INFORMATION_COLUMNS + row)
    return flat[:, transmitted_positions(code)]


def _core_parity(words: NDArray[np.uint8]) -> None:
    """Solve the first four rows: their sum leaves the first parity column alone, unrotated (shifts 1, 0, 1)."""
    first = INFORMATION_COLUMNS
    sums = [_sum(words, row, first) for row in range(_CORE_ROWS)]
    words[:, first] = sums[0] ^ sums[1] ^ sums[2] ^ sums[3]
    for row in range(_CORE_ROWS - 1):
        words[:, first + 1 + row] = _sum(words, row, first + 1 + row)


def _sum(words: NDArray[np.uint8], row: int, before: int) -> NDArray[np.uint8]:
    """XOR of the rotated columns of a row that stand before column `before`."""
    total = np.zeros((words.shape[0], Z), np.uint8)
    for column, shift in check_rows()[row]:
        if column < before:
            total[:, : Z - shift] ^= words[:, column, shift:]
            total[:, Z - shift :] ^= words[:, column, :shift]
    return total
