"""What a context has seen, in one byte: how many white and how many black dots, as the number of a pair.

A long run of one colour counts for less once the other comes. Which probability a pair stands for is learnt by the
mixer. Source of the method: Mahoney's paq6 (2003), nonstationary counters. Part of the printed format.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PROBABILITY_BITS = 22
_MOST = (60, 28, 16, 10, 7, 6)  # of the likelier colour, by how often the other was seen
_KEPT_WHOLE, _SOME, _MANY, _MOST_KEPT = 3, 12, 24, 40
_SEEN_OFTEN = 6


class Histories(NamedTuple):
    """By a history's number; 0 has seen nothing."""

    following: NDArray[np.uint8]  # (256, 2); after a white, a black dot
    likely: NDArray[np.int32]  # (256,); probability of black at first, 1/2**22
    trust: NDArray[np.uint8]  # (256,); 0 nothing seen, 1 both colours, 2 one colour, 3 one colour often


@cache
def histories() -> Histories:
    """Give the tables."""
    pairs = sorted((pair for pair in np.ndindex(64, 64) if _known(*pair)), key=lambda pair: (sum(pair), pair))
    numbers = {pair: number for number, pair in enumerate(pairs)}
    following, trust = np.zeros((256, 2), np.uint8), np.zeros(256, np.uint8)
    likely = np.full(256, 1 << (PROBABILITY_BITS - 1), np.int32)
    for (white, black), number in numbers.items():
        following[number] = numbers[_after(white, black)], numbers[_after(black, white)[::-1]]
        likely[number] = (10 * black + 4) * (1 << PROBABILITY_BITS) // (10 * (white + black) + 8)
        if white + black:
            trust[number] = 1 if min(white, black) else 2 if white + black < _SEEN_OFTEN else 3
    return Histories(following, likely, trust)


def _known(one: int, other: int) -> bool:
    return min(one, other) < len(_MOST) and max(one, other) <= _MOST[min(one, other)]


def _after(came: int, other: int) -> tuple[int, int]:
    """Count one more of the colour that came."""
    came, other = came + 1, _faded(other)
    while not _known(came, other):
        came, other = (came - 1, other) if came > other else (came, other - 1)
    return came, other


def _faded(count: int) -> int:
    """Give what is left of a count when the other colour came."""
    if count <= _KEPT_WHOLE:
        return count
    if count < _SOME:
        return _KEPT_WHOLE + (count - _KEPT_WHOLE) // 4
    return 5 + (count >= _MANY) + (count >= _MOST_KEPT)
