"""A new slot is tried once, stays only when it was marked good, and whatever else happens the old one starts again."""

import os
from pathlib import Path

import pytest
from kiosk_update.command import backend, judge
from kiosk_update.slots import AUTOBOOT_BYTES, Slots, SlotsUnreadableError, autoboot

from tests.image.sim_pi import PowerCut, SimPi

TRYBOOT = "0 tryboot"


@pytest.fixture
def pi(tmp_path):
    return SimPi(tmp_path)


def install(pi, slot="B"):
    """As RAUC does: bad while it is written, then the next one."""
    pi.slots.mark_bad(slot)
    pi.slots.choose(slot)


def try_it(pi):
    pi.slots.mark_tried()
    return pi.start(TRYBOOT)


def test_a_new_kiosk_runs_its_first_slot(pi):
    assert (pi.slots.current, pi.slots.default, pi.slots.primary, pi.slots.on_trial) == ("A", "A", "A", False)


def test_what_was_installed_does_not_start_by_itself(pi):
    install(pi)
    assert pi.slots.primary == "B"
    assert pi.start() == "A"
    assert pi.slots.settle() is None
    assert pi.slots.pending == "B"


def test_the_restart_for_a_trial_starts_the_new_slot_once(pi):
    install(pi)
    assert try_it(pi) == "B"
    assert pi.slots.on_trial
    assert pi.start() == "A"


def test_a_slot_that_was_marked_good_starts_from_then_on(pi):
    install(pi)
    try_it(pi)
    pi.slots.mark_good("B")
    assert (pi.slots.on_trial, pi.slots.pending) == (False, None)
    assert pi.start() == "B"
    assert pi.slots.settle() is None


def test_after_an_update_the_next_one_goes_the_other_way(pi):
    install(pi)
    try_it(pi)
    pi.slots.mark_good("B")
    install(pi, "A")
    assert try_it(pi) == "A"
    pi.slots.mark_good("A")
    assert pi.start() == "A"


@pytest.mark.parametrize("end", ["crash", "hang that the watchdog ends", "power cut"])
def test_a_trial_that_ends_without_the_mark_goes_back_and_is_remembered_as_bad(pi, end):
    install(pi)
    try_it(pi)
    assert pi.start() == "A", end
    assert pi.slots.settle() == "B"
    assert not pi.slots.is_good("B")
    assert (pi.slots.primary, pi.slots.pending) == ("A", None)


def test_a_bad_slot_can_be_written_anew(pi):
    install(pi)
    try_it(pi)
    pi.start()
    pi.slots.settle()
    install(pi)
    assert pi.slots.is_good("B")
    assert try_it(pi) == "B"


def test_rauc_gets_its_answers_from_the_backend(pi, capsys):
    def ask(*question):
        assert backend(pi.slots, list(question)) == 0
        return capsys.readouterr().out.strip()

    assert (ask("get-current"), ask("get-primary"), ask("get-state", "B")) == ("A", "A", "good")
    ask("set-state", "B", "bad")
    assert ask("get-state", "B") == "bad"
    ask("set-primary", "B")
    assert (ask("get-primary"), ask("get-state", "B")) == ("B", "good")
    try_it(pi)
    ask("set-state", "B", "good")
    assert pi.start() == "B"
    assert backend(pi.slots, ["nonsense"]) != 0


def test_an_installation_that_begins_makes_the_slot_unfit_until_it_is_whole(pi):
    install(pi)
    pi.slots.mark_bad("B")
    assert (pi.slots.primary, pi.slots.is_good("B")) == ("A", False)


def test_marking_the_other_slot_good_changes_nothing_of_what_starts(pi):
    install(pi)
    pi.slots.mark_good("B")
    assert pi.start() == "A"


def test_the_record_keeps_its_length_so_that_one_sector_is_written_and_nothing_else(pi):
    assert {len(autoboot("A")), len(autoboot("B"))} == {AUTOBOOT_BYTES}
    before = (pi.select / "autoboot.txt").stat()
    install(pi)
    try_it(pi)
    pi.slots.mark_good("B")
    after = (pi.select / "autoboot.txt").stat()
    assert (before.st_ino, before.st_size) == (after.st_ino, after.st_size)


def test_firmware_that_does_not_tell_its_partition_runs_the_first_slot(tmp_path, pi):
    assert Slots(pi.select, pi.memory, tmp_path / "nothing").current == "A"


def test_a_damaged_record_does_not_start_a_kiosk_again_and_again(pi, capsys):
    (pi.select / "autoboot.txt").write_bytes(b"\0" * AUTOBOOT_BYTES)
    assert judge(pi.slots) == 0
    assert "write the image to the card again" in capsys.readouterr().err


def test_a_damaged_record_is_told_with_what_to_do(pi):
    (pi.select / "autoboot.txt").write_bytes(b"\0" * AUTOBOOT_BYTES)
    with pytest.raises(SlotsUnreadableError, match="write the image to the card again"):
        _ = pi.slots.default


def test_choosing_the_slot_that_runs_takes_an_installation_back(pi):
    install(pi)
    pi.slots.choose("A")
    assert (pi.slots.pending, pi.slots.primary) == (None, "A")


def test_a_trial_whose_record_outlived_the_good_end_is_over(pi):
    install(pi)
    try_it(pi)
    pi.slots.mark_good("B")
    (pi.memory / "pending").write_text("B tried\n")
    pi.start()
    assert pi.slots.settle() is None
    assert (pi.slots.pending, pi.slots.is_good("B")) == (None, True)


def test_a_record_is_never_half_written(pi, monkeypatch):
    install(pi)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(PowerCut))
    with pytest.raises(PowerCut):
        pi.slots.mark_tried()
    assert (pi.memory / "pending").read_text() == "B\n"


def cut_before(monkeypatch, number):
    """Let the current go before the given change of the disk."""
    left = [number]

    def wrapped(change):
        def maybe(*arguments, **more):
            left[0] -= 1
            if left[0] == 0:
                raise PowerCut
            return change(*arguments, **more)

        return maybe

    for place, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink")):
        monkeypatch.setattr(place, name, wrapped(getattr(place, name)))
    return left


def whole_update(pi):
    install(pi)
    try_it(pi)
    pi.slots.settle()
    pi.slots.mark_good("B")


def test_the_current_may_go_at_any_change_of_the_disk(tmp_path):
    cuts = 0
    for number in range(1, 100):
        pi = SimPi(tmp_path / str(number))
        with pytest.MonkeyPatch.context() as patch:
            left = cut_before(patch, number)
            try:
                whole_update(pi)
            except PowerCut:
                cuts += 1
        if left[0] > 0:
            break
        tried_before = pi.slot
        after = pi.start()
        assert after == "A" or tried_before == "B", f"change {number}: a slot starts that was never on trial"
        pi.slots.settle()
        other = "B" if after == "A" else "A"
        install(pi, other)
        assert try_it(pi) == other, f"change {number}: no update is possible any more"
        pi.slots.mark_good(other)
        assert pi.start() == other
    assert cuts >= 10
