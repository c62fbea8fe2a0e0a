"""deploy/setup/interpreter.sh: an interpreter that does not do is refused with the reason and the remedy."""

import sys

import pytest

from tests.tooling.fake_machine import SETUP, FakeMachine

SCRIPT = SETUP / "interpreter.sh"
OLD = 'case "$2" in *platform*) echo 3.10.12;; *) exit 1;; esac'
NEW = 'case "$2" in *platform*) echo 3.12.3;; esac'


@pytest.fixture
def machine(tmp_path):
    return FakeMachine(tmp_path)


def test_python_3_11_or_newer_is_taken(machine):
    machine.add("python3", NEW)
    done = machine.run(SCRIPT, "check", "python3")
    assert (done.returncode, "3.12.3" in done.stdout) == (0, True)


def test_an_older_one_is_refused_with_its_version_and_a_remedy(machine):
    machine.add("python3", OLD)
    done = machine.run(SCRIPT, "check", "python3")
    assert done.returncode == 69
    assert "python3 is Python 3.10.12; 3.11 or newer is needed" in done.stderr
    assert "apt-get install python3.11" in done.stderr


def test_a_newer_one_beside_it_is_named(machine):
    machine.add("python3", OLD)
    machine.add("python3.12", NEW)
    done = machine.run(SCRIPT, "check", "python3")
    assert (done.returncode, "make with PYTHON=python3.12" in done.stderr) == (69, True)


def test_one_that_is_not_there_is_refused(machine):
    machine.add("python3", NEW)
    done = machine.run(SCRIPT, "check", "python3.99")
    assert done.returncode == 69
    assert "there is no python3.99" in done.stderr
    assert "make with PYTHON=python3" in done.stderr


def test_the_interpreter_of_these_tests_lacks_nothing(machine):
    done = machine.run(SCRIPT, "packages", getattr(sys, "_base_executable", sys.executable))
    assert (done.returncode, done.stdout) == (0, "")
