"""Random walks with every kind of trouble at once: the same rules hold, and a healed world leads back into service."""

import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from firmware.app.kiosk.state import Idle
from tests.machines.kiosk_moves import KioskMoves
from tests.machines.kiosk_slices import beginnings
from tests.machines.kiosk_world import FEE_YEN, READY_PRINTER, SMALL_COIN_YEN, Vary, held
from tests.machines.test_kiosk_mistakes import (
    keep_the_fee_when_printing_failed,
    print_for_half_the_fee,
)

ALL = frozenset(Vary)
STEPS, HEALED_WITHIN = 80, 25
HEALING, PROGRESS = 0.04, 0.7
GOOD = (
    "recovered",
    "coin of",
    "coins out",
    "told: ",
    "a person empties the escrow",
    "printer lent",
    "printer settled",
    "spare ready",
    "killed clerk gone",
    "CardRemoved",
    "PaperTaken",
    f"PrinterChanged(status={READY_PRINTER}",
    "HubAnswered",
    "hub open",
    "deadline",
)
ONWARD = (
    "touched",
    f"clerk: {held(FEE_YEN)}",
    f"clerk: {held(0)}",
    f"coin of {SMALL_COIN_YEN}",
    "printer lent",
    "clerk: PrintFailed",
    "clerk: Printed",
)
SETTINGS = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MOVES = KioskMoves(ALL)
starts = st.sampled_from([begin for _, begin in beginnings(ALL)])
seeds = st.integers(0, 2**32)


def heal(moves, number):
    """Let the devices answer, the sensors see nothing, deadlines pass; returns where the kiosk serves again."""
    for _ in range(HEALED_WITHIN):
        if isinstance(moves.situation(number).kiosk.phase, Idle):
            return number
        healthy = [
            move for move in moves(number) if move.patient and move.label.startswith(GOOD) and move.after != number
        ]
        number = min(
            healthy, key=lambda move: next(i for i, good in enumerate(GOOD) if move.label.startswith(good))
        ).after
    raise AssertionError(f"not in service after {HEALED_WITHIN} moves: {moves.situation(number)}")


def walk(moves, start, seed):
    """Visit after visit: most moves lead towards the printed paper, the others are anything; heal now and then."""
    number = moves.number(start)
    story = []
    chance = random.Random(seed)  # noqa: S311 - chooses a walk, guards nothing
    for _ in range(STEPS):
        if chance.random() < HEALING:
            number = heal(moves, number)
        possible = list(moves(number))
        onward = [move for move in possible if move.label.startswith(ONWARD) and move.after != number]
        move = chance.choice(onward if onward and chance.random() < PROGRESS else possible)
        story.append(move.label)
        assert not move.broken, "\n".join((*move.broken, *story))
        number = move.after
    heal(moves, number)


@given(starts, seeds)
@SETTINGS
def test_no_rule_is_broken_on_a_walk_and_a_healed_world_leads_back_into_service(start, seed):
    walk(MOVES, start, seed)


@pytest.mark.parametrize(
    ("mistake", "rule"),
    [
        (keep_the_fee_when_printing_failed, "the_fee_is_kept_only_after_printed"),
        (print_for_half_the_fee, "only_what_is_paid_is_printed"),
    ],
)
def test_walks_find_a_planted_mistake(mistake, rule, monkeypatch):
    mistake(monkeypatch)
    moves = KioskMoves(ALL)
    with pytest.raises(AssertionError, match=rule):
        SETTINGS(given(starts, seeds)(lambda start, seed: walk(moves, start, seed)))()
