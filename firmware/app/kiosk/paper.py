"""How much paper there is for sure, and whether an order fits on it. Pure.

The printer says *near end* once, at a length that its configuration promises (`printer.near_end_mm`); from then on what
is printed is taken off. A kiosk that was started, or lost its printer, after that moment knows nothing: no paper is
promised. Not responsible for paper that is out (`facts.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.orders import OrderState
from firmware.app.kiosk.state import Facts
from firmware.devices import Media, Paper, PrinterStatus

SLIP_MM = 150  # a receipt, or the slip of a registration, and the way from the head to the knife


def seen(facts: Facts, status: PrinterStatus) -> Facts:
    """Return the facts with what a new status says of the paper."""
    if status.paper is Paper.FULL:
        left_mm = None
    elif status.paper is not Paper.LOW:
        left_mm = facts.paper_left_mm
    elif facts.printer.paper is Paper.FULL:  # it ran low just now, at the worst at the beginning of the last job
        left_mm = max(status.near_end_mm - facts.job_mm, 0)
    else:
        left_mm = facts.paper_left_mm or 0
    return replace(facts, printer=status, paper_left_mm=left_mm)


def spent(facts: Facts, commands: Sequence[v.Command]) -> Facts:
    """Return the facts once the commands are under way: a job lent out takes its length, whatever becomes of it."""
    if not facts.printer.near_end_mm or not any(isinstance(each, v.LendPrinter) for each in commands):
        return facts
    paid = [each.order for each in commands if isinstance(each, v.Record) and each.state is OrderState.PAID]
    job_mm = sum(order.length_mm for order in paid) + SLIP_MM
    left_mm = None if facts.paper_left_mm is None else max(facts.paper_left_mm - job_mm, 0)
    return replace(facts, job_mm=job_mm, paper_left_mm=left_mm)


def lent(facts: Facts) -> Facts:
    """Return the facts once the printer is lent: whatever is printed, a strip that no order knows may be among it."""
    job_mm = max(facts.job_mm, SLIP_MM) if facts.printer.near_end_mm else facts.job_mm
    return replace(facts, printer_lent=True, job_mm=job_mm)


def may_try(facts: Facts) -> bool:
    """Tell whether a strip may be printed that nobody pays for: the last paper is for certificates."""
    free = not facts.printer_lent and not facts.printer_dirty and facts.tray is Media.NOT_PRESENT
    return free and facts.printer.ready and facts.printer.paper is Paper.FULL


def enough(facts: Facts, length_mm: int) -> bool:
    """Tell whether so much can be printed for sure, and a receipt behind it."""
    return facts.printer.paper is not Paper.LOW or (facts.paper_left_mm or 0) >= length_mm + SLIP_MM
