"""The contract of `asyncapi.yaml` is what the code does: every word, every topic, every payload."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from contract import document, faults, message_at

from firmware.app.kiosk import alarms, orders, outputs
from firmware.app.kiosk.incidents import Incident, Line
from firmware.app.kiosk.remote_command import LONGEST_S, Order
from firmware.app.kiosk.state import Facts, Kiosk, Reason
from firmware.app.kiosk.telemetry import Head, Telemetry
from firmware.app.messages import Clip, Id, MarkKind
from firmware.config import load
from firmware.devices import BuzzerPattern, CameraHealth, DeviceState, Media, Paper
from firmware.drivers.mqtt import RESULT_EXPIRES_S
from firmware.roles.identity import certificate_end, info_of
from tests.machines import kiosk_world

pytestmark = pytest.mark.anyio
SCHEMAS = document()["components"]["schemas"]
BRANCH = "kiosk/v1/kiosk-0001/"
ACL = Path("deploy/mosquitto/acl")


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("device", DeviceState),
        ("media", Media),
        ("reason", Reason),
        ("command_name", Order),
    ],
)
def test_the_words_are_those_of_the_code(schema, words):
    assert set(SCHEMAS[schema]["enum"]) == {str(word) for word in words}


@pytest.mark.parametrize(
    ("schema", "field", "words"),
    [
        ("state_printer", "paper", Paper),
        ("state_camera", "health", CameraHealth),
        ("state_buzzer", "pattern", BuzzerPattern),
        ("event_order", "state", orders.OrderState),
        ("event_alarm", "noted", alarms.Noted),
        ("event_alarm", "thing", alarms.Thing),
        ("event_evidence", "mark", MarkKind),
    ],
)
def test_the_fields_words_are_those_of_the_code(schema, field, words):
    assert set(SCHEMAS[schema]["properties"][field]["enum"]) == {str(word) for word in words}


def test_there_is_a_channel_for_each_device_and_no_other():
    described = {name.removeprefix("state_") for name in document()["channels"] if name.startswith("state_")}
    assert described == set(outputs.published(Kiosk())) - {"kiosk"} | {"orders", "telemetry"}


def test_counts_of_orders_are_complete():
    wanted = {str(state) for state in orders.OrderState} | {"boot_id", "sequence", "time"}
    assert set(SCHEMAS["state_orders"]["properties"]) == wanted


def test_commands_and_results_expire_within_a_minute():
    for name in ("take_command", "answer_command"):
        bindings = document()["operations"][name]["bindings"]["mqtt"]
        assert bindings == {"qos": 1, "retain": False, "messageExpiryInterval": LONGEST_S}
    assert RESULT_EXPIRES_S == LONGEST_S


def test_every_channel_has_an_operation_and_the_broker_lets_the_kiosk_do_just_that():
    rules = re.findall(r"^pattern (read|write) (kiosk/v1/%u/\S+)$", ACL.read_text(encoding="utf-8"), re.MULTILINE)
    allowed = {"write": set(), "read": set()}
    for operation in document()["operations"].values():
        channel = document()["channels"][operation["channel"]["$ref"].rpartition("/")[2]]
        way = "write" if operation["action"] == "send" else "read"
        address = re.sub(r"\{(command|code)\}", "+", channel["address"].replace("{kiosk_id}", "%u"))
        allowed[way].add(re.sub(r"/(event|state)/\w+", r"/\1/+", address))
    assert allowed == {way: {topic for kind, topic in rules if kind == way} for way in ("write", "read")}
    used = {operation["channel"]["$ref"].rpartition("/")[2] for operation in document()["operations"].values()}
    assert used == set(document()["channels"])


def test_every_reference_leads_somewhere():
    for reference in re.findall(r"'\$ref': '#/([^']+)'", str(document())):
        found = document()
        for part in reference.split("/"):
            found = found[part]


class FakeBroker:
    """Keeps what was published."""

    def __init__(self) -> None:
        self.seen = []

    def publish_state(self, name, payload, **_):
        self.seen.append((BRANCH + name, payload))

    def put(self, event):
        self.seen.append((f"{BRANCH}event/{event.type}", event.payload))


def more():
    return {
        "orders": dict.fromkeys((str(state) for state in orders.OrderState), 0),
        "telemetry": dict.fromkeys(("events_waiting", "events_dropped", "commands_done", "commands_refused"), 0),
    }


async def test_whatever_the_machine_comes_to_is_published_in_the_contracts_form():
    broker, head = FakeBroker(), Head()
    telemetry = Telemetry(broker, 30.0, head, broker.put, more)
    subject = Id("a" * 32)
    line = Line(alarm_id="b" * 32, noted=alarms.Noted.RAISED, thing=alarms.Thing.PAPER, at_s=1.5)
    telemetry.introduce(info_of(load(Path("deploy/kiosk.toml")), Path("deploy/kiosk.toml")))
    for phase in kiosk_world_phases():
        for facts in (Facts(), Facts(camera=CameraHealth.OK, hub=True, open=True, maintenance=True)):
            telemetry.show(Kiosk(phase, facts), Incident(lines=[line]))
    telemetry.filmed(Clip(subject, 3, MarkKind.ALARM, subject, 1))
    telemetry._repeat()
    telemetry.close()
    broker.put(head.order_event({"document_id": "c" * 32, "transaction_id": "d" * 32, "state": "paid", "at_s": 2.0}))
    broker.put(head.alarm_event({"alarm_id": "b" * 32, "thing": "paper", "noted": "gone", "at_s": 3.0}))
    assert [fault for topic, payload in broker.seen for fault in faults(topic, payload)] == []
    found = {message_at(topic) for topic, _ in broker.seen}
    assert found >= {name for name in document()["channels"] if name.startswith("state")} | {"alarm", "info"}
    numbers = [json.loads(payload)["sequence"] for _, payload in broker.seen if "sequence" in payload]
    assert len(set(numbers)) == len(numbers)


def kiosk_world_phases():
    """Give a state of every kind that the machine knows."""
    from firmware.app.kiosk import state as s  # noqa: PLC0415

    session, order = kiosk_world.SESSION, kiosk_world.order()
    yield s.Starting()
    yield s.OutOfService(frozenset(Reason))
    yield s.Idle()
    yield s.Serving(session, s.Step.PIN, 1.0)
    yield s.Printing(session, order, 1.0)
    yield s.AwaitingPickup(session, order, 1.0, presented=True, level=s.Level.REMIND)
    for thing in alarms.Thing:
        for level in s.Level:
            yield s.LeftBehind(thing, level, 1.0)
    yield s.LeftBehind(alarms.Thing.PAPER, s.Level.LOUD, None, cleared=True)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (BRANCH + "person", "{}"),
        (BRANCH + "avail", "perhaps"),
        (BRANCH + "state", '{"state":"in_service"}'),
        (BRANCH + "state", "{"),
        (
            BRANCH + "state/tray",
            '{"device":"online","media":"花子","boot_id":"0123456789abcdef","sequence":1,"time":"x"}',
        ),
        (BRANCH + "event/order", '{"name":"古賀 花子"}'),
        (BRANCH + "alarm/left_behind_dog", ""),
    ],
)
def test_what_is_not_of_the_contract_is_found(topic, payload):
    assert faults(topic, payload)


def test_the_end_of_a_certificate_is_read_as_cryptography_reads_it(authority):
    from cryptography import x509  # noqa: PLC0415

    certificate, _ = authority.issue("kiosk-0001")
    end = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    assert certificate_end(certificate) == end.timestamp()
    assert certificate_end(certificate.with_name("absent.pem")) is None


def test_a_repeated_state_is_marked_as_such_and_a_changed_one_is_not(monkeypatch):
    sent = []

    class Watching(FakeBroker):
        def publish_state(self, name, _payload, *, repeated=False):
            sent.append((name, repeated))

    async def twice():
        broker = Watching()
        telemetry = Telemetry(broker, 30.0, Head(), broker.put, more)
        telemetry.show(Kiosk(), None)
        assert not any(repeated for _, repeated in sent)
        sent.clear()
        telemetry._repeat()
        telemetry.close()

    asyncio.run(twice())
    assert dict(sent)["state"] is False
    assert dict(sent)["state/printer"] is True
