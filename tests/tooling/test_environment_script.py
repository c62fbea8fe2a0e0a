"""deploy/setup/environment.sh: makes .venv once, and again only when locks, interpreter or place changed."""

import shutil

import pytest

from tests.tooling.fake_machine import ROOT, FakeMachine

PYTHON = """
case "$*" in
    *base_prefix*) cat "$(dirname "$0")/version" ;;
    *"venv --clear"*)
        rm -rf .venv; mkdir -p .venv/bin
        for name in python uv; do
            printf '#!/bin/bash\\necho "%s $*" >>%s\\n' "$name" LOG >.venv/bin/$name
            chmod +x .venv/bin/$name
        done ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    fake = FakeMachine(tmp_path)
    fake.add("python3", PYTHON.replace("LOG", str(fake.log)))
    (fake.path / "version").write_text("/usr 3.11.2\n")
    return fake


@pytest.fixture
def checkout(tmp_path):
    place = tmp_path / "checkout"
    shutil.copytree(ROOT / "deploy" / "setup", place / "deploy" / "setup")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / lock, place)
    return place


def prepare(machine, checkout, profile="demo"):
    """Run the script; the kinds of work that it did this time."""
    before = len(machine.calls)
    done = machine.run(checkout / "deploy/setup/environment.sh", profile, "python3", folder=checkout)
    assert done.returncode == 0, done.stderr
    return [call for call in machine.calls[before:] if "base_prefix" not in call]


def test_the_first_time_it_makes_the_environment_from_the_lock_with_hashes(machine, checkout):
    venv, pip, uv = prepare(machine, checkout)
    assert venv.endswith("-m venv --clear .venv")
    assert "--require-hashes -r deploy/setup/installer.lock" in pip
    assert "--require-hashes --build-constraints deploy/setup/build.lock -r requirements.lock" in uv


def test_the_second_time_it_does_nothing(machine, checkout):
    prepare(machine, checkout)
    assert prepare(machine, checkout) == []


def test_the_tests_take_the_larger_lock_and_the_demo_is_ready_then_too(machine, checkout):
    assert prepare(machine, checkout, "test")[-1].endswith("-r requirements-dev.lock")
    assert prepare(machine, checkout, "demo") == []


def test_the_tests_are_not_ready_after_the_demo(machine, checkout):
    prepare(machine, checkout, "demo")
    assert prepare(machine, checkout, "test")[-1].endswith("-r requirements-dev.lock")


def test_a_changed_lock_is_installed_into_the_same_environment(machine, checkout):
    prepare(machine, checkout)
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    work = prepare(machine, checkout)
    assert not any("venv --clear" in call for call in work)
    assert work[-1].endswith("-r requirements.lock")


def test_another_interpreter_gets_a_new_environment(machine, checkout):
    prepare(machine, checkout)
    (machine.path / "version").write_text("/usr 3.13.0\n")
    assert prepare(machine, checkout)[0].endswith("-m venv --clear .venv")


def test_a_checkout_that_was_moved_gets_a_new_environment(machine, checkout, tmp_path):
    prepare(machine, checkout)
    moved = checkout.rename(tmp_path / "moved")
    assert prepare(machine, moved)[0].endswith("-m venv --clear .venv")


def test_an_installation_that_failed_is_tried_again(machine, checkout):
    prepare(machine, checkout)
    (checkout / ".venv/.ready-demo").unlink()
    installer = checkout / ".venv/bin/uv"
    good = installer.read_text()
    installer.write_text("#!/bin/bash\nexit 2\n")
    failed = machine.run(checkout / "deploy/setup/environment.sh", "demo", "python3", folder=checkout)
    installer.write_text(good)
    assert (failed.returncode, "run the same make command again" in failed.stderr) == (70, True)
    assert prepare(machine, checkout) != []
