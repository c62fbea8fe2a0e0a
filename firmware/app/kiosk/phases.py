"""The phases of a visit up to the printed sheet: serving, collecting, lending, printing, ending. Pure.

A coin is never kept for nothing: whatever interrupts before the completion reply sends the whole escrow back.
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app import messages as m
from firmware.app.kiosk import paper, pickup, receipt, rest, slip
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import Thing
from firmware.app.kiosk.facts import printer_reason
from firmware.app.kiosk.state import (
    AwaitingPickup,
    Collecting,
    Ending,
    Facts,
    Kiosk,
    LeftBehind,
    Lending,
    Level,
    Limits,
    Order,
    Printing,
    Serving,
    Session,
)
from firmware.app.kiosk.transition import Step
from firmware.devices import CardRemoved, CoinInserted, CoinRejected, Media, PaperPresented, PrinterChanged

HIGHEST_FEE_YEN = 10_000


def serving(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Let the clerk lead; end the visit when it ends, fails or takes too long."""
    phase = kiosk.phase
    assert isinstance(phase, Serving)  # noqa: S101 - the dispatch table says so
    match event:
        case v.ClerkSaid(_, m.Stepped(m.Step.TAKE_CARD)):
            return Step(replace(phase, step=m.Step.TAKE_CARD, level=Level.PROMPT, deadline=now + limits.prompt_s))
        case v.ClerkSaid(_, m.Stepped(step)):
            return Step(replace(phase, step=step, level=Level.PROMPT, deadline=phase.session.end_by))
        case v.ClerkSaid(_, m.TransactionOpened(transaction_id)):
            return Step(replace(phase, transaction_id=transaction_id))
        case v.ClerkSaid(_, m.DocumentHeld() as held):
            return _held(phase, held, kiosk.facts, now, limits)
        case v.ClerkSaid(_, m.SlipWanted()):
            return slip.wanted(phase, kiosk.facts, now, limits)
        case CardRemoved() if phase.step is m.Step.TAKE_CARD:
            return Step(replace(phase, level=Level.PROMPT, deadline=phase.session.end_by))
        case v.Ticked() if phase.step is m.Step.TAKE_CARD and now < phase.session.end_by:
            return _card_still_there(phase, kiosk.facts, now, limits)
        case v.ClerkSaid(_, m.Ended() | m.Fault()) | v.Ticked():
            return rest.leave(v.KillClerk(phase.session.spare.clerk))
        case v.ClerkGone(clerk) if clerk == phase.session.spare.clerk:
            return rest.leave()
        case _:
            return Step(phase)


def _held(phase: Serving, held: m.DocumentHeld, facts: Facts, now: float, limits: Limits) -> Step:
    """Ask for the fee, unless the paper could not be printed or the money not be given back."""
    order = Order(held.transaction_id, held.document_id, held.fee_yen, held.sheets, held.length_mm)
    clerk = phase.session.spare.clerk
    sellable = (
        printer_reason(facts) is None
        and paper.enough(facts, held.length_mm)
        and not facts.printer_lent
        and not facts.escrow_busy
        and facts.escrow is Media.NOT_PRESENT
        and not facts.jam
        and facts.tray is Media.NOT_PRESENT
        and 0 <= held.fee_yen <= HIGHEST_FEE_YEN
    )
    if not sellable:
        refusal = v.Tell(clerk, m.PaymentReturned(m.ReturnCause.FAULT))
        return Step(phase, (v.Record(order, v.OrderState.CANCELLED), refusal))
    known = v.Record(order, v.OrderState.DOCUMENT_HELD)
    if held.fee_yen == 0:
        return _paid(phase.session, order, now, limits, known)
    collecting = Collecting(phase.session, order, min(now + limits.payment_s, phase.session.end_by))
    return Step(collecting, (known, v.Tell(clerk, m.Escrow(0, held.fee_yen))))


