"""Pseudo-random numbers that are part of the printed format, so they may never change: SplitMix64.

numpy's own generators do not promise the same numbers in a later version; a certificate must be readable in ten years.
Source: Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014), the finaliser of `SplittableRandom`.
"""

import numpy as np
from numpy.typing import NDArray

_GAMMA = 0x9E3779B97F4A7C15
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)


def words(count: int, seed: int) -> NDArray[np.uint64]:
    """Give the first `count` 64-bit numbers of a seed; all different from one another."""
    state = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_GAMMA) + np.uint64(seed)
    state = (state ^ (state >> np.uint64(30))) * _MIX1
    state = (state ^ (state >> np.uint64(27))) * _MIX2
    return state ^ (state >> np.uint64(31))


def permutation(count: int, seed: int) -> NDArray[np.int64]:
    """Give a permutation of 0 … count-1."""
    return np.argsort(words(count, seed))


def bits(count: int, seed: int) -> NDArray[np.uint8]:
    """Give `count` bits."""
    return (words(count, seed) >> np.uint64(63)).astype(np.uint8)
