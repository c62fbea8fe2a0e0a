"""Every kind of event that the kiosk's machine can be given, likely or not: for totality and for tables.

Not responsible for what can follow what (`kiosk_world.py`).
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import ClearReason, Thing
from tests.machines.kiosk_world import (
    ALARM_ID,
    BIG_COIN_YEN,
    DOCUMENT_ID,
    FEE_YEN,
    OTHER_DOCUMENT_ID,
    PORT,
    SESSION_ID,
    SMALL_COIN_YEN,
    TOKEN,
    TRANSACTION_ID,
    held,
    order,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ERRORS = ("none", "cutter", "mechanical", "unrecoverable", "auto_recoverable")


def printer_statuses() -> Iterator[d.PrinterStatus]:
    """Yield every reading of the printer."""
    for state, paper, cover_open, error in product(d.DeviceState, d.Paper, (False, True), ERRORS):
        yield d.PrinterStatus(state, paper, cover_open, error)


def sensors() -> Iterator[v.Event]:
    """Yield what devices and hub say, the printer apart."""
    yield from (d.CardInserted(), d.CardRemoved(), d.ReaderOnline("SCM"), d.ReaderOffline("8010002e"))
    yield from (d.PaperPresented(), d.PaperTaken())
    yield from (d.CoinInserted(SMALL_COIN_YEN), d.CoinInserted(BIG_COIN_YEN), d.CoinRejected(3))
    yield from (d.EscrowChanged(occupied=True), d.EscrowChanged(occupied=False))
    yield from (d.CameraChanged(health) for health in d.CameraHealth)
    yield from (d.BrokerConnected(), d.BrokerLost("timeout"))
    yield from (v.HubAnswered(open=True), v.HubAnswered(open=False), v.HubLost())


def answers() -> Iterator[v.Event]:
    """Yield what comes back from commands, timers and the start."""
    yield v.Ticked()
    yield from (v.Touched(SESSION_ID, language) for language in m.Language)
    yield from (v.EscrowReturned(None, None), v.EscrowReturned(order(), v.OrderState.REFUNDED))
    yield from (v.EscrowReturned(order(), v.OrderState.CANCELLED), v.EscrowStacked())
    yield from (v.EscrowStuck(v.StackEscrow()), v.EscrowStuck(v.ReturnEscrow(order(), v.OrderState.REFUNDED)))
    yield v.EscrowStuck(v.ReturnEscrow(None, None))
    yield from (v.PrinterLent(), v.PrinterSettled(clean=True), v.PrinterSettled(clean=False))
    yield from (v.AlarmCleared(ALARM_ID, reason) for reason in ClearReason)
    yield from (v.Switched(maintenance=True), v.Switched(maintenance=False))
    yield from (v.Recovered(()), v.Recovered((), lent=True))
    for thing, cleared in product(Thing, (False, True)):
        yield v.Recovered((), alarm=v.OpenAlarm(thing, TRANSACTION_ID, cleared))
    yield v.Recovered((), v.OpenOrder(order(), v.OrderState.TAKEN, printed=True))
    yield from (v.Recovered((), v.OpenOrder(order(), v.OrderState.UNKNOWN, printed=each)) for each in (False, True))
    for state in v.OrderState:
        if state not in v.FINAL:
            yield v.Recovered((v.OpenOrder(order(), state),))
    for state in (v.OrderState.PAID, v.OrderState.PRINTING):
        yield v.Recovered((v.OpenOrder(order(), state, meant=v.OrderState.REFUNDED),))


def messages() -> Iterator[m.FromClerk]:
    """Yield every message of a clerk."""
    yield m.Ready(PORT, TOKEN)
    yield from (m.Stepped(step) for step in m.Step)
    yield m.TransactionOpened(TRANSACTION_ID)
    yield from (held(fee_yen) for fee_yen in (-1, 0, FEE_YEN, 10_000, 10_001))
    yield m.PayCancelled()
    yield from (m.Printed(DOCUMENT_ID), m.Printed(OTHER_DOCUMENT_ID))
    yield from (m.Receipted(printed=True), m.Receipted(printed=False))
    yield from (m.SlipWanted(), m.SlipPrinted(printed=True), m.SlipPrinted(printed=False))
    yield from (m.PrintFailed(DOCUMENT_ID, fault, 0) for fault in m.PrintFault)
    yield from (m.Ended(cause) for cause in m.EndCause)
    yield m.Fault(m.Name("ValueError"), m.Name("errands"), 1)


def clerks(*numbers: int) -> Iterator[v.Event]:
    """Yield everything that these clerks can say, and their ends."""
    for number in numbers:
        yield v.ClerkGone(number)
        yield from (v.ClerkSaid(number, message) for message in messages())
