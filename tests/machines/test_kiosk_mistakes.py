"""Mistakes planted in the kiosk's machine: the exploration finds each one, and names the rule that it breaks."""

from dataclasses import replace

import pytest

from firmware import devices as d
from firmware.app import messages as m
from firmware.app.kiosk import filming, machine, outputs, phases, pickup, rest
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import (
    AwaitingPickup,
    Collecting,
    Idle,
    LeftBehind,
    Lending,
    Level,
    Limits,
    OutOfService,
    Printing,
    Serving,
)
from firmware.app.kiosk.transition import Step
from tests.machines import kiosk_rules
from tests.machines.exploration import RuleBroken
from tests.machines.kiosk_slices import SLICES, explored


def without(step, kind):
    """The step with one kind of command forgotten."""
    return replace(step, commands=tuple(each for each in step.commands if not isinstance(each, kind)))


def changed(phase, change):
    """The transition function of a phase, with `change(step, event, kiosk)` made to all its answers."""
    right = machine._PHASES[phase]
    return phase, lambda kiosk, event, now, limits: change(right(kiosk, event, now, limits), event, kiosk)


def keep_the_fee_when_printing_failed(patch):
    def mistake(step, event, _kiosk):
        failed = isinstance(event, v.ClerkSaid) and isinstance(event.message, m.PrintFailed)
        if not failed or not isinstance(step.phase, Serving):
            return step
        return replace(step, commands=(v.StackEscrow(), *without(step, v.ReturnEscrow).commands))

    patch.setitem(machine._PHASES, *changed(Printing, mistake))


def keep_the_fee_when_the_clerk_dies(patch):
    def mistake(step, event, _kiosk):
        return without(step, v.ReturnEscrow) if isinstance(event, v.ClerkGone) else step

    patch.setitem(machine._PHASES, *changed(Printing, mistake))


def forget_the_money_on_a_cancellation(patch):
    def mistake(step, event, _kiosk):
        cancelled = isinstance(event, v.ClerkSaid) and isinstance(event.message, m.PayCancelled)
        return without(step, v.ReturnEscrow) if cancelled else step

    patch.setitem(machine._PHASES, *changed(Collecting, mistake))


def print_before_the_journal_knows(patch):
    def mistake(step, _event, _kiosk):
        return replace(step, commands=step.commands[::-1])

    patch.setitem(machine._PHASES, *changed(Lending, mistake))


def print_for_half_the_fee(patch):
    right = phases._coin

    def mistake(phase, inserted_yen, *rest):
        return right(phase, inserted_yen * 2, *rest)

    patch.setattr(phases, "_coin", mistake)


def believe_another_documents_completion(patch):
    def mistake(step, event, kiosk):
        printed = isinstance(event, v.ClerkSaid) and isinstance(event.message, m.Printed)
        return phases._printed(kiosk.phase, kiosk.facts, 0.0, Limits()) if printed else step

    patch.setitem(machine._PHASES, *changed(Printing, mistake))


def listen_to_any_clerk(patch):
    patch.setattr(machine, "_is_current", lambda kiosk, _clerk: kiosk.session is not None)


def start_no_spare(patch):
    right = machine._always
    patch.setattr(machine, "_always", lambda kiosk, event: [c for c in right(kiosk, event) if c != v.StartSpare()])


def let_the_clerk_live(patch):
    def mistake(step, event, _kiosk):
        return without(step, v.KillClerk) if isinstance(event, v.Ticked) else step

    patch.setitem(machine._PHASES, *changed(Serving, mistake))


def overlook_the_paper_in_the_tray(patch):
    right = rest.at_rest

    def mistake(phase, facts, *others):
        return right(phase, replace(facts, tray=d.Media.NOT_PRESENT), *others)

    patch.setattr(rest, "at_rest", mistake)


def let_no_deadline_run_for_a_forgotten_card(patch):
    right = rest.at_rest

    def mistake(*arguments):
        step = right(*arguments)
        at_rest = isinstance(step.phase, (Idle, OutOfService))
        return replace(step, phase=replace(step.phase, card_by=None)) if at_rest else step

    patch.setattr(rest, "at_rest", mistake)


