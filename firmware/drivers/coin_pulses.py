"""Pulses of a coin acceptor to coins: pure, fed with edges and their time stamps.

A coin is a train of low pulses ended by silence. Its yen are its pulses times the yen of one; a pulse of a wrong width,
or a sum that is no coin, rejects the whole train, because a doubt must lead to giving the money back (`DOMAIN`, cash:
"roll back on any doubt"). Not responsible for timers (`coin_acceptor.py`) nor for the escrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.devices import CoinInserted, CoinRejected

if TYPE_CHECKING:
    from firmware import config


class PulseTrain:
    """Counts the pulses of one coin at a time."""

    def __init__(self, settings: config.CoinAcceptor) -> None:
        self._settings = settings
        self._good = 0
        self._bad = 0
        self._low_since_s: float | None = None
        self._stuck = False
        self._last_edge_s = 0.0

    @property
    def running(self) -> bool:
        """Whether a train has begun and not ended."""
        return self._low_since_s is not None or self._good + self._bad > 0

    def edge(self, level: bool, t_s: float) -> CoinInserted | CoinRejected | None:  # noqa: FBT001 - a level
        """Take an edge; returns the coin before it, if this edge came after a silence that ended one."""
        ended = None
        if self.running and t_s - self._last_edge_s >= self._settings.coin_gap_ms / 1000:
            ended = self.end()
        self._last_edge_s = t_s
        if not level:
            if self._low_since_s is not None:
                self._bad += 1  # low after low: a high too short to be read
            self._low_since_s = t_s
            self._stuck = False
        elif self._low_since_s is not None:
            width_ms = (t_s - self._low_since_s) * 1000
            self._low_since_s = None
            if self._settings.pulse_min_ms <= width_ms <= self._settings.pulse_max_ms:
                self._good += 1
            else:
                self._bad += 1
        elif self._stuck:
            self._stuck = False  # the end of a low that was judged while it lasted
        else:
            self._bad += 1  # high after high: a low pulse too short to be read
        return ended

    def end(self) -> CoinInserted | CoinRejected | None:
        """Judge the train after silence, and begin anew. A line that stays low is a wrong pulse."""
        if not self.running:
            return None
        self._stuck = self._low_since_s is not None
        bad = self._bad + self._stuck
        good = self._good
        self._good = self._bad = 0
        self._low_since_s = None
        yen = good * self._settings.yen_per_pulse
        if bad or yen not in self._settings.coins_yen:
            return CoinRejected(pulses=good + bad)
        return CoinInserted(yen=yen)
