"""A mistake planted in the clerk's machine is found by the exploration, and by the rule that is meant to find it."""

from dataclasses import replace

import pytest

from firmware.app import messages as m
from firmware.app.clerk import chain, choosing, course, machine, questions, work
from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.state import (
    Asking,
    Over,
    Paying,
    Printing,
    Question,
    Receipting,
    Saying,
    TakingCard,
    TakingPaper,
    Work,
    Working,
)
from tests.machines.clerk_graph import ClerkGraph
from tests.machines.clerk_world import START
from tests.machines.exploration import RuleBroken, explore


def changed(monkeypatch, phase, change):
    """Have a phase's function answer as `change(clerk, event, its answer)` says."""
    right = machine._PHASES[phase]

    def wrong(clerk, event, now, limits):
        return change(clerk, event, right(clerk, event, now, limits))

    monkeypatch.setitem(machine._PHASES, phase, wrong)


def without(kind):
    def change(clerk, event, answer):
        return answer[0], tuple(command for command in answer[1] if not isinstance(command, kind))

    return change


def keep_pin_when_the_card_goes(monkeypatch):
    changed(monkeypatch, Asking, without(v.WipePin))


def three_digits_are_enough(monkeypatch):
    monkeypatch.setattr(questions, "PIN_DIGITS", 3)


def try_the_pin_again(monkeypatch):
    def change(clerk, event, answer):
        if isinstance(event, v.PinRefused) and event.tries:
            return course.begin(clerk, clerk.phase.work, v.Authenticate, 0.0, work_limits)
        return answer

    work_limits = course.Limits()
    changed(monkeypatch, Working, change)


def last_try_without_asking(monkeypatch):
    def change(clerk, event, answer):
        after = answer[0]
        if isinstance(after.phase, Asking) and after.phase.question is Question.LAST_TRY:
            after = replace(after, phase=replace(after.phase, question=Question.ENTER_PIN))
        return after, answer[1]

    changed(monkeypatch, Working, change)


def believe_late_results(monkeypatch):
    monkeypatch.setattr(machine, "_stale", lambda *_: False)


def leave_the_transaction_open(monkeypatch):
    changed(monkeypatch, Working, without(v.CancelTransaction))


def hold_the_document_in_silence(monkeypatch):
    def change(clerk, event, answer):
        if isinstance(event, v.TransactionCame):
            return answer[0], tuple(command for command in answer[1] if not isinstance(command, v.Say))
        return answer

    changed(monkeypatch, Working, change)


def go_on_with_the_card_there(monkeypatch):
    def change(clerk, event, answer):
        if isinstance(event, v.OffersCame) and event.offers:
            offered = replace(clerk, visit=replace(clerk.visit, offers=event.offers))
            return course.ask(offered, Question.CHOOSE_TYPE, 0.0, course.Limits())
        return answer

    changed(monkeypatch, Working, change)


def overlook_a_card_that_is_laid_again(monkeypatch):
    monkeypatch.setattr(questions, "AFTER_CARD", ())


def _straight_to_the_fee(clerk, held=None):
    return course.pay(clerk, held) if held else course.take_card(clerk)


def ask_for_the_fee_with_the_card_there(monkeypatch):
    monkeypatch.setattr(work, "take_card", _straight_to_the_fee)


def begin_the_choice_again(monkeypatch):
    def change(clerk, event, answer):
        after = answer[0]
        asked = isinstance(after.phase, Asking)
        return (replace(after, phase=replace(after.phase, question=Question.CHOOSE_TYPE)) if asked else after), answer[
            1
        ]

    changed(monkeypatch, TakingCard, change)


def forget_the_document_over_the_card(monkeypatch):
    def change(clerk, event, answer):
        if isinstance(event, m.CardSeen) and not event.present and clerk.phase.held:
            return course.ask(clerk, Question.CHOOSE_TYPE, 0.0, course.Limits(), v.Say(m.Stepped(m.Step.CHOOSE)))
        return answer

    changed(monkeypatch, TakingCard, change)


