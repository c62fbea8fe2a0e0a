"""Commands over MQTT at a real broker: signed, once, in time, by this kiosk alone; what is refused changes nothing."""

import asyncio
import base64
import json
import time

import pytest
from contract import faults
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from mosquitto_publisher import publish
from mosquitto_subscriber import becomes_true

from firmware.app.kiosk.clear_command import Refused
from firmware.app.kiosk.outbox import Outbox
from firmware.app.kiosk.remote import BURST, Acts, Desk, Remote
from firmware.app.kiosk.telemetry import Head
from firmware.app.kiosk.update import NotAvailable
from firmware.devices import BrokerConnected, Heard
from hub.fleet.line import Broker as Line
from hub.fleet.line import Order, ask
from hub.fleet.signing import Clearing, signed

pytestmark = pytest.mark.anyio
KEY, STRANGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
KIOSK = "kiosk-0001"


def public(key) -> str:
    return base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()


class Asked:
    """A kiosk that only takes commands: what it did, told and counted."""

    def __init__(self, answerer, outbox) -> None:
        self.done, self.told, self.resting, self.paper_low = [], [], True, False
        self.no_updater = False
        self.counts = {"commands_done": 0, "commands_refused": 0}
        self._head = Head()
        desk = Desk(KIOSK, {"office": public(KEY)}, outbox.remember, answerer, self._head, self._tell)
        acts = Acts(
            at_rest=lambda: self.resting,
            switch=self._switch,
            clear=self._clear,
            restart=lambda: self.done.append("restart"),
            diagnose=lambda: self.done.append("diagnose"),
            test_print=self._test_print,
            update=self._update,
        )
        self.remote = Remote(desk, acts, self.counts)

    async def _switch(self, maintenance):
        self.done.append(("switch", maintenance))

    async def _test_print(self):
        if self.paper_low:
            raise Refused("printer-not-ready", "paper low")
        self.done.append("test_print")

    async def _update(self, bundle, nonce):
        if self.no_updater:
            raise NotAvailable("no updater on this machine")
        self.done.append(("update", bundle, len(nonce)))

    async def _clear(self, clearance):
        if clearance.reason == "destroyed":
            raise Refused("no-alarm", "the alarm ended in this very moment")
        self.done.append(("clear", clearance.reason, clearance.operator))
        return "cleared"

    def _tell(self, body):
        self.told.append(body)
        event = self._head.event("command", body)
        assert faults(f"kiosk/v1/{KIOSK}/event/command", event.payload) == []


@pytest.fixture
async def asked(mosquitto, make_kiosk, tmp_path):
    """Give a kiosk at a broker that takes commands."""
    outbox = Outbox(tmp_path / "outbox.sqlite")
    kiosk = make_kiosk(mosquitto.port)
    asked = Asked(kiosk.broker, outbox)
    kiosk.broker.listen(asked.remote.heard)
    kiosk.start()
    await kiosk.told(BrokerConnected())
    running = asyncio.create_task(asked.remote.run())
    yield asked
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    outbox.close()


@pytest.fixture
def line(mosquitto, authority):
    authority.issue("operator")
    (authority.folder / "tls-ca.pem").write_bytes(authority.ca.read_bytes())
    return Line("localhost", mosquitto.port, authority.folder, "operator")


async def order(line, name, **how):
    payload, nonce = signed(how.pop("key", KEY), how.pop("kiosk", KIOSK), how.pop("as_name", name), **how)
    answer = await ask(line, Order(KIOSK, name, payload, nonce), 5.0)
    assert answer is not None
    assert faults(f"kiosk/v1/{KIOSK}/result/{name}", json.dumps(answer)) == []
    return answer["result"], answer["code"]


@pytest.mark.parametrize(
    ("name", "did"),
    [
        ("out_of_service", [("switch", True)]),
        ("in_service", [("switch", False)]),
        ("send_diagnostics", ["diagnose"]),
        ("restart", ["restart"]),
    ],
)
async def test_a_signed_command_is_carried_out_and_answered(asked, line, name, did):
    assert await order(line, name) == ("done", "")
    assert asked.done == did
    assert asked.counts == {"commands_done": 1, "commands_refused": 0}
    assert [(told["name"], told["result"]) for told in asked.told] == [(name, "done")]


async def test_an_alarm_is_cleared_with_the_text_that_goes_on_record(asked, line):
    clearing = Clearing("a" * 32, "taken-by-staff", "")
    assert await order(line, "clear_alarm", clearing=clearing) == ("cleared", "")
    assert asked.done == [("clear", "taken-by-staff", "office")]
    assert await order(line, "clear_alarm", clearing=Clearing("a" * 32, "destroyed")) == ("refused", "no-alarm")
    assert await order(line, "clear_alarm", clearing=Clearing("a" * 32, "hand-over-police")) == (
        "refused",
        "note-missing",
    )


async def test_an_update_is_begun_by_the_name_of_its_bundle(asked, line):
    assert await order(line, "start_update", bundle="kiosk-2.0~rc1.raucb") == ("started", "")
    assert asked.done == [("update", "kiosk-2.0~rc1.raucb", 32)]


