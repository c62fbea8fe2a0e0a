"""From the fee to the paper in the person's hand. The kiosk counts the money and watches the tray. Pure."""

from __future__ import annotations

from dataclasses import replace

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.course import Answer, say
from firmware.app.clerk.state import Clerk, Limits, Page, Paying, Printing, Receipting, TakingPaper

_RETURNED = {
    m.ReturnCause.TIMEOUT: ("timeout", m.EndCause.TIMEOUT),
    m.ReturnCause.CANCELLED: ("cancelled", m.EndCause.PERSON),
    m.ReturnCause.FAULT: ("payment_returned", m.EndCause.DEVICE),
    m.ReturnCause.OVERPAID: ("overpaid", m.EndCause.DEVICE),
}
_PRINT_SORRY = {m.PrintFault.PAPER_OUT: "paper_out", m.PrintFault.COVER_OPEN: "cover_open"}


def paying(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """Show the money as the kiosk counts it; print when it says so."""
    phase = clerk.phase
    assert isinstance(phase, Paying)  # noqa: S101 - the dispatch table says so
    match event:
        case m.Escrow(inserted_yen, due_yen):
            return replace(clerk, phase=_counted(phase, inserted_yen, due_yen, now, limits)), ()
        case m.PaymentReturned(m.ReturnCause.OVERPAID):
            return replace(clerk, phase=replace(phase, inserted_yen=0, open=True, returned=True)), ()
        case v.Ticked():
            return replace(clerk, phase=replace(phase, warned=True, deadline=None)), ()
        case m.PaymentReturned(cause):
            text, end = _RETURNED[cause]
            return say(clerk, end, text, now, limits, money="returning" if phase.inserted_yen else "nothing_charged")
        case v.Touched("cancel") if phase.open:
            return clerk, (v.Say(m.PayCancelled()),)
        case m.Print(document_id) if document_id == clerk.visit.document_id:
            serial = clerk.serial + 1
            told = v.Say(m.Stepped(m.Step.PRINT))
            return replace(clerk, phase=Printing(serial), serial=serial), (told, v.PrintDocument(serial))
        case _:
            return clerk, ()


def _counted(phase: Paying, inserted_yen: int, due_yen: int, now: float, limits: Limits) -> Paying:
    """Count what the kiosk counted; a coin gives the whole time again, unless it was one too many or the last."""
    counted = replace(phase, due_yen=due_yen, inserted_yen=inserted_yen, open=True)
    if inserted_yen > due_yen:
        return counted
    left = inserted_yen < due_yen
    deadline = now + max(limits.payment_s - limits.warning_s, 0.0) if left else None
    return replace(counted, returned=phase.returned and inserted_yen == 0, warned=False, deadline=deadline)


def printing(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """Wait for the printer's last word."""
    phase = clerk.phase
    assert isinstance(phase, Printing)  # noqa: S101 - the dispatch table says so
    document_id = clerk.visit.document_id
    match event:
        case v.PrintAdvanced(_, progress):
            return replace(clerk, phase=replace(phase, progress=progress)), ()
        case v.PrintDone() if document_id:
            told = (v.Say(m.Stepped(m.Step.TAKE_PAPER)), v.Say(m.Printed(document_id)))
            return replace(clerk, phase=TakingPaper()), told
        case v.PrintStopped(_, cause, sheets_done) if document_id:
            failed = v.Say(m.PrintFailed(document_id, cause, sheets_done))
            text = _PRINT_SORRY.get(cause, "printer_fault")
            money = "returning" if clerk.visit.fee_yen else "nothing_charged"
            return say(clerk, m.EndCause.DEVICE, text, now, limits, failed, money=money)
        case _:
            return clerk, ()


def receipting(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:  # noqa: ARG001 - called alike
    """Wait for the receipt; whatever becomes of it, the certificate is the person's."""
    match event:
        case v.ReceiptPrinted(_, printed):
            visit = replace(clerk.visit, receipt_failed=not printed)
            return replace(clerk, phase=TakingPaper(), visit=visit), (v.Say(m.Receipted(printed)),)
        case _:
            return clerk, ()


def taking_paper(clerk: Clerk, event: v.Event, now: float, limits: Limits) -> Answer:
    """Say good-bye when the kiosk says that the paper is taken, or that it cannot tell."""
    match event:
        case m.ReceiptDue():
            serial = clerk.serial + 1
            return replace(clerk, phase=Receipting(serial), serial=serial), (v.PrintReceipt(serial),)
        case m.MediaPresented():
            return replace(clerk, phase=TakingPaper(presented=True)), ()
        case m.Finish(m.FinishCause.TAKEN):
            return say(clerk, m.EndCause.FINISHED, "", now, limits, page=Page.THANKS)
        case m.Finish():
            return say(clerk, m.EndCause.FINISHED, "printer_fault", now, limits)
        case _:
            return clerk, ()