def wait_for_the_card_in_silence(monkeypatch):
    changed(monkeypatch, Asking, lambda *a: (a[2][0], ()) if isinstance(a[2][0].phase, TakingCard) else a[2])


def call_stuck_money_returned(monkeypatch):
    changed(monkeypatch, Saying, lambda clerk, event, a: (clerk, ()) if isinstance(event, m.PaymentStuck) else a)


def ask_for_ever(monkeypatch):
    def change(clerk, event, answer):
        after = answer[0]
        if isinstance(after.phase, Asking) and after.phase.question is Question.CONFIRM:
            after = replace(after, phase=replace(after.phase, deadline=None))
        return after, answer[1]

    changed(monkeypatch, Asking, change)


def tick_and_stay(monkeypatch):
    def change(clerk, event, answer):
        return (clerk, ()) if isinstance(event, v.Ticked) else answer

    changed(monkeypatch, Working, change)


def claim_printed_at_once(monkeypatch):
    def change(clerk, event, answer):
        if isinstance(answer[0].phase, Printing):
            said = v.Say(m.Printed(clerk.visit.document_id))
            return replace(answer[0], phase=TakingPaper()), (*answer[1], said)
        return answer

    changed(monkeypatch, Paying, change)


def print_whatever_the_kiosk_names(monkeypatch):
    def change(clerk, event, answer):
        if isinstance(event, m.Print) and not answer[1]:
            serial = clerk.serial + 1
            return replace(clerk, phase=Printing(serial), serial=serial), (v.PrintDocument(serial),)
        return answer

    changed(monkeypatch, Paying, change)


def end_twice(monkeypatch):
    changed(monkeypatch, Over, lambda clerk, *_: (clerk, (v.Say(m.Ended(m.EndCause.PERSON)),)))


def ordering_otherwise(monkeypatch, **changes):
    def change(clerk, event, answer):
        def other(command):
            placed = isinstance(command, v.PlaceOrder)
            return replace(command, order=replace(command.order, **changes)) if placed else command

        return answer[0], tuple(map(other, answer[1]))

    changed(monkeypatch, Asking, change)


def order_more_than_offered(monkeypatch):
    ordering_otherwise(monkeypatch, copies=11)


def order_without_the_person_s_items(monkeypatch):
    ordering_otherwise(monkeypatch, items=())


def forget_that_the_scope_was_changed(monkeypatch):
    right = choosing.altered

    def wrong(clerk, **changes):
        return right(
            clerk, **{key: value for key, value in changes.items() if "scope" not in changes or key == "scope"}
        )

    monkeypatch.setattr(choosing, "altered", wrong)


def offer_what_cannot_be_had(monkeypatch):
    def change(clerk, event, answer):
        if event == v.Touched("type:seal_registration") and clerk.phase.question is Question.CHOOSE_TYPE:
            return course.begin(
                clerk, Work.HOUSEHOLD, lambda s: v.AskHousehold(s, "seal_registration"), 0.0, course.Limits()
            )
        return answer

    changed(monkeypatch, Asking, change)


def confirm_without_a_preview(monkeypatch):
    without_it = tuple(question for question in chain._CHAIN if question is not Question.PREVIEW)
    monkeypatch.setattr(chain, "_CHAIN", without_it)


def ask_what_leaves_no_choice(monkeypatch):
    monkeypatch.setattr(chain, "_asked", lambda question, _offer, _choice: question is not Question.CHOOSE_PERSONS)


def end_at_a_refusal(monkeypatch):
    monkeypatch.setattr(work, "_REFUSABLE", ())


def remember_what_was_refused(monkeypatch):
    monkeypatch.setattr(chain, "with_nothing_chosen", lambda visit: visit)


def leave_typed_texts(monkeypatch):
    changed(monkeypatch, Working, without(v.WipeTyped))


def leave_typed_texts_at_the_end(monkeypatch):
    changed(monkeypatch, Asking, without(v.WipeTyped))


