"""The kiosk's line to its updates: what may be asked, what became of a trial, and the units that open it."""

import configparser
import re
import subprocess

import pytest
from kiosk_update.line import Line

from tests.image.conftest import DEPLOY
from tests.image.sim_pi import SimPi

UPDATE = DEPLOY / "update"


@pytest.fixture
def pi(tmp_path):
    return SimPi(tmp_path)


def said(pi, *requests, wait=lambda _: None):
    answers = []
    Line(pi.slots, answers.append, wait).serve(f"{each}\n" for each in requests)
    return answers


def tried(pi):
    """Install, and restart into what was installed."""
    pi.slots.choose("B")
    pi.slots.mark_tried()
    pi.start("0 tryboot")


def test_a_trial_that_was_proved_is_good(pi):
    tried(pi)
    judge = iter([lambda: None, lambda: pi.slots.mark_good("B")])
    assert said(pi, "outcome", wait=lambda _: next(judge)()) == ["good"]


@pytest.mark.parametrize("settled", [False, True])
def test_a_trial_that_ended_in_the_old_slot_returned(pi, settled):
    tried(pi)
    pi.start("")
    if settled:
        assert pi.slots.settle() == "B"
    assert said(pi, "outcome") == ["returned"]


def test_what_was_not_restarted_into_is_told_as_that(pi):
    pi.slots.choose("B")
    assert said(pi, "outcome") == ["failed it is installed, but was not restarted into"]


@pytest.mark.parametrize(
    "request_",
    ["", "install", "install kiosk.raucb", "install --help", "install /etc/shadow", "install /x.raucb -f", "judge"],
)
def test_nothing_else_is_run(pi, monkeypatch, request_):
    monkeypatch.setattr(subprocess, "Popen", None)
    assert said(pi, request_)[0].startswith("failed not a request")


def test_only_the_kiosk_may_open_the_socket():
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str
    unit.read(UPDATE / "kiosk-update.socket")
    socket = unit["Socket"]
    assert (socket["SocketUser"], socket["SocketGroup"], socket["SocketMode"]) == ("root", "kiosk", "0660")
    assert (socket["Accept"], socket["MaxConnections"]) == ("yes", "1")
    fill = (DEPLOY / "image" / "fill.sh").read_text(encoding="utf-8")
    assert "kiosk-judge kiosk-update.socket" in fill


def test_systemd_finds_no_fault_in_the_units_of_the_line(tmp_path):
    for name in ("kiosk-update.socket", "kiosk-update@.service"):
        text = (UPDATE / name).read_text(encoding="utf-8")
        text = re.sub(r"^(ExecStart=)/\S+", r"\1/bin/true", text, flags=re.MULTILINE).replace("=kiosk\n", "=root\n")
        (tmp_path / name).write_text(text, encoding="utf-8")
    units = [tmp_path / "kiosk-update.socket", tmp_path / "kiosk-update@x.service"]
    (tmp_path / "kiosk-update@x.service").write_bytes((tmp_path / "kiosk-update@.service").read_bytes())
    command = ["systemd-analyze", "verify", "--man=no", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "kiosk-update" in line]) == (0, [])
