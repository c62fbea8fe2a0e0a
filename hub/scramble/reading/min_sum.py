"""Decoder of one LDPC block: layered, normalised min-sum, compiled by numba at first use.

Not responsible for the code's table (`base_graph.py`) or for which bits are transmitted (`code.py`).
Source: Chen and Fossorier, "Near optimum universal belief propagation based decoding of LDPC codes" (2002); layers of
Z parallel checks as in Hocevar (2004).
"""

from functools import cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from hub.scramble.base_graph import COLUMNS, Z, check_rows
from hub.scramble.code import BLOCK_BITS, BlockCode, transmitted_positions
from hub.scramble.reading.arrays import Float

NORMALISATION = 0.78
_CERTAIN = 40.0
_ROW_DEGREE_MAX = 19
_jit: Any = numba.njit
_Graph = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]


@cache
def _graph() -> _Graph:
    """First entry of each row (and one past the last), column and shift of each entry."""
    rows = check_rows()
    starts = np.cumsum([0] + [len(row) for row in rows]).astype(np.int32)
    columns = np.array([column for row in rows for column, _ in row], np.int32)
    shifts = np.array([shift for row in rows for _, shift in row], np.int32)
    return starts, columns, shifts


def decode_block(llr: Float, code: BlockCode, iterations: int) -> tuple[NDArray[np.uint8] | None, Float]:
    """Decode one block from log-likelihood ratios of its transmitted bits (positive: 0).

    Returns the information bits, or None if the checks do not hold after `iterations`; and the ratios afterwards.
    """
    belief = np.zeros(COLUMNS * Z, np.float32)
    belief[code.information_bits : BLOCK_BITS] = _CERTAIN
    positions = transmitted_positions(code)
    belief[positions] = llr
    solved = _solve(belief, _graph(), code.check_rows, iterations, np.float32(NORMALISATION))
    bits = (belief[: code.information_bits] < 0).astype(np.uint8) if solved else None
    return bits, belief[positions]


@_jit(fastmath=True, cache=True)
def _solve(belief: Float, graph: _Graph, rows: int, iterations: int, alpha: float) -> bool:
    """Iterate on `belief` in place; loops run over all Z checks of a row at once and hold no branches."""
    starts, columns, shifts = graph
    messages = np.zeros((starts[rows], Z), np.float32)
    incoming = np.empty((_ROW_DEGREE_MAX, Z), np.float32)
    least, second, sign = np.empty(Z, np.float32), np.empty(Z, np.float32), np.empty(Z, np.float32)
    turned = np.empty(Z, np.float32)
    for _ in range(iterations):
        for row in range(rows):
            least[:], second[:], sign[:] = 1e9, 1e9, 1
            for entry in range(starts[row], starts[row + 1]):
                base, shift = columns[entry] * Z, shifts[entry]
                turned[: Z - shift] = belief[base + shift : base + Z]
                turned[Z - shift :] = belief[base : base + shift]
                _take_in(turned, messages[entry], incoming[entry - starts[row]], least, second, sign)
            for entry in range(starts[row], starts[row + 1]):
                base, shift = columns[entry] * Z, shifts[entry]
                _give_out(incoming[entry - starts[row]], messages[entry], least, second, sign, alpha, turned)
                belief[base + shift : base + Z] = turned[: Z - shift]
                belief[base : base + shift] = turned[Z - shift :]
        if _holds(belief, graph, rows):
            return True
    return False


@_jit(fastmath=True, cache=True)
def _take_in(  # noqa: PLR0917 - arrays written in place
    turned: Float, message: Float, incoming: Float, least: Float, second: Float, sign: Float
) -> None:
    for z in range(Z):
        value = turned[z] - message[z]
        incoming[z] = value
        size = abs(value)
        second[z] = min(second[z], max(least[z], size))
        least[z] = min(least[z], size)
        sign[z] = -sign[z] if value < 0 else sign[z]


@_jit(fastmath=True, cache=True)
def _give_out(  # noqa: PLR0917 - arrays written in place
    incoming: Float, message: Float, least: Float, second: Float, sign: Float, alpha: float, turned: Float
) -> None:
    for z in range(Z):
        value = incoming[z]
        size = second[z] if abs(value) == least[z] else least[z]
        size = alpha * size * sign[z]
        size = -size if value < 0 else size
        message[z] = size
        turned[z] = value + size


@_jit(cache=True)
def _holds(belief: Float, graph: _Graph, rows: int) -> bool:
    """Whether every check is even."""
    starts, columns, shifts = graph
    parity = np.empty(Z, np.uint8)
    for row in range(rows):
        parity[:] = 0
        for entry in range(starts[row], starts[row + 1]):
            base, shift = columns[entry] * Z, shifts[entry]
            for z in range(Z - shift):
                parity[z] ^= belief[base + shift + z] < 0
            for z in range(shift):
                parity[Z - shift + z] ^= belief[base + z] < 0
        if parity.any():
            return False
    return True
