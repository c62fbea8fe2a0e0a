"""Turns Custom's full status into the vocabulary of `devices.py`. Pure.

Source of the bits: printer_models.toml, `custom-vkp80iii`, status; DEVICES, "Presenter kiosks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.devices import DeviceState, Paper, PrinterStatus

if TYPE_CHECKING:
    from firmware.drivers.printer.custom_replies import FullStatus

PAPER_END, NEAR_END, VIRTUAL_END = 0x01, 0x04, 0x40
HEAD_UP, COVER_OPEN, FEED_KEYS = 0x01, 0x02, 0x60
HEAD_HOT, JAM = 0x01, 0x40
CUTTER = 0x01


def from_full(full: FullStatus) -> PrinterStatus:
    """Status of the printer; every error bit that is not known is one as well."""
    end = bool(full.paper & PAPER_END)
    jammed = bool(full.recoverable & JAM)
    cover_open = bool(full.user & (HEAD_UP | COVER_OPEN))
    supply = Paper.LOW if full.paper & (NEAR_END | VIRTUAL_END) else Paper.FULL
    paper = Paper.JAMMED if jammed else Paper.OUT if end else supply
    error = _error(full)
    if error == "auto_recoverable":
        state = DeviceState.BUSY
    elif error != "none":
        state = DeviceState.HARDWARE_ERROR
    elif end or cover_open:
        state = DeviceState.USER_ERROR
    else:
        state = DeviceState.OFFLINE if full.user & FEED_KEYS else DeviceState.ONLINE
    return PrinterStatus(state, paper, cover_open, error)


def _error(full: FullStatus) -> str:
    if full.unrecoverable & CUTTER:
        return "cutter"
    if full.unrecoverable:
        return "unrecoverable"
    if full.recoverable & ~HEAD_HOT:
        return "mechanical"
    return "auto_recoverable" if full.recoverable else "none"
