"""`kiosk-update`: nothing begins while a person is there, and the restart is the one that the firmware knows."""

import json
import os
import subprocess

import pytest
from kiosk_update import command
from kiosk_update.kiosk import Service

from tests.image.sim_pi import SimPi

AT_REST = Service(active=True, pid=7, says="in_service")


class FakeSystem:
    """What the command asks and runs."""

    def __init__(self, monkeypatch, folder):
        self.ran, self.service, self.found = [], AT_REST, {"printer": "OK"}
        monkeypatch.setattr(command.kiosk, "service", lambda: self.service)
        monkeypatch.setattr(command.kiosk, "findings", lambda: self.found)
        monkeypatch.setattr(command.kiosk, "page_answers", lambda: True)
        monkeypatch.setattr(command, "MEMORY", folder / "memory")
        monkeypatch.setattr(command, "BEFORE", folder / "memory" / "doctor-before.json")
        monkeypatch.setattr(command.subprocess, "run", self.run)

    def run(self, words, **_more):
        self.ran.append(" ".join(map(str, words)))
        return subprocess.CompletedProcess(words, 0)


@pytest.fixture
def pi(tmp_path):
    return SimPi(tmp_path)


@pytest.fixture
def system(monkeypatch, tmp_path):
    return FakeSystem(monkeypatch, tmp_path)


def installed(pi):
    pi.slots.choose("B")


def test_a_bundle_is_given_to_rauc_when_the_kiosk_is_at_rest(pi, system):
    assert command.install(pi.slots, "new.raucb") == 0
    assert system.ran == ["rauc install new.raucb"]


@pytest.mark.parametrize("says", ["serving", "awaiting_pickup", "left_behind"])
def test_neither_installation_nor_restart_disturbs_a_person(pi, system, says):
    installed(pi)
    system.service = Service(active=True, pid=7, says=says)
    assert command.install(pi.slots, "new.raucb") == os.EX_TEMPFAIL
    assert command.restart(pi.slots) == os.EX_TEMPFAIL
    assert (system.ran, pi.slots.tried) == ([], False)


def test_the_restart_is_one_for_a_trial_and_is_on_record_with_what_was_in_order(pi, system, tmp_path):
    installed(pi)
    assert command.restart(pi.slots) == 0
    assert system.ran == ["systemctl reboot --reboot-argument=0 tryboot"]
    assert pi.slots.tried
    assert json.loads((tmp_path / "memory" / "doctor-before.json").read_text()) == {"printer": "OK"}


def test_without_an_installation_there_is_nothing_to_restart_into(pi, system):
    assert command.restart(pi.slots) == os.EX_USAGE
    assert system.ran == []


def test_a_slot_on_trial_installs_nothing(pi, system):
    installed(pi)
    pi.slots.mark_tried()
    pi.start("0 tryboot")
    assert command.install(pi.slots, "new.raucb") == os.EX_TEMPFAIL
    assert system.ran == []


def test_the_judge_has_rauc_mark_a_slot_that_proved_itself(pi, system, monkeypatch):
    installed(pi)
    pi.slots.mark_tried()
    pi.start("0 tryboot")
    monkeypatch.setattr(command.trial, "proved", lambda before, _look, _say: before == {})
    assert command.judge(pi.slots) == 0
    assert system.ran == ["rauc status mark-good"]


def test_the_judge_ends_in_a_fault_for_one_that_did_not(pi, system, monkeypatch):
    installed(pi)
    pi.slots.mark_tried()
    pi.start("0 tryboot")
    monkeypatch.setattr(command.trial, "proved", lambda *_: False)
    assert command.judge(pi.slots) != 0
    assert system.ran == []


def test_the_judge_has_nothing_to_do_in_the_slot_that_is_the_default(pi, system):
    assert command.judge(pi.slots) == 0
    assert system.ran == []
