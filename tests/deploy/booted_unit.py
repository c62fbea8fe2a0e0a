"""The unit under a real systemd: the kiosk starts, says it is ready, and comes back from death and hanging."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.deploy.container import ROOT, drop_groups, name_of

# One system, used by all; the tests of a file run in order and on one worker.
pytestmark = [pytest.mark.xdist_group("booted system"), pytest.mark.timeout(120)]
BACK_S = 3.0
WATCHDOG_S = 5.0


# Boots a second system in a process of its own and says which one it is.
NEIGHBOUR = """\
import sys, time
from pathlib import Path
from tests.deploy.container import Container
container = Container(*map(Path, sys.argv[1:]))
container.start()
container.systemctl("start", "kiosk.service")
print(container.leader, container.show("MainPID"), flush=True)
time.sleep(300)
"""


def active(system):
    return system.show("ActiveState") == "active"


def main_pid(system):
    return int(system.show("MainPID"))


def back(system, gone_pid):
    return active(system) and main_pid(system) not in (0, gone_pid)


def moment(system, name):
    """When it was by systemd's own record, in seconds of the monotonic clock that it shares with the test."""
    return int(system.show(name)) / 1_000_000


@pytest.fixture
def running(system):
    system.systemctl("start", "kiosk.service")
    system.until(lambda: active(system), "the kiosk did not become active")
    return system


def test_the_unit_becomes_active_when_the_kiosk_says_so(running):
    assert running.show("StatusErrno") == "0"
    assert running.show("Type") == "notify"
    assert running.show("WatchdogTimestampMonotonic") != "0"


def test_the_kiosk_runs_as_its_own_user_with_nothing_it_does_not_need(running):
    status = dict(
        line.split(":\t", 1)
        for line in running.inside("cat", f"/proc/{main_pid(running)}/status").splitlines()
        if ":\t" in line
    )
    assert status["Uid"].split()[0] == running.inside("id", "-u", "kiosk")
    assert (int(status["CapEff"], 16), int(status["CapBnd"], 16)) == (0, 0)
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_the_clerk_puts_up_walls_of_its_own_within_those_of_the_unit(running):
    def filters(pid):
        status = running.inside("cat", f"/proc/{pid}/status")
        return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("Seccomp_filters")), 0)

    def clerk_walled():
        clerks = running.inside("pgrep", "--full", "firmware clerk").split()
        return any(filters(pid) > filters(main_pid(running)) for pid in clerks)

    running.until(clerk_walled, "no clerk is more confined than the kiosk")


def test_its_own_page_is_served(running):
    page = running.inside(
        "/srv/python/bin/python3", "-c", "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8080/').status)"
    )
    assert page == "200"


def test_a_killed_kiosk_is_back_within_three_seconds(running):
    gone = main_pid(running)
    since = time.monotonic()
    running.kill("KILL")
    running.until(lambda: back(running, gone), "the kiosk did not come back")
    assert moment(running, "ActiveEnterTimestampMonotonic") - since <= BACK_S


def test_another_system_on_this_machine_delays_nothing_and_ends_with_the_test_that_booted_it(
    running, short_folder, settings
):
    folder = short_folder / "neighbour"
    command = [sys.executable, "-c", NEIGHBOUR, folder, short_folder / "bench", settings]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as test:
        leader, kiosk = map(int, test.stdout.readline().split())
        try:
            assert kiosk > 0
            gone = main_pid(running)
            since = time.monotonic()
            running.kill("KILL")
            running.until(lambda: back(running, gone), "the kiosk did not come back beside another one")
            assert moment(running, "ActiveEnterTimestampMonotonic") - since <= BACK_S
        finally:
            os.kill(test.pid, signal.SIGKILL)
    running.until(lambda: not Path(f"/proc/{leader}/exe").exists(), "the system outlived the test that booted it")
    running.until(lambda: drop_groups(name_of(folder)), "processes of the other system live on")
    assert "neighbour" not in Path("/proc/mounts").read_text(encoding="utf-8")


def test_a_kiosk_whose_loop_hangs_is_replaced_in_the_watchdogs_time_and_two_seconds(running):
    gone = main_pid(running)
    since = time.monotonic()
    running.kill("USR1")
    running.until(lambda: back(running, gone), "the hung kiosk was not replaced")
    assert moment(running, "ExecMainStartTimestampMonotonic") - since <= WATCHDOG_S + 2
    assert "Watchdog timeout" in running.journal()


def test_a_wrong_configuration_is_not_tried_again_and_says_why(running):
    running.inside("sh", "-c", "echo '[nonsense]' >> /etc/kiosk/kiosk.toml")
    running.systemctl("restart", "kiosk.service")
    running.until(lambda: running.show("ActiveState") == "failed", "the unit did not fail")
    assert running.show("ExecMainStatus") == "78"
    assert "nonsense" in running.journal()
