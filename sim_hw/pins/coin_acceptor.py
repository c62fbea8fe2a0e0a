"""A pulse coin acceptor with an escrow that is kept or returned whole.

Times its pulses on a thread of its own, and its gates by the firmware's own stamps, because a real acceptor does not
wait for anybody's event loop. Coins in escrow outlive the firmware. Not responsible for prices. Wiring and timing:
`docs/reference/simulated-hardware.md`.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim_hw.pins.server import Emit, PinServer

COINS_YEN = (10, 50, 100, 500)
YEN_PER_PULSE = 10
HALF_PULSE_S = 0.025
COIN_GAP_S = 0.3
GATE_HOLD_S = 0.05
GATE_MOVE_S = 0.15


@dataclass(frozen=True)
class CoinPins:
    """Where the acceptor is wired to."""

    pulse: int = 22
    enable: int = 23
    stack: int = 24
    give_back: int = 25
    escrow: int = 27


@dataclass
class CoinFaults:
    """What goes wrong: `missing_pulses` of the next coin, a gate that does not move."""

    missing_pulses: int = 0
    jammed: bool = False


@dataclass
class CoinCounts:
    """Where the money is. The sum is what people put in."""

    escrow_yen: list[int] = field(default_factory=list[int])
    kept_yen: int = 0
    returned_yen: int = 0
    refused_yen: int = 0


@dataclass(frozen=True)
class _Coil:
    """A gate's coil under current since `since_s`; `timer` moves the gate."""

    since_s: float
    timer: asyncio.TimerHandle


class SimCoinAcceptor:
    """An acceptor with an empty escrow."""

    def __init__(self, pins: PinServer, emit: Emit, wiring: CoinPins | None = None) -> None:
        self._pins = pins
        self._emit = emit
        self._wiring = wiring or CoinPins()
        self._coil = ThreadPoolExecutor(1, thread_name_prefix="sim-coin")
        self._coils: dict[bool, _Coil] = {}
        self._gate_busy = False
        self.faults = CoinFaults()
        self.counts = CoinCounts()
        pins.drive(self._wiring.pulse, 1)
        pins.drive(self._wiring.escrow, 1)
        pins.watch_output(self._wiring.stack, lambda level, at_s: self._on_gate(level, at_s, keep=True))
        pins.watch_output(self._wiring.give_back, lambda level, at_s: self._on_gate(level, at_s, keep=False))

    def close(self) -> None:
        """End the thread that times the pulses."""
        self._coil.shutdown()

    @property
    def accepting(self) -> bool:
        """Whether the firmware lets coins in."""
        return self._pins.output(self._wiring.enable) == 1

    async def insert(self, yen: int) -> bool:
        """Put in a coin. True when it is in escrow and its pulses are out; False if it fell to the return chute."""
        if not self.accepting or self._gate_busy or yen not in COINS_YEN:
            self.counts.refused_yen += yen
            self._emit({"event": "coin_refused", "yen": yen})
            return False
        self.counts.escrow_yen.append(yen)
        self._pins.drive(self._wiring.escrow, 0)
        self._emit({"event": "coin_in_escrow", "yen": yen})
        pulses = yen // YEN_PER_PULSE - self.faults.missing_pulses
        self.faults.missing_pulses = 0
        await self._train([HALF_PULSE_S] * pulses)
        return True

    async def glitch(self, pulses: int, width_ms: float) -> None:
        """Put pulses of that width on the line without any coin."""
        await self._train([width_ms / 1000] * pulses)

    async def _train(self, widths_s: list[float]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._coil, self._send_train, widths_s)

    def _send_train(self, widths_s: list[float]) -> None:
        due_s = time.monotonic()
        for width_s in widths_s:
            for level, span_s in ((0, width_s), (1, HALF_PULSE_S)):
                self._pins.drive(self._wiring.pulse, level, due_s)
                due_s += span_s
                time.sleep(max(0.0, due_s - time.monotonic()))
        time.sleep(COIN_GAP_S)

    def _on_gate(self, level: int, at_s: float, *, keep: bool) -> None:
        """Move the gate if its coil was held for long enough, also when this loop hears of both edges at once."""
        if level and not self._gate_busy:
            timer = asyncio.get_running_loop().call_later(GATE_HOLD_S, self._move, keep)
            self._coils[keep] = _Coil(at_s, timer)
        elif not level and keep in self._coils:
            coil = self._coils.pop(keep)
            coil.timer.cancel()
            if at_s - coil.since_s >= GATE_HOLD_S:
                self._move(keep)

    def _move(self, keep: bool) -> None:  # noqa: FBT001 - called by a timer
        self._coils.pop(keep, None)
        if self.faults.jammed:
            self._emit({"event": "escrow_jammed"})
            return
        self._gate_busy = True
        asyncio.get_running_loop().call_later(GATE_MOVE_S, self._empty, keep)

    def _empty(self, keep: bool) -> None:  # noqa: FBT001 - called by a timer
        self._gate_busy = False
        yen = sum(self.counts.escrow_yen)
        self.counts.escrow_yen.clear()
        if keep:
            self.counts.kept_yen += yen
        else:
            self.counts.returned_yen += yen
        self._pins.drive(self._wiring.escrow, 1)
        self._emit({"event": "coins_stacked" if keep else "coins_returned", "yen": yen})
