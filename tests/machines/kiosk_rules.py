"""What must hold in every state of the kiosk and at every transition. A rule returns words when it is broken.

Sources: `DESIGN`, "Journal and money"; `DOMAIN`, "Leaving things behind" and "Money". Not responsible for what can
happen (`kiosk_world.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app import messages as m
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.facts import reasons
from firmware.app.kiosk.outputs import ClerkScreen, buzzer_of, coins_open, screen_of
from firmware.app.kiosk.state import (
    AwaitingPickup,
    Collecting,
    Ending,
    Idle,
    LeftBehind,
    Lending,
    LendingForSlip,
    Level,
    OutOfService,
    Printing,
    PrintingSlip,
    Receipting,
    Serving,
    Starting,
)
from firmware.devices import BuzzerPattern, Media
from tests.machines.kiosk_alarm_rules import ALARM_RULES
from tests.machines.kiosk_film_rules import visits_and_alarms_are_filmed_from_beginning_to_end
from tests.machines.kiosk_slip_rules import SLIP_RULES, SLIPS
from tests.machines.kiosk_world import SERVING, WAITING, Answer, Situation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

S = v.OrderState
_MAY_FOLLOW: dict[v.OrderState | None, frozenset[v.OrderState]] = {
    None: frozenset({S.DOCUMENT_HELD, S.CANCELLED}),
    S.REQUESTED: frozenset({S.DOCUMENT_HELD, S.CANCELLED, S.UNKNOWN}),
    S.DOCUMENT_HELD: frozenset({S.PAID, S.CANCELLED, S.UNKNOWN}),
    S.PAID: frozenset({S.PRINTING, S.REFUNDED, S.UNKNOWN}),
    S.PRINTING: frozenset({S.PRINTED, S.REFUNDED, S.UNKNOWN}),
    S.PRINTED: frozenset({S.TAKEN, S.UNKNOWN, S.VOIDED}),
}
_PAYING = (Collecting, Lending, Printing)
_AT_REST = (Idle, OutOfService)


def the_journal_only_goes_forward(answer: Answer) -> Iterator[str]:
    """An order that has an end keeps it, and no state is skipped."""
    state = answer.happening.world.journal
    for command in answer.commands:
        if isinstance(command, v.Record):
            if command.state not in _MAY_FOLLOW.get(state, frozenset()):
                yield f"recorded {command.state} after {state}"
            state = command.state


def nothing_is_done_that_the_journal_does_not_know(answer: Answer) -> Iterator[str]:
    """`Record` stands before the command that depends on it."""
    state = answer.happening.world.journal
    for command in answer.commands:
        match command:
            case v.Record():
                state = command.state
            case v.Tell(_, m.Escrow(0)) if state is not S.DOCUMENT_HELD:
                yield f"the fee is asked for while the journal says {state}"
            case v.LendPrinter() if state is not S.PAID and not _for_a_slip(answer):
                yield f"the printer is lent while the journal says {state}"
            case v.Tell(_, m.Print()) if state is not S.PRINTING:
                yield f"print is told while the journal says {state}"
            case v.StackEscrow() if state not in (S.PRINTED, S.TAKEN, S.VOIDED, S.UNKNOWN):
                yield f"the escrow is kept while the journal says {state}"
            case v.Tell(_, m.Finish(m.FinishCause.TAKEN)) if state is not S.TAKEN:
                yield f"thanks for taking while the journal says {state}"
            case _:
                pass


def _for_a_slip(answer: Answer) -> bool:
    return isinstance(answer.after.kiosk.phase, LendingForSlip) and not answer.happening.world.gates


def only_what_is_paid_is_printed(answer: Answer) -> Iterator[str]:
    """Print is told for the order of the visit, with its whole fee in the escrow and the printer let go of."""
    world = answer.happening.world
    for command in answer.commands:
        if isinstance(command, v.Tell) and isinstance(command.message, m.Print):
            if world.order is None or command.message.document_id != world.order.document_id:
                yield "print is told for another document"
            elif world.coins_yen < world.order.fee_yen:
                yield f"print is told with {world.coins_yen} of {world.order.fee_yen} yen in the escrow"
            if world.lending or world.reclaiming:
                yield "print is told while the printer changes hands"


def the_fee_is_kept_only_after_printed(answer: Answer) -> Iterator[str]:
    """Keeping follows the completion reply of this order, the journal at start, or a jam of keeping: nothing else."""
    if any(isinstance(command, v.StackEscrow) for command in answer.commands):
        phase, event = answer.before.kiosk.phase, answer.happening.event
        match event:
            case v.ClerkSaid(_, m.Printed(document_id)) if (
                isinstance(phase, Printing) and document_id == phase.order.document_id and not phase.overpaid
            ):
                pass
            case v.Recovered(orders) if any(found.state is S.PRINTED for found in orders):
                pass
            case v.Recovered((), v.OpenOrder(order, S.TAKEN | S.VOIDED | S.UNKNOWN, printed=True)) if order.fee_yen:
                pass
            case v.Ticked() if answer.before.kiosk.facts.jam == v.StackEscrow():
                pass
            case _:
                yield f"the escrow is kept on {event} in {type(phase).__name__}"


def what_a_printed_paper_cost_is_kept_at_start(answer: Answer) -> Iterator[str]:
    """Coins that a jammed gate did not keep stay the operator's over any number of restarts."""
    match answer.happening.event:
        case v.Recovered((), v.OpenOrder(order, printed=True)) if (
            order.fee_yen
            and isinstance(answer.before.kiosk.phase, Starting)
            and answer.before.kiosk.facts.escrow is Media.PRESENT
        ):
            if v.StackEscrow() not in answer.commands:
                yield f"a printed paper's fee lies there, and {answer.commands} do not keep it"
        case _:
            pass


