"""A slot on trial must prove itself; an update begins only when the kiosk is at rest."""

import pytest
from kiosk_update import gate, trial
from kiosk_update.kiosk import Service, findings_of, service_of

from firmware.app.kiosk import outputs
from firmware.app.kiosk.alarms import Thing
from firmware.app.kiosk.state import Idle, Kiosk, LeftBehind, Level, OutOfService, Starting
from firmware.roles.doctor.finding import fail, ok, warn

AT_REST = Service(active=True, pid=7, says="in_service")


class FakeKiosk:
    """Time goes on by waiting alone; `at` changes what is seen from that second on."""

    def __init__(self, service=AT_REST, *, page=True, findings=None):
        self.now_s = 0.0
        self.said = []
        self.seen, self.page, self.found = service, page, findings or {}
        self.later = []

    def at(self, second, **changes):
        self.later.append((second, changes))
        return self

    def wait(self, for_s):
        self.now_s += for_s
        for second, changes in self.later:
            if self.now_s >= second:
                self.__dict__.update(changes)

    def proves_itself(self, before=None):
        look = trial.Look(lambda: self.seen, lambda: self.page, lambda: self.found, lambda: self.now_s, self.wait)
        return trial.proved(before or {}, look, self.said.append)


def test_a_kiosk_that_runs_steadily_and_serves_its_screen_is_good():
    kiosk = FakeKiosk()
    assert kiosk.proves_itself()
    assert trial.STEADY_S <= kiosk.now_s < trial.LIMIT_S


def test_one_that_is_out_of_service_as_before_is_good_too():
    assert FakeKiosk(Service(active=True, pid=7, says="out_of_service")).proves_itself()


def test_one_that_never_starts_is_not():
    kiosk = FakeKiosk(Service(active=False, pid=0, says=""))
    assert not kiosk.proves_itself()
    assert "the kiosk does not run" in kiosk.said


def test_one_that_stays_in_starting_is_not():
    assert not FakeKiosk(Service(active=True, pid=7, says="starting")).proves_itself()


def test_one_without_a_screen_is_not():
    kiosk = FakeKiosk(page=False)
    assert not kiosk.proves_itself()
    assert "the kiosk serves no screen" in kiosk.said


def test_one_that_starts_again_and_again_is_not():
    kiosk = FakeKiosk()
    for turn in range(1, 30):
        kiosk.at(turn * 20.0, seen=Service(active=True, pid=7 + turn, says="in_service"))
    assert not kiosk.proves_itself()


def test_a_restart_costs_only_that_the_time_begins_anew():
    kiosk = FakeKiosk().at(20.0, seen=Service(active=True, pid=8, says="in_service"))
    assert kiosk.proves_itself()
    assert kiosk.now_s >= 20.0 + trial.STEADY_S


def test_a_device_that_was_in_order_before_and_is_not_now_is_no_proof():
    kiosk = FakeKiosk(findings={"printer": "OK", "camera": "FAIL"})
    assert not kiosk.proves_itself({"printer": "OK", "camera": "OK"})
    assert "not in order any more: camera" in kiosk.said


def test_a_check_that_is_gone_counts_as_at_fault():
    assert trial.worse({"camera": "OK"}, {}) == ["camera"]


def test_what_was_at_fault_before_is_not_held_against_the_update():
    assert FakeKiosk(findings={"hub as kiosk": "FAIL"}).proves_itself({"hub as kiosk": "FAIL"})


def test_a_hub_that_was_away_for_a_minute_costs_time_alone():
    kiosk = FakeKiosk(findings={"hub as kiosk": "FAIL"}).at(60.0, found={"hub as kiosk": "OK"})
    assert kiosk.proves_itself({"hub as kiosk": "OK"})


@pytest.mark.parametrize("says", ["serving", "awaiting_pickup", "left_behind", "starting"])
def test_no_update_begins_while_a_person_is_there_or_a_thing_of_theirs(says):
    assert "try again" in gate.hindrance(Service(active=True, pid=7, says=says))


@pytest.mark.parametrize("says", ["in_service", "out_of_service"])
def test_at_rest_an_update_may_begin(says):
    assert gate.hindrance(Service(active=True, pid=7, says=says)) is None


def test_a_kiosk_that_does_not_say_what_it_does_is_not_interrupted():
    assert "systemctl status kiosk" in gate.hindrance(Service(active=True, pid=7, says=""))


def test_a_kiosk_that_a_fitter_stopped_may_be_updated():
    assert gate.hindrance(Service(active=False, pid=0, says="")) is None


def test_a_kiosk_that_is_just_starting_is_not_interrupted():
    assert gate.hindrance(Service(active=False, pid=7, says="")) is not None


def test_the_service_managers_words_are_understood():
    shown = "ActiveState=active\nMainPID=711\nStatusText=left_behind\n"
    assert service_of(shown) == Service(active=True, pid=711, says="left_behind")
    assert service_of("ActiveState=inactive\nMainPID=0\nStatusText=\n") == Service(active=False, pid=0, says="")


def test_the_states_are_those_that_the_kiosk_tells():
    def told(phase):
        return outputs.published(Kiosk(phase))["kiosk"]["state"]

    assert {told(Idle()), told(OutOfService(frozenset()))} == gate.AT_REST
    left = LeftBehind(Thing.PAPER, Level.PROMPT, None)
    assert {told(Starting()), told(left)} & gate.AT_REST == set()


def test_the_doctors_lines_are_understood():
    lines = [ok("a disk").line("state directory"), warn("w", "r").line("voice"), fail("f", "r").line("card reader")]
    assert findings_of("\n".join(lines)) == {"state directory": "OK", "voice": "WARN", "card reader": "FAIL"}
