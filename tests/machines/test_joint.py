"""Kiosk and clerk together, on random walks: printed once at most, paid exactly when printed, in service again."""

import pytest

from firmware.app import messages as m
from firmware.app.kiosk import machine as kiosk_machine
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.state import Facts, Kiosk, Printing
from firmware.app.kiosk.transition import Step
from firmware.app.kiosk.vocabulary import FINAL, OrderState
from firmware.devices import Media
from tests.machines.joint_walk import Walk
from tests.machines.joint_world import Joint
from tests.machines.kiosk_world import FEE_YEN, SERVING, SESSION, order

WALKS, MOVES = 100, 300


def walked(seed, trouble):
    """Walk and heal; a failure tells the last part of the story."""
    walk = Walk(seed, trouble)
    try:
        walk.go(MOVES)
        walk.heal()
    except AssertionError as broken:
        raise AssertionError(
            f"seed {seed}, trouble {trouble}: {broken}\n  " + "\n  ".join(walk.story[-60:])
        ) from broken
    return walk


def walk_all(trouble):
    return [walked(seed, trouble) for seed in range(WALKS)]


@pytest.mark.parametrize("trouble", [0.0, 0.005, 0.02])
def test_walks_keep_every_promise(trouble):
    seen, printed = set(), 0
    for walk in walk_all(trouble):
        world = walk.world
        if not world.seen & {"escrow stuck", "overpaid"} and not walk.restarts:
            paid = {each: states for each, states in world.journal.items() if OrderState.PRINTED in states}
            assert set(paid) == set(world.kept_for)
            assert world.kept == sum(world.fees[document_id] for document_id in paid)
        seen |= world.seen
        printed += len(world.printed)
    assert printed > WALKS // 2  # many walks are spent on registrations and on trouble
    ends = (
        {"order taken", "order cancelled"}
        if trouble == 0
        else {f"order {state}" for state in FINAL - {OrderState.VOIDED}}
    )
    ends |= {"receipt", "slip"} if trouble == 0 else {"receipt", "no receipt", "refused", "slip"}
    assert ends <= seen, f"never came: {ends - seen}"


def test_after_a_power_cut_an_overpaid_print_is_not_kept():
    """Found by a walk: a late coin, *printed*, and the power gone before the escrow went back."""
    world = Joint(escrow=FEE_YEN + 100, paper=True)
    facts = Facts(tray=Media.PRESENT, escrow=Media.PRESENT)
    world.kiosk = Kiosk(Printing(SESSION, order(), 100.0, overpaid=True), facts)
    world.tell_kiosk(v.ClerkSaid(SERVING, m.Printed(order().document_id)))
    assert [type(command) for command in world.moving] == [v.ReturnEscrow]
    world.start(world.open_orders())
    world.move_escrow()
    assert (world.kept, world.given_back) == (0, FEE_YEN + 100)


def money_never_comes_back(command):
    return () if isinstance(command, v.ReturnEscrow) else (command,)


def money_is_kept_for_nothing(command):
    return (v.StackEscrow(),) if isinstance(command, v.ReturnEscrow) else (command,)


def clerks_live_on(command):
    return () if isinstance(command, v.KillClerk) else (command,)


def printed_is_not_recorded(command):
    return () if command == v.Record(getattr(command, "order", None), OrderState.PRINTED) else (command,)


@pytest.mark.parametrize(
    "mistake", [money_never_comes_back, money_is_kept_for_nothing, clerks_live_on, printed_is_not_recorded]
)
def test_a_planted_mistake_in_the_phase_of_printing_is_found(monkeypatch, mistake):
    right = kiosk_machine._PHASES[Printing]

    def wrong(kiosk, event, now, limits):
        step = right(kiosk, event, now, limits)
        return Step(step.phase, tuple(changed for command in step.commands for changed in mistake(command)))

    monkeypatch.setitem(kiosk_machine._PHASES, Printing, wrong)
    with pytest.raises(AssertionError, match="seed"):
        walk_all(0.02)
