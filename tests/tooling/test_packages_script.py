"""deploy/setup/packages.sh: installs what is missing, does nothing when nothing is, and says so when it may not."""

import os
import pty
import re

import pytest

from tests.tooling.fake_machine import SETUP, FakeMachine

SCRIPT = SETUP / "packages.sh"
PASSWORDLESS = "[ -p /dev/stdin ] && cat >/dev/null; exit 0"


@pytest.fixture
def machine(tmp_path):
    return FakeMachine(tmp_path)


@pytest.fixture
def wanted(tmp_path):
    path = tmp_path / "apt.txt"
    path.write_text("# a list\npcscd   # the daemon\n\nchromium | chromium-browser\n")
    return path


def changes(machine):
    """What was done to the machine, without the questions asked."""
    return [call for call in machine.calls if call.startswith(("apt-get", "sudo")) and call != "sudo -n true"]


def test_nothing_is_done_when_all_is_installed(machine, wanted):
    machine.add_debian("pcscd", "chromium-browser")
    done = machine.run(SCRIPT, wanted)
    assert (done.returncode, changes(machine)) == (0, [])


def test_root_installs_only_what_is_missing(machine, wanted):
    machine.add_debian("pcscd", user=0)
    done = machine.run(SCRIPT, wanted, "python3.11-dev")
    assert done.returncode == 0, done.stderr
    update, install = changes(machine)
    assert update == "apt-get update -q"
    assert install.endswith("install -q -y --no-install-recommends chromium python3.11-dev")


def test_of_two_names_the_one_that_apt_knows_is_taken(machine, tmp_path):
    (tmp_path / "apt.txt").write_text("not-here | chromium-browser\n")
    machine.add_debian(user=0)
    machine.run(SCRIPT, tmp_path / "apt.txt")
    assert changes(machine)[-1].endswith(" chromium-browser")


def test_without_root_and_sudo_it_stops_with_the_exact_command(machine, wanted):
    machine.add_debian()
    done = machine.run(SCRIPT, wanted)
    assert done.returncode == 77
    assert "sudo apt-get update && sudo apt-get install --no-install-recommends -y pcscd chromium" in done.stderr
    assert changes(machine) == []


def test_with_sudo_that_wants_a_password_and_no_terminal_it_stops_the_same_way(machine, wanted):
    machine.add_debian()
    machine.add("sudo", "exit 1")
    done = machine.run(SCRIPT, wanted)
    assert (done.returncode, changes(machine)) == (77, [])


def test_with_sudo_that_wants_no_password_it_installs_through_it(machine, wanted):
    machine.add_debian()
    machine.add("sudo", PASSWORDLESS)
    done = machine.run(SCRIPT, wanted)
    assert done.returncode == 0, done.stderr
    installs = [call for call in changes(machine) if "install" in call]
    assert len(installs) == 1
    assert re.fullmatch(r"sudo -n env DEBIAN_FRONTEND=\S+ apt-get install .* pcscd chromium", installs[0])


def test_at_a_terminal_sudo_may_ask_for_its_password(machine, wanted):
    machine.add_debian()
    machine.add("sudo", PASSWORDLESS)
    outer, inner = pty.openpty()
    try:
        done = machine.run(SCRIPT, wanted, stdin=inner)
    finally:
        os.close(inner)
        os.close(outer)
    assert done.returncode == 0, done.stderr
    assert changes(machine)[0] == "sudo apt-get update -q"


def test_a_failure_of_apt_is_a_failure_here(machine, wanted):
    machine.add_debian(user=0)
    machine.add("apt-get", 'case "$*" in *install*) exit 100;; esac')
    done = machine.run(SCRIPT, wanted)
    assert done.returncode == 70
    assert "could not install pcscd chromium" in done.stderr


def test_a_machine_without_apt_is_told_what_it_would_take(machine, wanted):
    done = machine.run(SCRIPT, wanted)
    assert done.returncode == 77
    assert "no Debian, Raspberry Pi OS or Ubuntu" in done.stderr


def test_new_services_of_a_development_machine_stay_off_for_the_time_of_the_installation(machine, wanted):
    machine.add_debian()
    machine.add("sudo", PASSWORDLESS)
    machine.run(SCRIPT, wanted)
    preset = "/run/systemd/system-preset/00-certificate-kiosk.preset"
    work = [call.removeprefix("sudo -n ").split()[0] for call in changes(machine)]
    assert work == ["apt-get", "mkdir", "tee", "env", "rm"]
    assert changes(machine)[-1] == f"sudo -n rm -f {preset}"


def test_a_kiosk_starts_the_services_of_what_it_installs(machine, wanted):
    machine.add_debian()
    machine.add("sudo", PASSWORDLESS)
    machine.run(SCRIPT, "--start-services", wanted)
    assert not any("preset" in call for call in changes(machine))