def remind_for_ever(patch):
    def mistake(step, _event, _kiosk):
        reminding = isinstance(step.phase, LeftBehind) and step.phase.level is Level.REMIND
        return replace(step, phase=replace(step.phase, deadline=None)) if reminding else step

    patch.setitem(machine._PHASES, *changed(LeftBehind, mistake))


def overlook_a_coin_that_was_not_understood(patch):
    def mistake(step, event, kiosk):
        return Step(kiosk.phase) if isinstance(event, d.CoinRejected) else step

    patch.setitem(machine._PHASES, *changed(Lending, mistake))


def take_coins_into_a_moving_escrow(patch):
    right = phases.collecting

    def mistake(kiosk, event, now, limits):
        calm = replace(kiosk, facts=replace(kiosk.facts, escrow_moves=0))
        return right(calm if isinstance(event, d.CoinInserted) else kiosk, event, now, limits)

    patch.setitem(machine._PHASES, Collecting, mistake)


def record_printed_twice(patch):
    right = pickup._never_seen

    def mistake(phase, now, limits):
        step = right(phase, now, limits)
        return replace(step, commands=(v.Record(phase.order, v.OrderState.PRINTED), *step.commands[1:]))

    patch.setattr(pickup, "_never_seen", mistake)


def forget_how_the_order_ended(patch):
    right = machine._always

    def mistake(kiosk, event):
        return [] if isinstance(event, v.EscrowReturned) else right(kiosk, event)

    patch.setattr(machine, "_always", mistake)


def keep_and_return_at_start(patch):
    right = rest._settle
    patch.setattr(rest, "_settle", lambda found, facts: [*right(found, facts), v.ReturnEscrow(None, None)])


def alarm_without_film(patch):
    right = filming.marks
    patch.setattr(
        filming,
        "marks",
        lambda before, after: [each for each in right(before, after) if each.mark is not m.MarkKind.ALARM],
    )


def film_that_never_ends(patch):
    right = filming.marks
    patch.setattr(
        filming, "marks", lambda before, after: [each for each in right(before, after) if each.moment is m.Moment.BEGIN]
    )


def serve_although_something_is_missing(patch):
    patch.setattr(rest, "reasons", lambda _facts: frozenset())


def wait_the_whole_visit_for_a_lost_reader(patch):
    right = phases._card_still_there

    def mistake(phase, facts, now, limits):
        lost = facts.card is not d.Media.PRESENT
        return Step(replace(phase, deadline=phase.session.end_by)) if lost else right(phase, facts, now, limits)

    patch.setattr(phases, "_card_still_there", mistake)


def overlook_a_card_that_is_laid_again(patch):
    right = outputs.buzzer_of

    def mistake(kiosk):
        return right(replace(kiosk, facts=replace(kiosk.facts, card=d.Media.NOT_PRESENT)))

    patch.setattr(kiosk_rules, "buzzer_of", mistake)


def show_the_page_of_a_dead_clerk(patch):
    def mistake(step, event, kiosk):
        return Step(kiosk.phase) if isinstance(event, v.ClerkGone) else step

    patch.setitem(machine._PHASES, *changed(AwaitingPickup, mistake))


def give_a_jammed_gate_up(patch):
    right = rest.at_rest

    def mistake(*arguments):
        step = right(*arguments)
        out = isinstance(step.phase, OutOfService)
        return replace(step, phase=replace(step.phase, retry_by=None)) if out else step

    patch.setattr(rest, "at_rest", mistake)


def forget_what_the_gate_owes(patch):
    def mistake(kiosk, event, now, limits):
        step = rest.resting(kiosk, event, now, limits)
        return replace(step, commands=tuple(v.ReturnEscrow(None, None) for _ in step.commands if kiosk.facts.jam))

    patch.setitem(machine._PHASES, OutOfService, mistake)


def forget_an_order_whose_coins_a_person_took_out(patch):
    patch.setattr(machine, "_emptied_by_hand", lambda _jam: [])


def keep_what_lies_there_at_start(patch):
    patch.setattr(rest, "_earned", lambda _last: True)


