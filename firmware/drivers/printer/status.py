"""Turns status bytes into the vocabulary of `devices.py`, and a status into the cause of a fault. Pure.

Source of the bits: DEVICES, "Thermal printer" (`DLE EOT n`, automatic status).
"""

from __future__ import annotations

from firmware.devices import DeviceState, Paper, PrinterStatus

OFFLINE = 0x08
FRAME_COVER = 0x20
FRAME_NEAR_END, FRAME_END = 0x03, 0x0C
COVER = 0x04
STOPPED_BY_PAPER_END = 0x20
NEAR_END, END = 0x0C, 0x60
ERROR_BITS = ((0x20, "unrecoverable"), (0x08, "cutter"), (0x04, "mechanical"), (0x40, "auto_recoverable"))
GOES_ON_BY_ITSELF = "auto_recoverable"


def from_frame(frame: bytes) -> PrinterStatus:
    """Status from the four bytes of automatic status."""
    printer, error, paper = frame[0], frame[1], frame[2]
    return _status(
        offline=bool(printer & OFFLINE),
        cover_open=bool(printer & FRAME_COVER),
        error=error,
        end=bool(paper & FRAME_END),
        near_end=bool(paper & FRAME_NEAR_END),
    )


def from_answers(printer: int, offline: int, error: int, paper: int) -> PrinterStatus:
    """Status from the answers to DLE EOT 1, 2, 3 and 4."""
    return _status(
        offline=bool(printer & OFFLINE),
        cover_open=bool(offline & COVER),
        error=error,
        end=bool(paper & END or offline & STOPPED_BY_PAPER_END),
        near_end=bool(paper & NEAR_END),
    )


def _status(*, offline: bool, cover_open: bool, error: int, end: bool, near_end: bool) -> PrinterStatus:
    word = next((word for bit, word in ERROR_BITS if error & bit), "none")
    supply = Paper.LOW if near_end else Paper.FULL
    paper = Paper.OUT if end else supply
    if word == GOES_ON_BY_ITSELF:
        state = DeviceState.BUSY
    elif word != "none":
        state = DeviceState.HARDWARE_ERROR
    elif cover_open or end:
        state = DeviceState.USER_ERROR
    else:
        state = DeviceState.OFFLINE if offline else DeviceState.ONLINE
    return PrinterStatus(state, paper, cover_open, word)


def fault(status: PrinterStatus) -> str | None:
    """Word for what needs a person, or None: ready, or (head too hot) ready again by itself."""
    if status.cover_open:
        return "cover_open"
    if status.paper is Paper.OUT:
        return "paper_out"
    if status.error == GOES_ON_BY_ITSELF:
        return None
    if status.error != "none":
        return status.error
    return None if status.state is DeviceState.ONLINE else "offline"
