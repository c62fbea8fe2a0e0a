"""A pulse coin acceptor with escrow, as `devices.CoinAcceptor`.

Pulses become coins in `coin_pulses.py`; the escrow's own sensor decides whether a gate did its work. Not responsible
for what is due, nor for which way the escrow goes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.devices import DeviceTimeout, EscrowChanged
from firmware.drivers.coin_pulses import PulseTrain
from firmware.drivers.contact import Contact

if TYPE_CHECKING:
    from firmware import config
    from firmware.devices import Emit
    from firmware.drivers.pins import OutputPin, Pins

_ESCROW_DEBOUNCE_MS = 10


class PulseCoinAcceptor:
    """An acceptor on five pins, refusing coins until told otherwise."""

    def __init__(self, settings: config.CoinAcceptor, pins: Pins) -> None:
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._emit: Emit | None = None
        self._train = PulseTrain(settings)
        self._train_timer: asyncio.TimerHandle | None = None
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._empty = asyncio.Event()
        self._moving = asyncio.Lock()
        self._wanted = False
        self._enable = pins.output(settings.enable_pin)
        self._stack = pins.output(settings.stack_pin)
        self._return = pins.output(settings.return_pin)
        self._pulses = pins.input(settings.pulse_pin, "up", self._on_pulse_edge)
        self._escrow = Contact(
            pins, settings.escrow_pin, active_low=True, debounce_ms=_ESCROW_DEBOUNCE_MS, on_change=self._on_escrow
        )

    def start(self, emit: Emit) -> None:
        """Begin to report; emits the escrow's present state once: a power cut may have left coins in it."""
        self._emit = emit
        self._on_escrow(self._escrow.on)

    def accept(self, on: bool) -> None:  # noqa: FBT001 - as in the Protocol
        """Let coins in, or refuse them. A coin that is on its way when refused is still reported."""
        self._wanted = on
        if not self._moving.locked():
            self._enable.drive(on)

    async def stack(self) -> None:
        """Keep what is in escrow; coins are refused meanwhile. `DeviceTimeout` if the sensor does not say empty."""
        await self._move(self._stack, "stack")

    async def give_back(self) -> None:
        """Return the whole escrow; coins are refused meanwhile. `DeviceTimeout` if the sensor does not say empty."""
        await self._move(self._return, "return")

    def close(self) -> None:
        """Refuse coins, release the pins."""
        if self._train_timer is not None:
            self._train_timer.cancel()
        for part in (self._enable, self._stack, self._return, self._pulses, self._escrow):
            part.close()

    async def _move(self, gate: OutputPin, name: str) -> None:
        async with self._moving:
            self._enable.drive(False)
            try:
                async with asyncio.timeout(self._settings.timeout_s):
                    # A coin whose pulses still come is already in the escrow: it must be counted before it moves.
                    await self._quiet.wait()
                    await self._drive(gate)
                    await self._empty.wait()
            except TimeoutError as error:
                raise DeviceTimeout(
                    f"coin acceptor: {name}: the escrow's sensor did not say empty within {self._settings.timeout_s} s;"
                    " look for a jammed coin"
                ) from error
            self._enable.drive(self._wanted)

    async def _drive(self, gate: OutputPin) -> None:
        gate.drive(True)
        try:
            await asyncio.sleep(self._settings.drive_ms / 1000)
        finally:
            gate.drive(False)

    def _on_escrow(self, occupied: bool) -> None:  # noqa: FBT001 - the contact's callback
        if occupied:
            self._empty.clear()
        else:
            self._empty.set()
        if self._emit is not None:
            self._emit(EscrowChanged(occupied=occupied))

    def _on_pulse_edge(self, level: bool, t_s: float) -> None:  # noqa: FBT001 - the pin's callback
        coin = self._train.edge(level, t_s)
        if coin is not None and self._emit is not None:
            self._emit(coin)
        if self._train_timer is not None:
            self._train_timer.cancel()
        self._quiet.clear()
        self._train_timer = self._loop.call_later(self._settings.coin_gap_ms / 1000, self._on_silence)

    def _on_silence(self) -> None:
        self._train_timer = None
        coin = self._train.end()
        if coin is not None and self._emit is not None:
            self._emit(coin)
        self._quiet.set()
