"""Mistakes planted in what both machines do about the slip, and a card laid down again: each is found by its rule."""

from dataclasses import replace

import pytest

from firmware.app import messages as m
from firmware.app.clerk import machine as clerk_machine
from firmware.app.clerk import slip_wait, work
from firmware.app.clerk import vocabulary as cv
from firmware.app.clerk.state import Paying, Question, Saying, Work
from firmware.app.kiosk import machine, outputs, phases, rest, slip
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import AwaitingSlip, Collecting, Facts, LendingForSlip, PrintingSlip
from firmware.devices import Media
from tests.machines.clerk_graph import ClerkGraph
from tests.machines.clerk_world import START
from tests.machines.exploration import RuleBroken, explore
from tests.machines.kiosk_slices import SLICES, explored
from tests.machines.test_clerk_mistakes import changed as clerk_changed
from tests.machines.test_kiosk_mistakes import changed, without


def print_into_a_tray_that_is_not_empty(patch):
    right = slip.wanted
    patch.setattr(
        slip, "wanted", lambda phase, facts, *rest_: right(phase, replace(facts, tray=Media.NOT_PRESENT), *rest_)
    )


def tell_of_the_printer_before_it_is_let_go_of(patch):
    right = slip.wanted

    def mistake(phase, facts, now, limits):
        step = right(phase, facts, now, limits)
        lent = isinstance(step.phase, LendingForSlip)
        early = PrintingSlip(phase.session, step.phase.deadline) if lent else step.phase
        return replace(step, phase=early, commands=(*step.commands, v.Tell(1, m.PrintSlip()))) if lent else step

    patch.setattr(slip, "wanted", mistake)


def go_on_over_a_slip_that_lies_there(patch):
    def mistake(step, event, kiosk):
        return slip._back(kiosk.phase, taken=False) if isinstance(event, v.Ticked) else step

    patch.setitem(machine._PHASES, *changed(AwaitingSlip, mistake))


def call_a_slip_taken_that_nobody_saw(patch):
    right = slip._back
    patch.setattr(slip, "_back", lambda phase, *commands, taken: right(phase, *commands, taken=True))  # noqa: ARG005


def leave_the_clerk_waiting(patch):
    patch.setitem(machine._PHASES, *changed(LendingForSlip, lambda step, _event, _kiosk: without(step, v.Tell)))


def sell_over_a_card(patch):
    right = phases._coin
    patch.setattr(phases, "_coin", lambda phase, yen, _facts, *rest_: right(phase, yen, Facts(), *rest_))


def take_coins_over_a_card(patch):
    patch.setattr(outputs, "coins_open", lambda kiosk: isinstance(kiosk.phase, Collecting))
    for module in ("kiosk_rules", "kiosk_world", "kiosk_moves"):
        patch.setattr(f"tests.machines.{module}.coins_open", outputs.coins_open)


def forget_that_the_office_cleared_a_card(patch):
    patch.setattr(rest, "_still_on", lambda alarm, facts: facts.tray is Media.PRESENT and alarm.thing == "paper")


@pytest.mark.parametrize(
    ("mistake", "name", "rule"),
    [
        (print_into_a_tray_that_is_not_empty, "things left behind", "a_slip_has_the_printer_and_the_tray_to_itself"),
        (tell_of_the_printer_before_it_is_let_go_of, "card and money", "a_slip_has_the_printer_and_the_tray_to_itself"),
        (go_on_over_a_slip_that_lies_there, "things left behind", "a_slip_is_taken_before_the_visit_goes_on"),
        (call_a_slip_taken_that_nobody_saw, "card and money", "a_slip_is_taken_before_the_visit_goes_on"),
        (leave_the_clerk_waiting, "card and money", "the_clerk_hears_how_a_slip_ended"),
        (sell_over_a_card, "card and money", "the_sale_waits_for_the_card"),
        (take_coins_over_a_card, "card and money", "coins_fall_only_while_collecting"),
        (
            forget_that_the_office_cleared_a_card,
            "service",
            "an_alarm_falls_silent_only_by_the_sensor_or_the_office",
        ),
    ],
)
def test_the_kiosks_exploration_finds(mistake, name, rule, monkeypatch):
    mistake(monkeypatch)
    with pytest.raises(RuleBroken) as found:
        explored(SLICES[name])
    assert rule in {broken.partition(":")[0] for broken in found.value.rules}, str(found.value)


def show_the_number_without_a_slip(patch):
    patch.setattr(
        work, "want", lambda clerk, *before: work.ask(clerk, Question.REGISTERED, 0.0, work.Limits(), *before)
    )


def keep_the_printer_after_the_slip(patch):
    patch.setitem(
        clerk_machine._PHASES,
        slip_wait.PrintingSlip,
        lambda clerk, event, *_: (
            (replace(clerk, phase=slip_wait.AwaitingSlip()), ()) if isinstance(event, cv.SlipDone) else (clerk, ())
        ),
    )


def call_the_money_returned_at_once(patch):
    def change(_clerk, _event, answer):
        after = answer[0]
        early = isinstance(after.phase, Saying) and after.phase.money == "returning"
        return (replace(after, phase=replace(after.phase, money="returned")) if early else after), answer[1]

    clerk_changed(patch, Paying, change)


def wait_for_the_hub_without_a_way_out(patch):
    patch.setattr(work, "CANCELLABLE", frozenset(Work) - {Work.ISSUE})


@pytest.mark.parametrize(
    ("mistake", "rule"),
    [
        (show_the_number_without_a_slip, "a_slip_has_the_number_of_a_request"),
        (keep_the_printer_after_the_slip, "a_slip_has_the_number_of_a_request"),
        (call_the_money_returned_at_once, "money_is_spoken_of_truly"),
        (wait_for_the_hub_without_a_way_out, "whoever_waits_may_cancel"),
    ],
)
def test_the_clerks_exploration_finds(mistake, rule, monkeypatch):
    mistake(monkeypatch)
    with pytest.raises(RuleBroken) as found:
        explore([("the process starts", START)], ClerkGraph().moves)
    assert any(broken.startswith(f"{rule}:") for broken in found.value.rules), str(found.value)