@pytest.mark.parametrize(
    "bundle", ["", "../secret.raucb", "-f.raucb", ".raucb", "kiosk.zip", "a/b.raucb", "kiosk 2.raucb", "k\n.raucb"]
)
async def test_an_update_without_the_name_of_a_bundle_is_refused(asked, line, bundle):
    assert await order(line, "start_update", bundle=bundle) == ("refused", "bad-request")
    assert asked.done == []


async def test_no_other_command_names_a_bundle(asked, line):
    assert await order(line, "restart", bundle="kiosk-2.raucb") == ("refused", "bad-request")


async def test_what_this_kiosk_cannot_is_said_honestly(asked, line):
    asked.no_updater = True
    assert await order(line, "start_update", bundle="kiosk-2.raucb") == ("not_available", "")
    assert asked.counts == {"commands_done": 1, "commands_refused": 0}


async def test_a_test_print_is_answered_as_it_went(asked, line):
    assert await order(line, "test_print") == ("done", "")
    asked.paper_low = True
    assert await order(line, "test_print") == ("refused", "printer-not-ready")
    assert asked.done == ["test_print"]


async def test_nobody_is_interrupted(asked, line):
    asked.resting = False
    assert await order(line, "restart") == ("refused", "busy")
    assert await order(line, "test_print") == ("refused", "busy")
    assert await order(line, "start_update", bundle="kiosk-2.raucb") == ("refused", "busy")
    assert asked.done == []
    assert await order(line, "out_of_service") == ("scheduled", "")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"key": STRANGER}, "unknown-key"),
        ({"kiosk": "kiosk-0002"}, "wrong-kiosk"),
        ({"as_name": "in_service"}, "wrong-command"),
        ({"valid_s": -10}, "expired"),
        ({"valid_s": 600}, "expired"),
    ],
)
async def test_what_is_not_for_this_kiosk_now_is_refused_counted_and_told(asked, line, how, code):
    assert await order(line, "restart", **how) == ("refused", code)
    assert asked.done == []
    assert asked.counts["commands_refused"] == 1
    assert [(told["name"], told["code"]) for told in asked.told] == [("restart", code)]


async def test_a_command_counts_once(asked, line):
    payload, nonce = signed(KEY, KIOSK, "send_diagnostics")
    first = await ask(line, Order(KIOSK, "send_diagnostics", payload, nonce), 5.0)
    again = await ask(line, Order(KIOSK, "send_diagnostics", payload, nonce), 5.0)
    assert (first["result"], again["result"], again["code"]) == ("done", "refused", "replayed")
    assert asked.done == ["diagnose"]


def forged_signature():
    body = json.loads(signed(KEY, KIOSK, "restart")[0])
    body["command"] = body["command"].replace("restart", "restart ")
    return json.dumps(body)


@pytest.mark.parametrize(
    "sent",
    [
        ("restart", " ", "bad-request"),
        ("restart", "restart", "bad-request"),
        ("restart", b"\xff\xfe\x00", "bad-request"),
        ("restart", "[" * 3000, "bad-request"),
        ("restart", '{"command":"{}","key_id":"0","signature":""}', "bad-request"),
        ("restart", "x" * 4097, "bad-request"),
        ("restart", forged_signature(), "bad-signature"),
        ("format_disk", signed(KEY, KIOSK, "restart")[0], "unknown-command"),
    ],
)
async def test_rubbish_is_refused_counted_and_told(asked, mosquitto, authority, sent):
    name, payload, code = sent
    await publish(mosquitto, authority, "operator", f"kiosk/v1/{KIOSK}/cmd/{name}", payload)
    await becomes_true(lambda: asked.told)
    assert asked.told[0]["code"] == code
    assert asked.done == []


async def test_a_retained_command_is_refused_even_with_the_right_signature(asked, mosquitto, authority):
    payload, nonce = signed(KEY, KIOSK, "restart")
    await publish(mosquitto, authority, "operator", f"kiosk/v1/{KIOSK}/cmd/restart", payload, "-r")
    await becomes_true(lambda: asked.told)
    assert (asked.told[0]["code"], asked.told[0]["nonce"]) == ("retained", nonce)
    assert asked.done == []


async def test_whoever_floods_is_counted_only(asked):
    for _ in range(500):
        asked.remote.heard(Heard("restart", b"{}", retained=False, correlation=b""))
    await becomes_true(lambda: len(asked.told) == BURST + 1)
    assert asked.counts["commands_refused"] == 500
    assert [told["code"] for told in asked.told].count("too-many") == 1


async def test_a_clock_that_is_a_little_wrong_is_no_reason_to_refuse(asked, line, monkeypatch):
    real = time.time
    for skew_s in (-4, 10):
        monkeypatch.setattr("firmware.app.kiosk.remote.time.time", lambda skew_s=skew_s: real() + skew_s)
        assert (await order(line, "send_diagnostics"))[0] == "done"