def whoever_paid_and_got_nothing_has_the_money_back(answer: Answer) -> Iterator[str]:
    """Leaving the phases of payment without a completion reply returns the whole escrow."""
    before, there = answer.before.kiosk.phase, answer.after.kiosk.phase
    if not isinstance(before, _PAYING) or isinstance(there, _PAYING):
        return
    match answer.happening.event:
        case v.ClerkSaid(_, m.Printed()) if isinstance(before, Printing):
            if before.order.fee_yen and not any(
                isinstance(command, (v.StackEscrow, v.ReturnEscrow)) for command in answer.commands
            ):
                yield "printed, and the fee neither kept nor returned"
        case _:
            wanted = S.CANCELLED if isinstance(before, Collecting) else S.REFUNDED
            if v.ReturnEscrow(before.order, wanted) not in answer.commands:
                yield f"{type(before).__name__} is left without giving the money back as {wanted}"


def what_went_back_is_known_and_what_is_not_known_is_not_claimed(answer: Answer) -> Iterator[str]:
    """An order found paid, with no coins there, ends as it was noted before they went; without a note as unknown."""
    match answer.happening.event:
        case v.Recovered((v.OpenOrder(order, S.PAID | S.PRINTING, meant),)) if isinstance(
            answer.before.kiosk.phase, Starting
        ):
            there = answer.before.kiosk.facts.escrow is Media.PRESENT
            end = v.ReturnEscrow(order, S.REFUNDED) if there else v.Record(order, meant or S.UNKNOWN)
            if end not in answer.commands:
                yield f"{answer.commands} instead of {end}"
        case _:
            pass


def only_the_exact_fee_is_kept(answer: Answer) -> Iterator[str]:
    """What the gate keeps is the fee of a printed order, to the yen."""
    before, world = answer.before.world, answer.happening.world
    kept = before.gates[0] if before.gates and before.coins_yen and not world.coins_yen else None
    if kept and kept.keeps and (before.order is None or before.coins_yen != before.order.fee_yen):
        yield f"{before.coins_yen} yen are kept for {before.order}"


def a_stranger_changes_nothing(answer: Answer) -> Iterator[str]:
    """Only the serving clerk's messages count; `Ready` is the waiting clerk's."""
    event = answer.happening.event
    if isinstance(event, v.ClerkSaid) and event.clerk not in (SERVING, WAITING):
        if answer.after.kiosk.phase != answer.before.kiosk.phase:
            yield f"clerk {event.clerk} changed the phase"
        yield from (f"clerk {event.clerk} caused {command}" for command in answer.commands)


def a_dead_clerk_is_replaced(answer: Answer) -> Iterator[str]:
    """`ClerkGone` always starts a spare, and nothing else but the start does."""
    started = answer.commands.count(v.StartSpare())
    wanted = int(isinstance(answer.happening.event, (v.ClerkGone, v.Recovered)))
    if isinstance(answer.happening.event, v.Recovered) and not isinstance(answer.before.kiosk.phase, Starting):
        wanted = 0
    if started != wanted:
        yield f"{started} spares started on {type(answer.happening.event).__name__}"


