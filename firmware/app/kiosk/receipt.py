"""The receipt: the printer stays lent for it, after the certificate is printed and its fee kept. Pure.

Whatever becomes of the receipt changes nothing of order and money. Not responsible for what is on it (the clerk).
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app import messages as m
from firmware.app.kiosk import pickup
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.orders import Order
from firmware.app.kiosk.state import AwaitingPickup, Facts, Kiosk, Limits, Receipting, Session
from firmware.app.kiosk.transition import Step
from firmware.devices import PaperPresented


def due(session: Session, order: Order, seen: int, now: float, limits: Limits, *before: v.Command) -> Step:
    """Let the clerk print the receipt for the fee."""
    told = v.Tell(session.spare.clerk, m.ReceiptDue(order.fee_yen))
    return Step(Receipting(session, order, now + limits.receipt_s, seen), (*before, told))


def receipting(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Wait until the clerk gives the printer back; take it, if it does not."""
    phase = kiosk.phase
    assert isinstance(phase, Receipting)  # noqa: S101 - the dispatch table says so
    clerk = phase.session.spare.clerk
    match event:
        case v.ClerkSaid(_, m.Receipted(printed)):
            return _over(phase, kiosk.facts, now, limits, printed=printed)
        case PaperPresented():
            return Step(replace(phase, seen=min(phase.seen + 1, phase.order.sheets + 1)))
        case v.Ticked() | v.ClerkSaid(_, m.Ended() | m.Fault()):
            torn = _over(phase, kiosk.facts, now, limits, printed=False, alone=True)
            return Step(torn.phase, (v.KillClerk(clerk), *torn.commands))
        case v.ClerkGone(gone) if gone == clerk:
            return _over(phase, kiosk.facts, now, limits, printed=False, alone=True)
        case _:
            return Step(phase)


def _over(phase: Receipting, facts: Facts, now: float, limits: Limits, *, printed: bool, alone: bool = False) -> Step:
    waiting = AwaitingPickup(phase.session, phase.order, now + limits.present_s, alone=alone)
    papers = phase.order.sheets + int(printed)
    there = pickup.begin(waiting, facts, now, limits, seen=phase.seen, papers=papers)
    return Step(there.phase, (v.ReclaimPrinter(whole=printed), *there.commands))
