"""What becomes of order and money in every condition of conditions.toml: the kiosk's and the clerk's machine, pure."""

from dataclasses import replace

import pytest

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.clerk import delivery
from firmware.app.clerk import vocabulary as cv
from firmware.app.clerk.state import Clerk, Saying
from firmware.app.clerk.state import Limits as ClerkLimits
from firmware.app.clerk.state import Printing as ClerkPrinting
from firmware.app.clerk.visit import Visit
from firmware.app.kiosk import machine
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.facts import reasons
from firmware.app.kiosk.state import Collecting, Facts, Kiosk, Order, Printing, Serving, Session, Spare
from firmware.app.kiosk.state import Limits as KioskLimits
from firmware.drivers.printer import custom_replies, full_status, status
from tests.printer.condition_rows import ROWS

LIMITS = KioskLimits()
SESSION_ID, TRANSACTION_ID, DOCUMENT_ID, TOKEN = (m.Id(digit * 32) for digit in "abcd")
CLERK, FEE_YEN, LENGTH_MM = 1, 250, 300
SESSION = Session(Spare(CLERK, 4000, TOKEN), SESSION_ID, 900.0)
ORDER = Order(TRANSACTION_ID, DOCUMENT_ID, FEE_YEN, 1, LENGTH_MM)
HELD = m.DocumentHeld(TRANSACTION_ID, DOCUMENT_ID, FEE_YEN, 1, 1, LENGTH_MM)
READY = d.PrinterStatus(d.DeviceState.ONLINE, d.Paper.FULL)
FACTS = Facts(printer=READY, tray=d.Media.NOT_PRESENT, escrow=d.Media.NOT_PRESENT, reader=True, hub=True, open=True)
SILENT = {
    "power_off": d.PrinterStatus(d.DeviceState.POWER_OFF),
    "frozen": d.PrinterStatus(),
    "babble": d.PrinterStatus(),
}
STATED = [row for row in ROWS if row.escpos or row.full or row.key in SILENT]
STOPPING = [row for row in STATED if not row.ready and row.reason]
ENDING = [row for row in ROWS if row.fault]


def reading(row) -> d.PrinterStatus:
    """What the watch tells of the condition."""
    if row.escpos:
        return status.from_answers(*row.answers[0])
    if row.full:
        return full_status.from_full(custom_replies.FullStatus(*bytes.fromhex(row.full)))
    return SILENT[row.key]


def step(kiosk: Kiosk, event: v.Event):
    return machine.step(kiosk, event, 1.0, LIMITS)


def recorded(commands) -> list[v.OrderState]:
    return [each.state for each in commands if isinstance(each, v.Record)]


def returned(commands) -> list[v.OrderState | None]:
    return [each.outcome for each in commands if isinstance(each, v.ReturnEscrow)]


def told(commands) -> list[object]:
    return [each.message for each in commands if isinstance(each, v.Tell)]


@pytest.mark.parametrize("row", STATED, ids=lambda row: row.key)
def test_before_anybody_comes_the_kiosk_says_why_it_is_out_of_service(row):
    kiosk, _ = step(Kiosk(facts=FACTS), d.PrinterChanged(reading(row)))
    assert ({str(each) for each in reasons(kiosk.facts)} & {row.reason} == {row.reason}) == bool(row.reason)


@pytest.mark.parametrize("row", STOPPING, ids=lambda row: row.key)
def test_before_the_fee_nothing_is_asked_for(row):
    facts = replace(FACTS, printer=reading(row))
    kiosk, commands = step(Kiosk(Serving(SESSION, m.Step.ISSUE, 900.0), facts), v.ClerkSaid(CLERK, HELD))
    assert isinstance(kiosk.phase, Serving)
    assert recorded(commands) == [v.OrderState.CANCELLED]
    assert told(commands) == [m.PaymentReturned(m.ReturnCause.FAULT)]


@pytest.mark.parametrize("row", STOPPING, ids=lambda row: row.key)
def test_while_paying_the_money_goes_back_and_the_order_is_cancelled(row):
    facts = replace(FACTS, escrow=d.Media.PRESENT)
    paying = Kiosk(Collecting(SESSION, ORDER, 100.0, inserted_yen=100), facts)
    kiosk, commands = step(paying, d.PrinterChanged(reading(row)))
    assert isinstance(kiosk.phase, Serving)
    assert returned(commands) == [v.OrderState.CANCELLED]
    assert told(commands) == [m.PaymentReturned(m.ReturnCause.FAULT)]


@pytest.mark.parametrize("row", ENDING, ids=lambda row: row.key)
def test_while_printing_the_fee_goes_back_and_the_printer_is_swept(row):
    facts = replace(FACTS, escrow=d.Media.PRESENT)
    failed = m.PrintFailed(DOCUMENT_ID, m.PrintFault(row.fault), 0)
    _, commands = step(Kiosk(Printing(SESSION, ORDER, 100.0), facts), v.ClerkSaid(CLERK, failed))
    assert returned(commands) == [v.OrderState.REFUNDED]
    assert v.ReclaimPrinter(whole=False) in commands
    assert v.OrderState.PRINTED not in recorded(commands)


@pytest.mark.parametrize("row", ENDING, ids=lambda row: row.key)
def test_while_printing_the_person_is_told_and_gets_the_money(row):
    visit = replace(Visit(), document_id=DOCUMENT_ID, fee_yen=FEE_YEN)
    clerk = Clerk(phase=ClerkPrinting(1), visit=visit)
    after, _ = delivery.printing(clerk, cv.PrintStopped(1, m.PrintFault(row.fault), 0), 0.0, ClerkLimits())
    assert isinstance(after.phase, Saying)
    assert after.phase.cause == {"paper_out": "paper_out", "cover_open": "cover_open"}.get(row.fault, "printer_fault")
    assert after.phase.money == "returning"


@pytest.mark.parametrize("row", STATED, ids=lambda row: row.key)
def test_after_printing_the_order_stands_and_the_fee_is_kept(row):
    facts = replace(FACTS, escrow=d.Media.PRESENT)
    printed = v.ClerkSaid(CLERK, m.Printed(DOCUMENT_ID))
    kiosk, commands = step(Kiosk(Printing(SESSION, ORDER, 100.0), facts), printed)
    assert recorded(commands) == [v.OrderState.PRINTED]
    assert v.StackEscrow() in commands
    kiosk, commands = step(kiosk, d.PrinterChanged(reading(row)))
    assert returned(commands) == []
    assert not {v.OrderState.REFUNDED, v.OrderState.CANCELLED} & set(recorded(commands))