def give_back_what_an_unseen_paper_cost(patch):
    known = (v.OrderState.TAKEN, v.OrderState.VOIDED)
    patch.setattr(rest, "_earned", lambda last: bool(last and last.state in known and last.order.fee_yen))


MISTAKES = [
    (give_back_what_an_unseen_paper_cost, "card and money", "what_a_printed_paper_cost_is_kept_at_start"),
    (wait_the_whole_visit_for_a_lost_reader, "service", "a_card_that_may_lie_there_is_not_waited_for_in_silence"),
    (overlook_a_card_that_is_laid_again, "card and money", "a_card_laid_down_again_is_heard"),
    (show_the_page_of_a_dead_clerk, "things left behind", "no_page_of_a_dead_clerk_is_shown"),
    (give_a_jammed_gate_up, "card and money", "a_jammed_gate_is_tried_again"),
    (forget_what_the_gate_owes, "card and money", "every_order_has_an_end_at_rest"),
    (forget_an_order_whose_coins_a_person_took_out, "card and money", "every_order_has_an_end_at_rest"),
    (keep_what_lies_there_at_start, "card and money", "the_fee_is_kept_only_after_printed"),
    (keep_the_fee_when_printing_failed, "money", "the_fee_is_kept_only_after_printed"),
    (keep_the_fee_when_the_clerk_dies, "money", "whoever_paid_and_got_nothing_has_the_money_back"),
    (forget_the_money_on_a_cancellation, "money", "whoever_paid_and_got_nothing_has_the_money_back"),
    (print_before_the_journal_knows, "money", "nothing_is_done_that_the_journal_does_not_know"),
    (print_for_half_the_fee, "money", "only_what_is_paid_is_printed"),
    (believe_another_documents_completion, "money", "the_fee_is_kept_only_after_printed"),
    (listen_to_any_clerk, "things left behind", "a_stranger_changes_nothing"),
    (start_no_spare, "things left behind", "a_dead_clerk_is_replaced"),
    (let_the_clerk_live, "things left behind", "a_visit_ends_with_its_clerk"),
    (overlook_the_paper_in_the_tray, "things left behind", "what_is_left_is_noticed"),
    (let_no_deadline_run_for_a_forgotten_card, "service", "what_is_left_is_noticed"),
    (remind_for_ever, "things left behind", "every_wait_has_an_end"),
    (overlook_a_coin_that_was_not_understood, "card and money", "only_the_exact_fee_is_kept"),
    (take_coins_into_a_moving_escrow, "card and money", "one_thing_moves_at_a_time"),
    (record_printed_twice, "things left behind", "the_journal_only_goes_forward"),
    (forget_how_the_order_ended, "money", "every_order_has_an_end_at_rest"),
    (keep_and_return_at_start, "money", "one_thing_moves_at_a_time"),
    (alarm_without_film, "things left behind", "visits_and_alarms_are_filmed_from_beginning_to_end"),
    (film_that_never_ends, "things left behind", "visits_and_alarms_are_filmed_from_beginning_to_end"),
    (serve_although_something_is_missing, "service", "service_follows_from_the_facts"),
]


@pytest.mark.parametrize(("mistake", "name", "rule"), MISTAKES, ids=[mistake.__name__ for mistake, _, _ in MISTAKES])
def test_the_exploration_finds(mistake, name, rule, monkeypatch):
    mistake(monkeypatch)
    with pytest.raises(RuleBroken) as found:
        explored(SLICES[name])
    assert rule in {broken.partition(":")[0] for broken in found.value.rules}
    assert "start:" in str(found.value)


def test_a_phase_that_nothing_ends_is_found(monkeypatch):
    def mistake(step, event, kiosk):
        return Step(kiosk.phase) if isinstance(event, v.Ticked) else step

    monkeypatch.setitem(machine._PHASES, *changed(AwaitingPickup, mistake))
    moves, found = explored(SLICES["card and money"])
    _, lost = found.distances(lambda number: isinstance(moves.situation(number).kiosk.phase, Idle))
    assert any(isinstance(moves.situation(number).kiosk.phase, AwaitingPickup) for number in lost)