def register_without_the_telephone(monkeypatch):
    def change(clerk, event, answer):
        if event == v.Touched("next") and clerk.phase.question is Question.REGISTER_PHONE:
            return course.ask(clerk, Question.REGISTER_CONFIRM, 0.0, course.Limits())
        return answer

    changed(monkeypatch, Asking, change)


def print_a_receipt_unasked(monkeypatch):
    def change(clerk, event, answer):
        if isinstance(event, v.PrintDone) and isinstance(answer[0].phase, TakingPaper):
            serial = clerk.serial + 1
            return replace(answer[0], phase=Receipting(serial), serial=serial), (*answer[1], v.PrintReceipt(serial))
        return answer

    changed(monkeypatch, Printing, change)


def keep_the_printer_after_the_receipt(monkeypatch):
    changed(monkeypatch, Receipting, without(v.Say))


def use_a_serial_again(monkeypatch):
    def change(clerk, event, answer):
        after, commands = answer
        if isinstance(after.phase, Working):
            after = replace(after, phase=replace(after.phase, serial=clerk.serial), serial=clerk.serial)
            commands = tuple(replace(e, serial=clerk.serial) if hasattr(e, "serial") else e for e in commands)
        return after, commands

    changed(monkeypatch, Working, change)


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        (keep_pin_when_the_card_goes, "pin_is_wiped"),
        (three_digits_are_enough, "pin_is_given_on_purpose"),
        (try_the_pin_again, "pin_is_given_on_purpose"),
        (last_try_without_asking, "last_try_is_confirmed"),
        (believe_late_results, "stale_results_change_nothing"),
        (leave_the_transaction_open, "centre_is_told"),
        (hold_the_document_in_silence, "documents_belong_to_transactions"),
        (go_on_with_the_card_there, "card_is_taken_first"),
        (overlook_a_card_that_is_laid_again, "card_is_taken_first"),
        (ask_for_the_fee_with_the_card_there, "card_is_taken_first"),
        (begin_the_choice_again, "a_laid_card_delays_and_loses_nothing"),
        (forget_the_document_over_the_card, "a_laid_card_delays_and_loses_nothing"),
        (wait_for_the_card_in_silence, "the_kiosk_knows_of_the_card"),
        (call_stuck_money_returned, "money_is_spoken_of_truly"),
        (ask_for_ever, "deadlines_run"),
        (tick_and_stay, "deadlines_run"),
        (claim_printed_at_once, "printing_is_commanded"),
        (print_whatever_the_kiosk_names, "printing_is_commanded"),
        (end_twice, "end_is_said_once"),
        (order_more_than_offered, "orders_are_possible"),
        (offer_what_cannot_be_had, "orders_are_possible"),
        (order_without_the_person_s_items, "the_order_is_what_the_person_touched"),
        (forget_that_the_scope_was_changed, "orders_are_possible"),
        (confirm_without_a_preview, "what_is_confirmed_was_previewed"),
        (ask_what_leaves_no_choice, "only_what_leaves_a_choice_is_asked"),
        (end_at_a_refusal, "a_refusal_leaves_the_transaction_open"),
        (remember_what_was_refused, "a_refusal_leaves_the_transaction_open"),
        (leave_typed_texts, "typed_texts_are_wiped"),
        (leave_typed_texts_at_the_end, "typed_texts_are_wiped"),
        (register_without_the_telephone, "a_registration_is_whole"),
        (print_a_receipt_unasked, "a_receipt_follows_the_kept_fee"),
        (keep_the_printer_after_the_receipt, "a_receipt_follows_the_kept_fee"),
        (use_a_serial_again, "work_has_its_command"),
    ],
)
def test_a_planted_mistake_is_found(monkeypatch, plant, rule):
    plant(monkeypatch)
    with pytest.raises(RuleBroken) as found:
        explore([("the process starts", START)], ClerkGraph().moves)
    assert any(broken.startswith(f"{rule}:") for broken in found.value.rules), str(found.value)
