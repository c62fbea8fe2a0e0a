"""What the fleet knows: the newest of each topic, rubbish counted, an offline kiosk unknown; figures; history."""

import json
from pathlib import Path
from subprocess import run

import pytest
from conftest import HEAD, STATE

from hub.fleet.figures import Figures, text_of
from hub.fleet.register import Register

BRANCH = "kiosk/v1/kiosk-0001/"


def told(register, name, payload, at_s=100.0):
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return register.take(BRANCH + name, raw, at_s)


@pytest.fixture
def register():
    register = Register()
    told(register, "avail", b"online")
    told(register, "state", STATE)
    told(register, "state/printer", {"device": "online", "paper": "low"})
    told(register, "state/orders", {"taken": 7, **HEAD})
    told(register, "info", {"version": "1.0", "build": "ab", "certificate_expires": "2029-01-01T00:00:00Z"})
    return register


def test_an_offline_kiosk_is_unknown_whatever_it_said_last(register):
    assert (register.kiosks["kiosk-0001"].state, register.kiosks["kiosk-0001"].row()["paper"]) == ("in_service", "low")
    told(register, "avail", b"offline", 200.0)
    row = register.kiosks["kiosk-0001"].row()
    assert (row["online"], row["state"], row["paper"], row["since_s"]) == (False, "unknown", "unknown", 200.0)


def test_an_alarm_begins_and_is_over(register):
    told(register, "alarm/left_behind_paper", {"alarm_id": "a" * 32})
    assert register.kiosks["kiosk-0001"].row()["alarms"] == ["left_behind_paper"]
    told(register, "alarm/left_behind_paper", b"")
    assert register.kiosks["kiosk-0001"].row()["alarms"] == []


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (BRANCH + "state", b"{"),
        (BRANCH + "state", b"[]"),
        (BRANCH + "state", b"[" * 9000),
        (BRANCH + "state", b""),
        (BRANCH + "state", b'"' + b"x" * 20_000 + b'"'),
        (BRANCH + "avail", b"perhaps"),
        (BRANCH + "avail", b"\xff"),
        (BRANCH + "else", b"{}"),
        ("kiosk/v1/../state", b"{}"),
        ("kiosk/v1/kiosk-0001.clerk/state", b"{}"),
    ],
)
def test_rubbish_is_counted_and_changes_nothing(register, topic, payload):
    before = register.kiosks["kiosk-0001"].row()
    assert register.take(topic, payload, 300.0) is None
    assert register.rubbish == 1
    assert register.kiosks["kiosk-0001"].row() == before
    assert list(register.kiosks) == ["kiosk-0001"]


def test_strange_values_in_a_right_shape_are_shown_and_do_no_harm(register):
    told(register, "state", {"state": ["x"], "reasons": "none", "alarms": 3})
    told(register, "state/printer", {"paper": {"a": 1}})
    assert register.kiosks["kiosk-0001"].row()["state"] == "['x']"
    assert b"kiosk_up" in text_of(Figures(register, list))


def test_the_figures_are_what_the_rules_ask_for_and_promtool_reads_them(register):
    text = text_of(Figures(register, lambda: ["402231/resident_record"])).decode()
    for line in (
        'kiosk_up{kiosk="kiosk-0001"} 1.0',
        'kiosk_state{kiosk="kiosk-0001",state="in_service"} 1.0',
        'kiosk_paper{kiosk="kiosk-0001",paper="low"} 1.0',
        'kiosk_orders{kiosk="kiosk-0001",state="taken"} 7.0',
        'centre_stopped{subject="402231/resident_record"} 1.0',
    ):
        assert line in text.splitlines()
    assert (
        run(["promtool", "check", "metrics"], input=text, text=True, check=False, capture_output=True).returncode == 0
    )
    asked = Path("deploy/dashboard/alerts.yml").read_text() + Path("deploy/dashboard/grafana.json").read_text()
    for name in {line.split("{")[0].split(" ")[0] for line in text.splitlines() if line.startswith("kiosk_")}:
        assert name in text
    for name in ("kiosk_up", "kiosk_alarm", "kiosk_camera_ok", "kiosk_events_waiting", "centre_stopped"):
        assert name in asked
        assert f"# TYPE {name} " in text


@pytest.mark.parametrize("rules", [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]])
def test_promtool_accepts_the_rules_and_they_fire_when_they_should(rules):
    done = run(["promtool", *rules], cwd="deploy/dashboard", check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_figure_of_the_dashboard_and_the_rules_exists(register):
    import re  # noqa: PLC0415

    text = text_of(Figures(register, list)).decode()
    known = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
    asked = Path("deploy/dashboard/alerts.yml").read_text() + Path("deploy/dashboard/grafana.json").read_text()
    assert set(re.findall(r"\b((?:kiosk|centre|fleet)_\w+)\b", asked)) <= known