def _card_still_there(phase: Serving, facts: Facts, now: float, limits: Limits) -> Step:
    """Escalate while the card lies there; at the alarm the visit ends and the person is forgotten.

    A reader that is lost proves nothing: the person is reminded all the same, then told that it ends here.
    """
    if facts.card is Media.NOT_PRESENT:
        return Step(replace(phase, level=Level.PROMPT, deadline=phase.session.end_by))
    if phase.level is Level.PROMPT:
        return Step(replace(phase, level=Level.REMIND, deadline=now + limits.remind_s))
    session = phase.session
    if facts.card is not Media.PRESENT:
        bye = v.Tell(session.spare.clerk, m.Finish(m.FinishCause.ENDED))
        return Step(Ending(session, now + limits.last_page_s, phase.transaction_id), (bye,))
    alarm = LeftBehind(Thing.CARD, Level.ALARM, now + limits.alarm_s, phase.transaction_id or session.session_id)
    return Step(alarm, (v.KillClerk(session.spare.clerk),))


def collecting(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Count coins into the escrow until the sum is exactly the fee; a card that lies there again goes first."""
    phase = kiosk.phase
    assert isinstance(phase, Collecting)  # noqa: S101 - the dispatch table says so
    match event:
        case CoinInserted(yen) if not kiosk.facts.escrow_busy:
            return _coin(phase, phase.inserted_yen + yen, kiosk.facts, now, limits)
        case CardRemoved() if phase.inserted_yen == phase.order.fee_yen:
            return _paid(phase.session, phase.order, now, limits)
        case v.EscrowReturned():
            again = (v.ReturnEscrow(None, None),) if kiosk.facts.escrow is Media.PRESENT else ()
            return Step(replace(phase, inserted_yen=0), again)
        case CoinRejected() | v.EscrowStuck():
            return _roll_back(phase, m.ReturnCause.FAULT)
        case PrinterChanged() if printer_reason(kiosk.facts) or not paper.enough(kiosk.facts, phase.order.length_mm):
            return _roll_back(phase, m.ReturnCause.FAULT)
        case v.ClerkSaid(_, m.PayCancelled()):
            return _roll_back(phase, m.ReturnCause.CANCELLED)
        case v.Ticked():
            return _roll_back(phase, m.ReturnCause.TIMEOUT)
        case v.ClerkSaid(_, m.Ended() | m.Fault()):
            return _undo(phase.session, phase.order, v.OrderState.CANCELLED)
        case v.ClerkGone(clerk) if clerk == phase.session.spare.clerk:
            return _undo(phase.session, phase.order, v.OrderState.CANCELLED)
        case _:
            return Step(phase)


def _coin(phase: Collecting, inserted_yen: int, facts: Facts, now: float, limits: Limits) -> Step:
    order, clerk = phase.order, phase.session.spare.clerk
    counted = v.Tell(clerk, m.Escrow(inserted_yen, order.fee_yen))
    if inserted_yen == order.fee_yen and facts.card is not Media.PRESENT:
        return _paid(phase.session, order, now, limits, counted)
    if inserted_yen > order.fee_yen:
        back = (v.ReturnEscrow(None, None), v.Tell(clerk, m.PaymentReturned(m.ReturnCause.OVERPAID)))
        return Step(replace(phase, inserted_yen=0), (counted, *back))
    deadline = min(now + limits.payment_s, phase.session.end_by)
    return Step(replace(phase, inserted_yen=inserted_yen, deadline=deadline), (counted,))


def _paid(session: Session, order: Order, now: float, limits: Limits, *before: v.Command) -> Step:
    lending = Lending(session, order, now + limits.lend_s)
    return Step(lending, (*before, v.Record(order, v.OrderState.PAID), v.LendPrinter()))


def _roll_back(phase: Collecting, cause: m.ReturnCause) -> Step:
    """Give the money back and let the clerk say why."""
    clerk = phase.session.spare.clerk
    serving = Serving(phase.session, m.Step.LAST_PAGE, phase.session.end_by, phase.order.transaction_id)
    back = v.ReturnEscrow(phase.order, v.OrderState.CANCELLED)
    return Step(serving, (back, v.Tell(clerk, m.PaymentReturned(cause))))


def _undo(session: Session, order: Order, outcome: v.OrderState, *more: v.Command) -> Step:
    """Give the money back when there is no clerk to tell."""
    return rest.leave(v.ReturnEscrow(order, outcome), *more, v.KillClerk(session.spare.clerk))


def lending(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Wait until the printer is free for the clerk."""
    phase = kiosk.phase
    assert isinstance(phase, Lending)  # noqa: S101 - the dispatch table says so
    match event:
        case v.PrinterLent():
            job = v.Tell(phase.session.spare.clerk, m.Print(phase.order.document_id))
            printing_ = Printing(phase.session, phase.order, now + limits.print_s)
            return Step(printing_, (v.Record(phase.order, v.OrderState.PRINTING), job))
        case CoinInserted() | CoinRejected() | v.Ticked() | v.ClerkSaid(_, m.Ended() | m.Fault()):
            return _undo(phase.session, phase.order, v.OrderState.REFUNDED, v.ReclaimPrinter(whole=True))
        case v.ClerkGone(clerk) if clerk == phase.session.spare.clerk:
            return _undo(phase.session, phase.order, v.OrderState.REFUNDED, v.ReclaimPrinter(whole=True))
        case _:
            return Step(phase)


def printing(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Wait for the completion reply; anything else gives the fee back."""
    phase = kiosk.phase
    assert isinstance(phase, Printing)  # noqa: S101 - the dispatch table says so
    session, order = phase.session, phase.order
    match event:
        case v.ClerkSaid(_, m.Printed(document_id)) if document_id == order.document_id:
            return _printed(phase, kiosk.facts, now, limits)
        case v.ClerkSaid(_, m.PrintFailed()):
            serving = Serving(session, m.Step.LAST_PAGE, session.end_by, order.transaction_id)
            told = v.Tell(session.spare.clerk, m.PaymentReturned(m.ReturnCause.FAULT))
            return Step(serving, (v.ReturnEscrow(order, v.OrderState.REFUNDED), v.ReclaimPrinter(whole=False), told))
        case PaperPresented():
            return Step(replace(phase, seen=min(phase.seen + 1, order.sheets)))
        case CoinInserted() | CoinRejected():
            return Step(replace(phase, overpaid=True))
        case v.Ticked() | v.ClerkSaid(_, m.Ended() | m.Fault()):
            return _undo(session, order, v.OrderState.REFUNDED, v.ReclaimPrinter(whole=False))
        case v.ClerkGone(clerk) if clerk == session.spare.clerk:
            return _undo(session, order, v.OrderState.REFUNDED, v.ReclaimPrinter(whole=False))
        case _:
            return Step(phase)


def _printed(phase: Printing, facts: Facts, now: float, limits: Limits) -> Step:
    session, order = phase.session, phase.order
    if phase.overpaid:  # nothing is charged: after a power cut the journal must not keep what shall go back
        order = replace(order, fee_yen=0)
    recorded = v.Record(order, v.OrderState.PRINTED)
    if order.fee_yen:
        return receipt.due(session, order, phase.seen, now, limits, recorded, v.StackEscrow())
    back = (v.ReturnEscrow(None, None),) if phase.overpaid else ()
    waiting = AwaitingPickup(session, order, now + limits.present_s)
    there = pickup.begin(waiting, facts, now, limits, seen=phase.seen, papers=order.sheets)
    return Step(there.phase, (recorded, *back, v.ReclaimPrinter(whole=True), *there.commands))


def ending(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:  # noqa: ARG001 - all phases are called alike
    """Let the clerk show its last page, then end it."""
    phase = kiosk.phase
    assert isinstance(phase, Ending)  # noqa: S101 - the dispatch table says so
    match event:
        case v.ClerkSaid(_, m.Ended() | m.Fault()) | v.Ticked():
            return rest.leave(v.KillClerk(phase.session.spare.clerk))
        case v.ClerkGone(clerk) if clerk == phase.session.spare.clerk:
            return rest.leave()
        case _:
            return Step(phase)
