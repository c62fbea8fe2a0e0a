"""Paper needed for an order is compared with what near-end promises, before any money is taken."""

from dataclasses import replace

import pytest
from test_condition_outcomes import CLERK, FACTS, HELD, ORDER, READY, SESSION, recorded, returned, step, told

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.facts import printer_reason
from firmware.app.kiosk.paper import SLIP_MM
from firmware.app.kiosk.state import Collecting, Kiosk, Lending, Reason, Serving

NEAR_END_MM = 1000
NEEDED_MM = HELD.length_mm + SLIP_MM
GOOD = replace(READY, near_end_mm=NEAR_END_MM)
LOW = replace(GOOD, paper=d.Paper.LOW)


def facts_after(*statuses: d.PrinterStatus):
    kiosk = Kiosk(facts=replace(FACTS, printer=d.PrinterStatus()))
    for status in statuses:
        kiosk, _ = step(kiosk, d.PrinterChanged(status))
    return kiosk.facts


def asked(facts):
    """The answer to a document that is held."""
    return step(Kiosk(Serving(SESSION, m.Step.ISSUE, 900.0), facts), v.ClerkSaid(CLERK, HELD))


@pytest.mark.parametrize(("near_end_mm", "sold"), [(NEEDED_MM, True), (NEEDED_MM - 1, False), (SLIP_MM, False)])
def test_the_fee_is_asked_for_only_if_what_near_end_promises_is_enough(near_end_mm, sold):
    low = replace(LOW, near_end_mm=near_end_mm)
    kiosk, commands = asked(facts_after(GOOD, low))
    assert isinstance(kiosk.phase, Collecting) is sold
    if not sold:
        assert recorded(commands) == [v.OrderState.CANCELLED]
        assert told(commands) == [m.PaymentReturned(m.ReturnCause.FAULT)]


@pytest.mark.parametrize("before", [d.PrinterStatus(), d.PrinterStatus(d.DeviceState.POWER_OFF)])
def test_low_paper_of_which_nobody_saw_the_beginning_promises_nothing(before):
    facts = facts_after(before, LOW)
    assert facts.paper_left_mm == 0
    assert printer_reason(facts) is Reason.PAPER_OUT
    assert isinstance(asked(facts)[0].phase, Serving)


def test_a_printer_of_which_nothing_is_known_is_out_of_paper_at_near_end():
    facts = facts_after(READY, replace(READY, paper=d.Paper.LOW))
    assert printer_reason(facts) is Reason.PAPER_OUT


def test_every_job_lent_out_takes_its_length_whatever_becomes_of_it():
    facts = replace(facts_after(GOOD, LOW), escrow=d.Media.PRESENT)
    paying = Kiosk(Collecting(SESSION, ORDER, 100.0), facts)
    kiosk, _ = step(paying, d.CoinInserted(ORDER.fee_yen))
    assert isinstance(kiosk.phase, Lending)
    assert kiosk.facts.paper_left_mm == NEAR_END_MM - NEEDED_MM


def test_paper_that_ran_low_during_a_job_promises_less_by_that_job():
    paying = Kiosk(Collecting(SESSION, ORDER, 100.0), replace(facts_after(GOOD), escrow=d.Media.PRESENT))
    kiosk, _ = step(paying, d.CoinInserted(ORDER.fee_yen))
    assert kiosk.facts.paper_left_mm is None
    kiosk, _ = step(kiosk, d.PrinterChanged(LOW))
    assert kiosk.facts.paper_left_mm == NEAR_END_MM - NEEDED_MM


def test_a_new_roll_promises_everything_again():
    facts = facts_after(GOOD, LOW, GOOD)
    assert facts.paper_left_mm is None
    assert isinstance(asked(facts)[0].phase, Collecting)


def test_paper_that_runs_low_while_paying_gives_the_money_back_unless_it_is_enough():
    for near_end_mm, kept in ((NEEDED_MM, True), (NEEDED_MM - 1, False)):
        paying = Kiosk(Collecting(SESSION, ORDER, 100.0, inserted_yen=100), replace(facts_after(GOOD)))
        kiosk, commands = step(paying, d.PrinterChanged(replace(LOW, near_end_mm=near_end_mm)))
        assert isinstance(kiosk.phase, Collecting) is kept
        assert returned(commands) == ([] if kept else [v.OrderState.CANCELLED])
