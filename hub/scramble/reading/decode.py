"""From a registered scan to the payload: equalise, decode the blocks, learn from what was decoded, again.

Not responsible for finding the panel or for judging the payload. Every block that decodes makes a share of all modules
known, evenly over the panel: better equaliser, alignment and noise figures for the rest. Where no block is gained any
more, equaliser and decoder exchange what they believe of every module (turbo equalisation), which coarse scans of
dense panels need: there a module's neighbours lie in the same pixel.
Source: Tuechler, Singer, Koetter, "Minimum mean squared error equalization using a priori information" (2002).
"""

from dataclasses import dataclass

import numpy as np

from hub.scramble.code import BlockCode
from hub.scramble.layout import Layout
from hub.scramble.reading.alignment import misalignment
from hub.scramble.reading.arrays import Float, Grey, Mask
from hub.scramble.reading.equaliser import Equaliser
from hub.scramble.reading.min_sum import decode_block
from hub.scramble.reading.reliability import log_ratios
from hub.scramble.reading.samples import Sampler, of_modules

ROUNDS_MAX = 8
_ROUNDS_WITHOUT_GAIN = 4
_ITERATIONS = 60
_EXCHANGES_MAX = 12
_ITERATIONS_AN_EXCHANGE = 20
_EXCHANGES_WITHOUT_GAIN = 6
_SHARP_ENOUGH = 0.55  # below it there is nothing that beliefs could be exchanged about
_STRONG = 0.9  # a belief that the equaliser may learn from
_CONTRAST_TO_LEARN = 0.4
_BELIEF_TO_LEARN = 0.5


@dataclass
class Decoded:
    """`payload` is None unless every block decoded; `sharpness`: usual size of an estimate in clear places, best 1."""

    payload: bytes | None
    blocks_decoded: int
    rounds: int
    sharpness: float


class _Blocks:
    """The code blocks of a panel, what was decoded of them and what is believed of their bits."""

    def __init__(self, code: BlockCode, plan: Layout) -> None:
        self.code = code
        bits = code.blocks * code.transmitted_bits
        self.modules = plan.order[:bits].reshape(code.transmitted_bits, code.blocks)
        self.found: dict[int, Grey] = {}
        self._filling = plan.order[bits:]

    def attempt(self, ratios: Float, iterations: int) -> Float:
        """Try every missing block; returns beliefs (-1 … 1) of all modules, 0 where none."""
        flat = ratios.ravel()
        belief = np.tanh(flat / 2)
        for block in range(self.code.blocks):
            modules = self.modules[:, block]
            bits, after = decode_block(flat[modules], self.code, iterations)
            if bits is not None:
                self.found[block] = bits
                after = np.sign(after) * 99
            belief[modules] = np.tanh(np.clip(after, -20, 20) / 2)
        return belief.reshape(ratios.shape)

    def sure(self, plan: Layout) -> Mask:
        """Modules whose value is certain: patches and decoded blocks."""
        sure = plan.known.copy()
        for block in self.found:
            sure.ravel()[self.modules[:, block]] = True
        return sure

    def payload(self) -> bytes | None:
        if len(self.found) < self.code.blocks:
            return None
        return np.packbits(np.concatenate([self.found[block] for block in range(self.code.blocks)])).tobytes()


def decode(sampler: Sampler, plan: Layout, code: BlockCode) -> Decoded:
    """Decode in rounds until all blocks are there or nothing is gained any more."""
    rounds = _Rounds(sampler, plan, code)
    idle = 0
    while len(rounds.blocks.found) < code.blocks and idle < _ROUNDS_WITHOUT_GAIN and rounds.done < ROUNDS_MAX:
        idle = 0 if rounds.once() else idle + 1
    if rounds.sharpness >= _SHARP_ENOUGH:
        rounds.exchange()
    return Decoded(rounds.blocks.payload(), len(rounds.blocks.found), rounds.done, rounds.sharpness)


class _Rounds:
    """What one round of decoding leaves for the next."""

    def __init__(self, sampler: Sampler, plan: Layout, code: BlockCode) -> None:
        self.blocks = _Blocks(code, plan)
        self.done = 0
        self.sharpness = 0.0
        self._sampler = sampler
        self._plan = plan
        self._equaliser = Equaliser(plan)
        self._patches = np.where(plan.known, 1 - 2 * plan.value.astype(np.float32), 0).astype(np.float32)
        self._belief: Float = np.where(plan.known, self._patches, 0)
        self._weight: Float = plan.known.astype(np.float32)
        self._samples: Float | None = None

    def once(self) -> bool:
        """Align, train, estimate, decode; returns whether a block was gained."""
        plan = self._plan
        if self._samples is not None:
            self._sampler.move(misalignment(self._samples, self._belief, plan))
        self._samples, contrast = self._sampler.sample()
        learnt = self._weight * (of_modules(contrast) > _CONTRAST_TO_LEARN)
        estimate = self._equaliser.estimate(self._samples, np.sign(self._belief), learnt)
        clear = (of_modules(contrast) > _CONTRAST_TO_LEARN) & ~plan.reserved
        self.sharpness = float(np.median(np.abs(estimate[clear]))) if clear.any() else 0.0
        sure = self.blocks.sure(plan)
        before = len(self.blocks.found)
        known = self._belief * sure
        ratios = log_ratios(estimate, contrast, known, sure, plan)
        if self.done:
            found = sure & ~plan.known
            neighbours = np.where(found, known, np.where(plan.reserved, 0, np.tanh(ratios / 2))).astype(np.float32)
            estimate = self._equaliser.estimate_among(self._samples, neighbours, np.sign(known), sure)
            ratios = log_ratios(estimate, contrast, known, sure, plan)
        self._believe(self.blocks.attempt(ratios, _ITERATIONS))
        return len(self.blocks.found) > before

    def exchange(self) -> None:
        """Let equaliser and decoder exchange beliefs until all blocks are there, or nothing moves any more."""
        if self._samples is None:
            return
        contrast = self._sampler.sample()[1]
        idle, most = 0, 0.0
        for _ in range(_EXCHANGES_MAX):
            if len(self.blocks.found) == self.blocks.code.blocks or idle >= _EXCHANGES_WITHOUT_GAIN:
                return
            sure = self.blocks.sure(self._plan)
            strong = (np.abs(self._belief) > _STRONG) & ~self._plan.reserved
            estimate = self._equaliser.estimate_among(self._samples, self._belief, np.sign(self._belief), strong)
            ratios = log_ratios(estimate, contrast, self._belief * sure, sure, self._plan)
            self._believe(self.blocks.attempt(ratios, _ITERATIONS_AN_EXCHANGE))
            certainty = float(np.abs(self._belief).mean()) + len(self.blocks.found)
            idle, most = (0, certainty) if certainty > most else (idle + 1, most)

    def _believe(self, belief: Float) -> None:
        plan = self._plan
        self._belief = np.where(plan.known, self._patches, np.where(plan.reserved, 0, belief)).astype(np.float32)
        self._weight = np.where(np.abs(self._belief) > _BELIEF_TO_LEARN, np.abs(self._belief), 0).astype(np.float32)
        self.done += 1
