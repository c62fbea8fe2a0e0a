"""deploy/setup/card-service.sh: a user's card service can start, or the exact command is told."""

import pytest

from tests.tooling.fake_machine import SETUP, FakeMachine

SCRIPT = SETUP / "card-service.sh"
REFUSE = "exit 1"


@pytest.fixture
def machine(tmp_path):
    """A user's machine whose kernel refuses namespaces."""
    fake = FakeMachine(tmp_path)
    fake.add("id", "echo 1000")
    fake.add("unshare", REFUSE)
    return fake


@pytest.fixture
def place(tmp_path):
    return tmp_path / "pcscd"


def test_nothing_is_done_for_root(machine, place):
    machine.add("id", "echo 0")
    assert machine.run(SCRIPT, place).returncode == 0
    assert machine.calls == ["id -u"]


def test_nothing_is_done_where_the_folder_is(machine, place):
    place.mkdir()
    assert machine.run(SCRIPT, place).returncode == 0
    assert machine.calls == ["id -u"]


def test_nothing_is_done_where_users_may_have_namespaces(machine, place):
    machine.add("unshare")
    machine.add("sudo")
    assert machine.run(SCRIPT, place).returncode == 0
    assert not [call for call in machine.calls if call.startswith("sudo")]


def test_with_sudo_the_folder_is_made(machine, place):
    machine.add("sudo", '"$@" 2>/dev/null || exit 0')
    done = machine.run(SCRIPT, place)
    assert (done.returncode, place.is_dir()) == (0, True)
    assert machine.calls[-1] == f"sudo mkdir -p {place}"


def test_without_sudo_it_stops_with_the_exact_command(machine, place):
    done = machine.run(SCRIPT, place)
    assert (done.returncode, place.exists()) == (77, False)
    assert f"    sudo mkdir -p {place}\n" in done.stderr


def test_a_sudo_that_fails_is_not_passed_over(machine, place):
    machine.add("sudo", 'case "$*" in *true*) exit 0;; *) exit 1;; esac')
    assert machine.run(SCRIPT, place).returncode == 77
