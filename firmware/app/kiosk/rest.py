"""The kiosk at rest: starting, in service and waiting, out of service. Pure.

At start the journal is settled against the sensors: what was not printed goes back, what was printed is kept, and what
cannot be known is `unknown` and never printed again (`DESIGN`, "Journal and money").
"""

from __future__ import annotations

from dataclasses import replace

from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import Noted, Thing
from firmware.app.kiosk.facts import begun, reasons
from firmware.app.kiosk.state import (
    Facts,
    Idle,
    Kiosk,
    LeftBehind,
    Level,
    Limits,
    OutOfService,
    Reason,
    Serving,
    Session,
)
from firmware.app.kiosk.transition import Step
from firmware.app.messages import CardSeen, Id, Serve
from firmware.app.messages import Step as DialogueStep
from firmware.devices import Media

_AT_REST = OutOfService(frozenset({Reason.STARTING}))


def starting(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Wait for the journal, then settle what it left open."""
    if not isinstance(event, v.Recovered):
        return Step(kiosk.phase)
    commands: list[v.Command] = [v.ReclaimPrinter(whole=not event.lent), v.StartSpare()]
    newest = event.orders[-1] if event.orders else None
    gone = replace(kiosk.facts, escrow=Media.NOT_PRESENT, tray=Media.NOT_PRESENT)
    for found in event.orders:  # what lies there can only be the newest order's
        commands += _settle(found, kiosk.facts if found is newest else gone)
    if not event.orders and kiosk.facts.escrow is Media.PRESENT and _earned(event.last):
        commands.append(v.StackEscrow())
    still_on = event.alarm if event.alarm and _still_on(event.alarm, kiosk.facts) else None
    if event.alarm and not still_on:
        commands.append(v.NoteAlarm(Noted.LOST_SIGHT, event.alarm.thing, event.alarm.subject_id))
    if kiosk.facts.tray is Media.PRESENT:
        return Step(_paper_found(newest, still_on, now, limits), tuple(commands))
    if still_on:
        silent = LeftBehind(Thing.CARD, Level.LOUD, None, still_on.subject_id, cleared=True)
        return Step(silent, tuple(commands))
    return Step(_AT_REST, tuple(commands))


def _still_on(alarm: v.OpenAlarm, facts: Facts) -> bool:
    """Tell whether it goes on from here. That of a card begins anew when the reader has told, unless it was cleared."""
    if facts.tray is Media.PRESENT:
        return alarm.thing is Thing.PAPER
    return alarm.thing is Thing.CARD and alarm.cleared and facts.card is not Media.NOT_PRESENT


def _paper_found(newest: v.OpenOrder | None, still_on: v.OpenAlarm | None, now: float, limits: Limits) -> LeftBehind:
    """Return the alarm about a paper that lies there at start; one that the office has cleared stays silent."""
    if newest is None and still_on:
        if still_on.cleared:
            return LeftBehind(Thing.PAPER, Level.LOUD, None, still_on.subject_id, cleared=True)
        return LeftBehind(Thing.PAPER, Level.ALARM, now + limits.alarm_s, still_on.subject_id)
    order = newest.order if newest and newest.state is v.OrderState.PRINTED else None
    subject = newest.order.transaction_id if newest else None
    return LeftBehind(Thing.PAPER, Level.ALARM, now + limits.alarm_s, subject, order)


def _earned(last: v.OpenOrder | None) -> bool:
    """Tell whether coins that lie there are a printed paper's fee, which a jammed gate did not keep.

    The paper may have been taken or left, or nobody saw what became of it: it came out, and that is what costs.
    """
    ends = (v.OrderState.TAKEN, v.OrderState.VOIDED, v.OrderState.UNKNOWN)
    return last is not None and last.printed and last.state in ends and last.order.fee_yen > 0


def _settle(found: v.OpenOrder, facts: Facts) -> list[v.Command]:
    """Return the end of an order that a crash or a power cut interrupted."""
    money_there = facts.escrow is Media.PRESENT
    match found.state:
        case v.OrderState.PRINTED:
            move: v.Command = v.StackEscrow() if found.order.fee_yen else v.ReturnEscrow(None, None)
            money: list[v.Command] = [move] if money_there else []
            still_there = facts.tray is Media.PRESENT
            return money if still_there else [v.Record(found.order, v.OrderState.UNKNOWN), *money]
        case v.OrderState.PAID | v.OrderState.PRINTING if money_there:
            return [v.ReturnEscrow(found.order, v.OrderState.REFUNDED)]
        case v.OrderState.PAID | v.OrderState.PRINTING:
            return [v.Record(found.order, found.meant or v.OrderState.UNKNOWN)]
        case _ if money_there:
            return [v.ReturnEscrow(found.order, v.OrderState.CANCELLED)]
        case _:
            return [v.Record(found.order, v.OrderState.CANCELLED)]


def resting(kiosk: Kiosk, event: v.Event, now: float, limits: Limits) -> Step:
    """Answer a touch, or a card that somebody forgot, while nobody is being served."""
    match event:
        case v.Touched(session_id, language) if (
            isinstance(kiosk.phase, Idle) and kiosk.facts.spare and not reasons(kiosk.facts)
        ):
            spare = kiosk.facts.spare
            session = Session(spare, session_id, now + limits.session_s)
            return Step(
                Serving(session, DialogueStep.CONSENT, session.end_by),
                (
                    v.Tell(spare.clerk, Serve(session_id, language)),
                    v.Tell(spare.clerk, CardSeen(kiosk.facts.card is Media.PRESENT)),
                ),
            )
        case v.Ticked() if _come(getattr(kiosk.phase, "card_by", None), now) and kiosk.facts.card is Media.PRESENT:
            return Step(LeftBehind(Thing.CARD, Level.REMIND, now + limits.remind_s))
        case v.Ticked() if isinstance(kiosk.phase, OutOfService) and _come(kiosk.phase.retry_by, now):
            again = (kiosk.facts.jam,) if kiosk.facts.jam else ()
            return Step(replace(kiosk.phase, retry_by=None), again)
        case _:
            return Step(kiosk.phase)


def at_rest(phase: Idle | OutOfService, facts: Facts, now: float, limits: Limits, subject: Id | None) -> Step:
    """Return the resting phase that the facts call for; `subject` names the visit that ends with this step, if any."""
    if facts.tray is Media.PRESENT:
        return Step(LeftBehind(Thing.PAPER, Level.REMIND, now + limits.remind_s, subject))
    forgotten = facts.escrow is Media.PRESENT and not facts.escrow_busy and not facts.jam
    sweep = facts.printer_dirty and facts.printer.ready and not facts.printer_lent
    commands: list[v.Command] = [v.ReturnEscrow(None, None)] if forgotten else []
    if sweep:
        commands.append(v.ReclaimPrinter(whole=False))
    if facts.card is Media.PRESENT and subject:
        return Step(LeftBehind(Thing.CARD, Level.PROMPT, now + limits.prompt_s, subject))
    card_by = (phase.card_by or now + limits.prompt_s) if facts.card is Media.PRESENT else None
    found = reasons(begun(facts, commands))
    if not found:
        return Step(Idle(card_by), tuple(commands))
    retry_by = phase.retry_by if isinstance(phase, OutOfService) else None
    owed = facts.jam is not None and not facts.escrow_busy
    retry_by = (retry_by or now + limits.retry_s) if owed else None
    return Step(OutOfService(found, card_by, retry_by), tuple(commands))


def _come(at: float | None, now: float) -> bool:
    return at is not None and now >= at


def leave(*commands: v.Command) -> Step:
    """Go to rest; `at_rest` decides which."""
    return Step(_AT_REST, commands)
