"""Several sheets and a receipt, one tray: however they fall and are taken, *taken* is said when nothing is to come."""

from dataclasses import replace

import pytest

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.kiosk import machine, pickup
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import Ending, Facts, Kiosk, LeftBehind, Printing
from tests.machines.kiosk_world import DOCUMENT_ID, LIMITS, READY_PRINTER, SERVING, SESSION, order

STEP_S = 0.25


class Tray:
    """The machine with its order of some sheets; each verb is one thing that happens, at its time."""

    def __init__(self, sheets, *, receipt=False):
        facts = Facts(printer=READY_PRINTER, tray=d.Media.NOT_PRESENT, escrow=d.Media.PRESENT, reader=True)
        session = replace(SESSION, end_by=900.0)
        self.order = replace(order(order().fee_yen if receipt else 0), sheets=sheets)
        self.kiosk = Kiosk(Printing(session, self.order, 100.0), facts)
        self.now = 0.0
        self.receipt = receipt
        self.to_fall = sheets
        self.lying = 0
        self.told_printed_s = None
        self.is_printed = False
        self.taken = False
        self.story = []

    def fall(self):
        self.to_fall -= 1
        self.lying += 1
        if self.lying == 1:
            self.tell(d.PaperPresented())

    def take(self):
        self.lying = 0
        self.tell(d.PaperTaken())

    def printed(self):
        self.told_printed_s = None if self.receipt else self.now
        self.tell(v.ClerkSaid(SERVING, m.Printed(DOCUMENT_ID)))
        self.is_printed = True
        self.to_fall += int(self.receipt)

    def receipted(self):
        """The completion reply of the receipt comes; it may still fall."""
        self.told_printed_s = self.now
        self.tell(v.ClerkSaid(SERVING, m.Receipted(printed=True)))

    def wait(self):
        """Let a moment pass, with the deadlines in it; the last sheet falls within its time."""
        self.now += STEP_S
        while (due := self.kiosk.deadline) is not None and due <= self.now and not self.over:
            self.tell(v.Ticked(), due)

    @property
    def over(self):
        return isinstance(self.kiosk.phase, (Ending, LeftBehind))

    def tell(self, event, at=None):
        self.story.append(f"{self.now}: {event}")
        self.kiosk, commands = machine.step(self.kiosk, event, self.now if at is None else at, LIMITS)
        for command in commands:
            if isinstance(command, v.Record) and command.state is v.OrderState.TAKEN:
                assert self.to_fall + self.lying == 0, f"taken, and a sheet is to come: {self.story}"
                self.taken = True

    def possible(self):
        if self.to_fall and (self.to_fall > 1 or self.told_printed_s is None or self.in_time):
            yield Tray.fall
        if self.lying:
            yield Tray.take
        if self.to_fall <= 1 and not self.is_printed:
            yield Tray.printed
        elif self.to_fall <= 1 and self.told_printed_s is None:
            yield Tray.receipted

    @property
    def in_time(self):
        return self.now - self.told_printed_s < LIMITS.last_sheet_s


def ways(sheets, *, receipt=False):
    """Every order of sheets falling, hands and the completion reply; between two of them, a moment or none."""
    walked, open_ways, ends = set(), [()], []
    while open_ways:
        way = open_ways.pop()
        tray = play(sheets, way, receipt=receipt)
        choices = list(tray.possible())
        if not choices:
            ends.append(tray)
        for verb in choices:
            for waits in (0, 1) if len(way) < 12 else (0,):
                longer = (*way, *([Tray.wait] * waits), verb)
                if longer not in walked:
                    walked.add(longer)
                    open_ways.append(longer)
    return ends


def play(sheets, way, *, receipt=False):
    tray = Tray(sheets, receipt=receipt)
    for verb in way:
        verb(tray)
    return tray


@pytest.mark.parametrize("sheets", [1, 2, 3])
def test_taken_is_said_only_when_no_sheet_is_to_come(sheets):
    ends = ways(sheets)
    assert len(ends) >= 2**sheets
    for tray in ends:
        for _ in range(round(LIMITS.present_s / STEP_S) + 1):
            tray.wait()
        assert tray.over, tray.story
    assert any(tray.taken for tray in ends)


@pytest.mark.parametrize("sheets", [1, 2])
def test_with_a_receipt_it_is_said_when_that_is_taken_too(sheets):
    ends = ways(sheets, receipt=True)
    for tray in ends:
        for _ in range(round(LIMITS.present_s / STEP_S) + 1):
            tray.wait()
        assert tray.over, tray.story
    assert any(tray.taken for tray in ends)


def test_a_receipt_that_is_not_seen_leaves_the_certificate_taken():
    tray = play(1, (Tray.fall, Tray.take, Tray.printed, Tray.receipted), receipt=True)
    tray.to_fall = 0
    for _ in range(round(LIMITS.last_sheet_s / STEP_S)):
        tray.wait()
    assert tray.taken


@pytest.mark.parametrize("end", [v.Ticked(), v.ClerkGone(SERVING), v.ClerkSaid(SERVING, m.Receipted(printed=False))])
def test_no_receipt_changes_nothing_of_the_order(end):
    tray = play(1, (Tray.fall, Tray.printed), receipt=True)
    tray.to_fall = 0
    tray.tell(end, tray.kiosk.deadline)
    assert tray.kiosk.facts.printer_lent
    tray.take()
    for _ in range(round(LIMITS.last_sheet_s / STEP_S) + 1):
        tray.wait()
    assert tray.taken


@pytest.mark.parametrize("sheets", [1, 2])
def test_who_takes_all_sheets_at_once_is_thanked_without_a_long_wait(sheets):
    tray = play(sheets, (*([Tray.fall] * sheets), Tray.printed, Tray.wait, Tray.take))
    for _ in range(round(LIMITS.last_sheet_s / STEP_S)):
        tray.wait()
    assert tray.taken


def test_two_sheets_caught_one_by_one_need_no_wait():
    assert play(2, (Tray.fall, Tray.take, Tray.fall, Tray.printed, Tray.take)).taken
    assert play(2, (Tray.fall, Tray.take, Tray.fall, Tray.take, Tray.printed)).taken


def test_a_sheet_that_never_comes_is_not_claimed_as_taken():
    tray = play(2, (Tray.fall, Tray.take, Tray.printed))
    for _ in range(round(LIMITS.present_s / STEP_S) + 1):
        tray.wait()
    assert tray.over
    assert not tray.taken


def test_a_reminder_comes_for_sheets_that_lie_there():
    tray = play(2, (Tray.fall, Tray.printed, Tray.fall))
    for _ in range(round((LIMITS.last_sheet_s + LIMITS.prompt_s + LIMITS.remind_s) / STEP_S) + 1):
        tray.wait()
    assert isinstance(tray.kiosk.phase, LeftBehind)


def test_a_planted_mistake_is_found(monkeypatch):
    right = pickup.presented

    def mistake(phase, now, limits, *, all_seen):
        return right(phase, now, limits, all_seen=True)

    monkeypatch.setattr(pickup, "presented", mistake)
    with pytest.raises(AssertionError, match="a sheet is to come"):
        ways(2)