def one_clerk_serves(answer: Answer) -> Iterator[str]:
    """A person is served by the waiting clerk, when the one before has been ended."""
    for command in answer.commands:
        if isinstance(command, v.Tell) and isinstance(command.message, m.Serve):
            if answer.happening.world.serving:
                yield "a second clerk serves"
            spare = answer.before.kiosk.facts.spare
            if spare is None or spare.clerk != command.clerk:
                yield "a clerk serves that was not waiting"


def a_visit_ends_with_its_clerk(answer: Answer) -> Iterator[str]:
    """No process that knows a person outlives the visit."""
    if answer.before.kiosk.session and not answer.after.kiosk.session and answer.after.world.serving:
        yield "the visit is over and its clerk lives"


def a_card_that_may_lie_there_is_not_waited_for_in_silence(answer: Answer) -> Iterator[str]:
    """Each deadline while it is to be taken back makes the reminder louder, or ends the visit; also with no reader."""
    before, after = answer.before.kiosk, answer.after.kiosk
    match before.phase, after.phase:
        case Serving(step=m.Step.TAKE_CARD, level=level), Serving(level=then) if (
            isinstance(answer.happening.event, v.Ticked) and before.facts.card is not Media.NOT_PRESENT
        ):
            if then <= level:
                yield "a deadline passes and the person is not called louder"
        case _:
            pass


def the_sale_waits_for_the_card(answer: Answer) -> Iterator[str]:
    """A card that is laid down again while the fee is paid is taken before the printer is lent."""
    before, after = answer.before.kiosk.phase, answer.after.kiosk
    sold = isinstance(before, Collecting) and isinstance(after.phase, Lending)
    if sold and after.facts.card is Media.PRESENT:
        yield "the sale goes on while a card lies on the reader"


TRANSITION_RULES: tuple[Callable[[Answer], Iterator[str]], ...] = (
    the_journal_only_goes_forward,
    nothing_is_done_that_the_journal_does_not_know,
    only_what_is_paid_is_printed,
    the_fee_is_kept_only_after_printed,
    what_a_printed_paper_cost_is_kept_at_start,
    whoever_paid_and_got_nothing_has_the_money_back,
    what_went_back_is_known_and_what_is_not_known_is_not_claimed,
    only_the_exact_fee_is_kept,
    a_stranger_changes_nothing,
    a_dead_clerk_is_replaced,
    one_clerk_serves,
    a_visit_ends_with_its_clerk,
    visits_and_alarms_are_filmed_from_beginning_to_end,
    a_card_that_may_lie_there_is_not_waited_for_in_silence,
    the_sale_waits_for_the_card,
    *ALARM_RULES,
    *SLIP_RULES,
)


def service_follows_from_the_facts(situation: Situation) -> Iterator[str]:
    """In service exactly when nothing is missing."""
    found = reasons(situation.kiosk.facts)
    match situation.kiosk.phase:
        case Idle() if found:
            yield f"in service although {sorted(found)}"
        case OutOfService() if not found:
            yield "out of service for nothing"
        case _:
            pass


def coins_fall_only_while_collecting(situation: Situation) -> Iterator[str]:
    """And never while the escrow moves, nor while a card lies on the reader."""
    if coins_open(situation.kiosk) and not isinstance(situation.kiosk.phase, Collecting):
        yield "coins are taken outside of Collecting"
    if coins_open(situation.kiosk) and situation.world.gates:
        yield "coins are taken while the escrow moves"
    if coins_open(situation.kiosk) and situation.kiosk.facts.card is Media.PRESENT:
        yield "coins are taken while a card lies on the reader"


def what_is_left_is_noticed(situation: Situation) -> Iterator[str]:
    """At rest no paper lies in the tray, and for a card on the reader a deadline runs."""
    kiosk = situation.kiosk
    if isinstance(kiosk.phase, _AT_REST):
        if kiosk.facts.tray is Media.PRESENT:
            yield "at rest with a paper in the tray"
        if kiosk.facts.card is Media.PRESENT and kiosk.deadline is None:
            yield "at rest with a card on the reader, and no deadline runs"


