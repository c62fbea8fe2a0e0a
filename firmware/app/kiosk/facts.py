"""What an event tells of the devices, and what follows for the service. Pure.

Not responsible for the phase the kiosk is in (`machine.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from firmware import devices
from firmware.app.kiosk import paper
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import Facts, Reason, Spare
from firmware.app.messages import Ready
from firmware.devices import CameraHealth, DeviceState, Media, Paper


def observe(facts: Facts, event: v.Event) -> Facts:
    """Return the facts after the event."""
    match event:
        case devices.PrinterChanged(status):
            return paper.seen(facts, status)
        case v.PrinterLent():
            return paper.lent(facts)
        case v.PrinterSettled(clean):
            return replace(facts, printer_lent=False, printer_dirty=not clean)
        case v.HubAnswered(open=is_open):
            return replace(facts, hub=True, open=is_open, revoked=False, expired=False)
        case v.HubLost(revoked, expired):
            return replace(facts, hub=False, open=False, revoked=revoked, expired=expired)
        case v.ClerkSaid(clerk, Ready(port, token)):
            return replace(facts, spare=Spare(clerk, port, token))
        case v.ClerkGone(clerk) if facts.spare and facts.spare.clerk == clerk:
            return replace(facts, spare=None)
        case v.Switched(maintenance):
            return replace(facts, maintenance=maintenance)
        case v.EscrowReturned() | v.EscrowStacked():
            return replace(facts, escrow_moves=max(facts.escrow_moves - 1, 0), jam=None)
        case v.EscrowStuck(move):
            return replace(facts, escrow_moves=max(facts.escrow_moves - 1, 0), jam=move)
        case _:
            return _sensed(facts, event)


def _sensed(facts: Facts, event: v.Event) -> Facts:
    match event:
        case devices.CardInserted():
            return replace(facts, card=Media.PRESENT, reader=True)
        case devices.CardRemoved():
            return replace(facts, card=Media.NOT_PRESENT, reader=True)
        case devices.ReaderOnline():
            return replace(facts, reader=True)
        case devices.ReaderOffline():
            return replace(facts, reader=False, card=Media.UNKNOWN)
        case devices.PaperPresented():
            return replace(facts, tray=Media.PRESENT)
        case devices.PaperTaken():
            return replace(facts, tray=Media.NOT_PRESENT)
        case devices.EscrowChanged(occupied):
            by_hand = not occupied and not facts.escrow_busy
            escrow = Media.PRESENT if occupied else Media.NOT_PRESENT
            return replace(facts, escrow=escrow, jam=None if by_hand else facts.jam)
        case devices.CameraChanged(health, cause):
            return replace(facts, camera=health, camera_cause=cause)
        case devices.BrokerConnected():
            return replace(facts, broker=True)
        case devices.BrokerLost():
            return replace(facts, broker=False)
        case _:
            return facts


def begun(facts: Facts, commands: Sequence[v.Command]) -> Facts:
    """Return the facts once the commands are under way: the escrow moves, the printer is being taken back."""
    moves = sum(isinstance(command, (v.ReturnEscrow, v.StackEscrow)) for command in commands)
    reclaimed = any(isinstance(command, v.ReclaimPrinter) for command in commands)
    lent = facts.printer_lent or reclaimed
    return replace(paper.spent(facts, commands), escrow_moves=facts.escrow_moves + moves, printer_lent=lent)


def printer_reason(facts: Facts) -> Reason | None:
    """Return why the printer cannot take a job, or None when it can."""
    status = facts.printer
    if status.state in (DeviceState.UNKNOWN, DeviceState.POWER_OFF, DeviceState.NO_DEVICE):
        return Reason.PRINTER_OFFLINE
    if status.cover_open:
        return Reason.COVER_OPEN
    if status.paper in (Paper.OUT, Paper.UNKNOWN) or not paper.enough(facts, 0):
        return Reason.PAPER_OUT
    if facts.printer_dirty or status.error != "none" or status.paper is Paper.JAMMED:
        return Reason.PRINTER_ERROR
    return None if status.ready else Reason.PRINTER_OFFLINE


def _hub_reason(facts: Facts) -> Reason:
    if facts.revoked:
        return Reason.CERTIFICATE_REVOKED
    return Reason.CERTIFICATE_EXPIRED if facts.expired else Reason.HUB_DOWN


def reasons(facts: Facts) -> frozenset[Reason]:
    """Return all that keeps the kiosk out of service; empty when it may serve."""
    found: set[Reason] = set()
    if facts.hub is None or facts.printer_lent or (facts.escrow_busy and not facts.jam):
        found.add(Reason.STARTING)
    if facts.hub is False:
        found.add(_hub_reason(facts))
    if facts.hub and not facts.open:
        found.add(Reason.CLOSED)
    if not facts.printer_lent and (reason := printer_reason(facts)):
        found.add(reason)
    if not facts.reader:
        found.add(Reason.READER_OFFLINE)
    if facts.camera is not CameraHealth.OK:
        found.add(Reason.CAMERA_INOPERATIVE)
    if facts.jam or (facts.escrow is not Media.NOT_PRESENT and not facts.escrow_busy):
        found.add(Reason.COIN_FAULT)
    if facts.spare is None:
        found.add(Reason.CLERK_UNAVAILABLE)
    if facts.maintenance:
        found.add(Reason.MAINTENANCE)
    return frozenset(found)
