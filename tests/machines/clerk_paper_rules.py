"""What must hold whenever the clerk prints: certificate, receipt, slip. Beside the rules of `clerk_rules.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.state import AwaitingSlip, Paying, Printing, PrintingSlip, Question, Receipting, TakingPaper
from tests.machines.clerk_reading import at, commands, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.machines.clerk_world import Answer


def a_receipt_follows_the_kept_fee(a: Answer) -> str | None:
    """A receipt is printed at the kiosk's word that the fee is kept, once, and the kiosk hears how it ended."""
    due = isinstance(a.before.clerk.phase, TakingPaper) and isinstance(a.event, m.ReceiptDue)
    if bool(commands(a, v.PrintReceipt)) != due:
        return "a receipt at the wrong time"
    ended = isinstance(a.before.clerk.phase, Receipting) and isinstance(a.event, v.ReceiptPrinted)
    left = isinstance(a.before.clerk.phase, Receipting) and not isinstance(a.clerk.phase, Receipting)
    if bool(said(a, m.Receipted)) != left or (left and not ended):
        return "the printer is given back at the wrong time, or in silence"
    return None


def a_slip_has_the_number_of_a_request(a: Answer) -> str | None:
    """The printer is asked for once a request was made; its number is shown at the kiosk's word, whatever it is."""
    wanted, made = bool(said(a, m.SlipWanted)), isinstance(a.event, v.Registered)
    waits, waited = (isinstance(each.phase, (AwaitingSlip, PrintingSlip)) for each in (a.clerk, a.before.clerk))
    if wanted != made or (waits and not (waited or wanted)):
        return "a slip without a request, or a request without a slip"
    if commands(a, v.PrintRequestSlip) and a.event != m.PrintSlip():
        return "a slip at the wrong time"
    left = isinstance(a.before.clerk.phase, PrintingSlip) and not isinstance(a.clerk.phase, PrintingSlip)
    if bool(said(a, m.SlipPrinted)) != left:
        return "the printer is given back at the wrong time, or in silence"
    over = isinstance(a.before.clerk.phase, AwaitingSlip) and isinstance(a.event, m.SlipOver)
    if over and (at(a.clerk) is not Question.REGISTERED or a.clerk.visit.slip_taken != a.event.taken):
        return "the number is not shown after the slip"
    return None


def printing_is_commanded(a: Answer) -> str | None:
    """Printing begins at the kiosk's word for this document, and *printed* is said at the printer's word only."""
    document_id = a.before.clerk.visit.document_id
    if commands(a, v.PrintDocument) and not (
        isinstance(a.before.clerk.phase, Paying) and a.event == m.Print(document_id or m.Id("0" * 32))
    ):
        return "PrintDocument without the kiosk's Print"
    if said(a, m.Printed) and not (isinstance(a.before.clerk.phase, Printing) and isinstance(a.event, v.PrintDone)):
        return "Printed without the printer's completion reply"
    return None


PAPER_RULES: tuple[Callable[[Answer], str | None], ...] = (
    a_receipt_follows_the_kept_fee,
    a_slip_has_the_number_of_a_request,
    printing_is_commanded,
)