def every_wait_has_an_end(situation: Situation) -> Iterator[str]:
    """Every phase but rest has a deadline; an alarm waits for the sensor alone once it is loudest, or cleared.

    Not as long as the paper's order has no end: a paper that nobody takes is void in the end.
    """
    phase = situation.kiosk.phase
    waits = isinstance(phase, LeftBehind) and (phase.level is Level.LOUD or phase.cleared) and phase.order is None
    if situation.kiosk.deadline is None and not waits and not isinstance(phase, (*_AT_REST, Starting)):
        yield f"{type(phase).__name__} can last for ever"


def no_coin_is_kept_for_nothing(situation: Situation) -> Iterator[str]:
    """At rest with every gate shut, the escrow is empty, unless a person has to open it."""
    world = situation.world
    if isinstance(situation.kiosk.phase, _AT_REST) and not world.gates and not world.stuck and world.coins_yen:
        yield f"{world.coins_yen} yen lie in the escrow at rest"


def every_order_has_an_end_at_rest(situation: Situation) -> Iterator[str]:
    """At rest with every gate shut, the journal knows how the order ended, unless its money is jammed."""
    world = situation.world
    quiet = isinstance(situation.kiosk.phase, _AT_REST) and not world.gates and not world.stuck
    if quiet and world.journal is not None and world.journal not in v.FINAL:
        yield f"the order of the last visit stays {world.journal}"


def a_jammed_gate_is_tried_again(situation: Situation) -> Iterator[str]:
    """A jam is known as long as it lasts, keeps from serving, and has a deadline at rest."""
    world, kiosk = situation.world, situation.kiosk
    if not isinstance(kiosk.phase, _AT_REST) or world.gates:
        return
    if world.stuck != (kiosk.facts.jam is not None):
        yield f"the escrow is stuck: {world.stuck}, the machine thinks: {kiosk.facts.jam}"
    if world.stuck and kiosk.deadline is None:
        yield "a jammed gate is never tried again"


def no_page_of_a_dead_clerk_is_shown(situation: Situation) -> Iterator[str]:
    """A clerk's page needs its process."""
    if isinstance(screen_of(situation.kiosk), ClerkScreen) and not situation.world.serving:
        yield "the screen shows the page of a clerk that is dead"


def a_card_laid_down_again_is_heard(situation: Situation) -> Iterator[str]:
    """From the fee on, and around a slip, the buzzer calls at once."""
    kiosk = situation.kiosk
    paid_for = isinstance(kiosk.phase, (*_PAYING, *SLIPS, Receipting, AwaitingPickup, Ending))
    if paid_for and kiosk.facts.card is Media.PRESENT and buzzer_of(kiosk) is BuzzerPattern.SILENT:
        yield f"a card lies on the reader in {type(kiosk.phase).__name__}, in silence"


def one_thing_moves_at_a_time(situation: Situation) -> Iterator[str]:
    """One gate of the escrow is driven, the printer changes hands once, one clerk waits."""
    world, facts = situation.world, situation.kiosk.facts
    if len(world.gates) > 1 and any(gate.keeps for gate in world.gates):
        yield f"the escrow is kept and returned at once: {world.gates}"
    if world.gates and not facts.escrow_busy:
        yield "the escrow moves and the machine does not know"
    if world.reclaiming > 1:
        yield "the printer is taken back twice at once"
    if world.reclaiming and not facts.printer_lent:
        yield "the printer is being taken back and the machine does not know"
    if (
        not (world.lending or world.reclaiming)
        and facts.printer_lent
        and not isinstance(situation.kiosk.phase, (Printing, Receipting, PrintingSlip, Serving))
    ):
        yield "the printer is lent to nobody and nobody takes it back"
    if world.starting + (facts.spare is not None) > 1:
        yield "two clerks wait"


STATE_RULES: tuple[Callable[[Situation], Iterator[str]], ...] = (
    service_follows_from_the_facts,
    coins_fall_only_while_collecting,
    what_is_left_is_noticed,
    every_wait_has_an_end,
    no_coin_is_kept_for_nothing,
    every_order_has_an_end_at_rest,
    one_thing_moves_at_a_time,
    a_jammed_gate_is_tried_again,
    no_page_of_a_dead_clerk_is_shown,
    a_card_laid_down_again_is_heard,
)


def broken_by(answer: Answer) -> tuple[str, ...]:
    """Return what a transition breaks."""
    return tuple(f"{rule.__name__}: {words}" for rule in TRANSITION_RULES for words in rule(answer))


def broken_in(situation: Situation) -> tuple[str, ...]:
    """Return what a state breaks."""
    return tuple(f"{rule.__name__}: {words}" for rule in STATE_RULES for words in rule(situation))
