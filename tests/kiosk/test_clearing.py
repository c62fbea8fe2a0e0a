"""The office clears an alarm over the kiosk's socket: what is accepted, what is refused and why."""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import stat
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.afterwards import Afterwards
from firmware.app.kiosk.alarms import ClearReason, Noted, Thing
from firmware.app.kiosk.clear_command import ClearAlarm, sign, text_of
from firmware.app.kiosk.clearing import SOCKET, Alarms, Clearing, reachable
from firmware.app.kiosk.hub import VoidReason
from firmware.app.kiosk.incidents import Incidents, incidents_of
from firmware.app.kiosk.journal import JournalError
from firmware.app.messages import Id
from firmware.config import ConfigError, load
from firmware.roles import clear_alarm, operator_key
from firmware.roles import incidents as incidents_command
from tests.kiosk import processes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

pytestmark = [pytest.mark.anyio]

SAMPLE = Path(__file__).parents[2] / "deploy" / "kiosk.toml"
KIOSK, VISIT, DOCUMENT = "kiosk-0001", Id("a" * 32), Id("b" * 32)
KEY, STRANGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def public(key: Ed25519PrivateKey) -> str:
    return text_of(key.public_key().public_bytes_raw())


class FakeKiosk:
    """An alarm about a paper that is on, and its record."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incidents = Incidents(folder / "incidents")
        self.goes_on = True

    def raise_alarm(self) -> None:
        self.note(Noted.RAISED)

    def note(self, noted, clearance=None) -> None:
        command = v.NoteAlarm(noted, Thing.PAPER, VISIT, DOCUMENT if noted is Noted.RAISED else None)
        self.incidents.append(self.incidents.note(command, time.time(), clearance))

    async def explain(self, incident, clearance) -> None:
        self.incidents.append(self.incidents.note_later(incident, Noted.EXPLAINED, time.time(), clearance))

    @property
    def alarms(self) -> Alarms:
        return Alarms(lambda: self.incidents.open, self.incidents.find, self.clear, self.explain)

    async def clear(self, clearance) -> bool:
        if self.goes_on:
            self.note(Noted.CLEARED, clearance)
        return self.goes_on


@asynccontextmanager
async def listening(folder: Path) -> AsyncGenerator[FakeKiosk]:
    kiosk = FakeKiosk(folder)
    clearing = Clearing(KIOSK, {"office": public(KEY)}, kiosk.alarms, lambda _line: None)
    await clearing.start(folder)
    try:
        yield kiosk
    finally:
        await clearing.close()
        kiosk.incidents.close()


@pytest.fixture
async def kiosk(tmp_path):
    async with listening(tmp_path) as kiosk:
        kiosk.raise_alarm()
        yield kiosk


class Conversation:
    """One connection, as the office's side."""

    def __init__(self, folder: Path) -> None:
        with reachable(folder) as address:
            self._wire = socket.socket(socket.AF_UNIX)
            self._wire.settimeout(10)
            self._wire.connect(address)
        self._lines = self._wire.makefile("rwb")
        line = self._lines.readline()
        if not line:
            self.close()
            raise ConnectionError("nobody talks")
        self.hello = json.loads(line)

    def say(self, line: bytes) -> dict:
        self._lines.write(line + b"\n")
        self._lines.flush()
        answer = self._lines.readline()
        self.close()
        return json.loads(answer)

    def close(self) -> None:
        self._lines.close()
        self._wire.close()


def command(hello, **changes) -> ClearAlarm:
    now = int(time.time())
    fields = {
        "kiosk_id": hello["kiosk_id"],
        "alarm_id": hello["alarm"]["alarm_id"] if hello["alarm"] else "0" * 32,
        "nonce": hello["nonce"],
        "reason": ClearReason.HAND_OVER_POLICE,
        "note": "古賀交番",
        "issued_at": now,
        "expires_at": now + 60,
    }
    return ClearAlarm(**{**fields, **changes})


def clear(folder, key=KEY, **changes) -> dict:
    conversation = Conversation(folder)
    return conversation.say(msgspec.json.encode(sign(command(conversation.hello, **changes), key)))


async def test_a_signed_command_clears_the_alarm_and_is_on_record(kiosk, tmp_path):
    assert (await asyncio.to_thread(clear, tmp_path))["result"] == "cleared"
    (incident,) = incidents_of(tmp_path / "incidents")
    assert [line.noted for line in incident.lines] == [Noted.RAISED, Noted.CLEARED]
    clearance = incident.clearance
    assert (clearance.operator, clearance.reason) == ("office", ClearReason.HAND_OVER_POLICE)
    assert (clearance.note, incident.document_id) == ("古賀交番", DOCUMENT)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("wrong-kiosk", {"kiosk_id": "kiosk-0002"}),
        ("wrong-alarm", {"alarm_id": "c" * 32}),
        ("wrong-nonce", {"nonce": "c" * 32}),
        ("expired", {"issued_at": 1, "expires_at": 2}),
        ("expired", {"expires_at": int(time.time()) + 86_400}),
        ("note-missing", {"note": " "}),
        ("unknown-key", {"key": STRANGER}),
    ],
)
async def test_what_does_not_fit_is_refused_and_the_alarm_goes_on(kiosk, tmp_path, code, changes):
    answer = await asyncio.to_thread(lambda: clear(tmp_path, **changes))
    assert (answer["result"], answer["code"]) == ("refused", code)
    assert answer["detail"]
    assert kiosk.incidents.open.clearance is None
    assert (await asyncio.to_thread(clear, tmp_path))["result"] == "cleared"


async def test_a_changed_command_or_a_borrowed_key_id_is_refused(kiosk, tmp_path):
    def tampered(**changes) -> str:
        conversation = Conversation(tmp_path)
        signed = sign(command(conversation.hello), changes.pop("key", KEY))
        raw = {**msgspec.to_builtins(signed), **changes}
        raw["command"] = raw["command"].replace("hand-over-police", changes.pop("reason", "hand-over-police"))
        return conversation.say(json.dumps(raw).encode())["code"]

    right_id = sign(command({"kiosk_id": KIOSK, "nonce": "a" * 32, "alarm": {"alarm_id": "a" * 32}}), KEY).key_id
    for changes in ({"reason": "false-alarm"}, {"signature": "A" * 86}, {"key": STRANGER, "key_id": right_id}):
        code = await asyncio.to_thread(lambda changes=changes: tampered(**changes))
        assert code == ("bad-request" if "reason" in changes else "bad-signature")
    assert kiosk.incidents.open.clearance is None


async def test_a_command_heard_once_is_worth_nothing_a_second_time(kiosk, tmp_path):
    conversation = await asyncio.to_thread(Conversation, tmp_path)
    signed = msgspec.json.encode(sign(command(conversation.hello), KEY))
    conversation.close()
    again = await asyncio.to_thread(Conversation, tmp_path)
    assert (await asyncio.to_thread(again.say, signed))["code"] == "wrong-nonce"
    assert kiosk.incidents.open.clearance is None


@pytest.mark.parametrize("line", [b"", b"{}", b"not json", b"\xff" * 50, b"x" * 10_000, b'{"command":"x"}'])
async def test_nonsense_is_refused_and_does_no_harm(kiosk, tmp_path, line):
    assert (await asyncio.to_thread(lambda: Conversation(tmp_path).say(line)))["code"] == "bad-request"
    assert (await asyncio.to_thread(clear, tmp_path))["result"] == "cleared"


async def test_no_alarm_a_cleared_one_and_one_that_ends_meanwhile_are_told_apart(kiosk, tmp_path):
    kiosk.goes_on = False
    assert (await asyncio.to_thread(clear, tmp_path))["code"] == "no-alarm"
    kiosk.goes_on = True
    assert (await asyncio.to_thread(clear, tmp_path))["result"] == "cleared"
    assert (await asyncio.to_thread(clear, tmp_path))["code"] == "already-cleared"
    kiosk.note(Noted.GONE)
    conversation = await asyncio.to_thread(Conversation, tmp_path)
    assert conversation.hello["alarm"] is None
    conversation.close()


async def test_only_the_kiosks_own_user_may_open_the_socket_and_a_dead_kiosks_one_is_replaced(tmp_path):
    long = tmp_path / ("long" * 30)
    long.mkdir()
    for _ in range(2):
        async with listening(long):
            assert stat.S_IMODE((long / SOCKET).stat().st_mode) == 0o600
            conversation = await asyncio.to_thread(Conversation, long)
            assert conversation.hello["kiosk_id"] == KIOSK
            conversation.close()
        assert (long / SOCKET).exists()


async def test_those_who_say_nothing_do_not_keep_the_office_out_for_ever(kiosk, tmp_path, monkeypatch):
    monkeypatch.setattr("firmware.app.kiosk.clearing.ANSWER_S", 0.3)
    silent = [await asyncio.to_thread(Conversation, tmp_path) for _ in range(4)]
    with pytest.raises(ConnectionError, match="nobody talks"):
        await asyncio.to_thread(Conversation, tmp_path)
    for each in silent:
        each._wire.settimeout(5)
        assert await asyncio.to_thread(each._lines.readline) == b""
        each.close()
    assert (await asyncio.to_thread(clear, tmp_path))["result"] == "cleared"


async def test_the_command_line_makes_a_key_clears_and_prints_the_record(tmp_path, capsys):
    assert operator_key.run(tmp_path / "office.pem", "hanada") == 0
    line = capsys.readouterr().out
    assert operator_key.run(tmp_path / "office.pem", "hanada") == 1
    sample = (
        sample_config().replace("keys = []", f"keys = [{line.strip()}]").replace('"/var/lib/kiosk"', f'"{tmp_path}"')
    )
    (tmp_path / "kiosk.toml").write_text(sample, encoding="utf-8")
    config = load(tmp_path / "kiosk.toml")
    assert stat.S_IMODE((tmp_path / "office.pem").stat().st_mode) == 0o600
    kiosk = FakeKiosk(tmp_path)
    clearing = Clearing(KIOSK, config.operators.by_name, kiosk.alarms, lambda _line: None)
    wanted = argparse.Namespace(
        key=tmp_path / "office.pem", alarm=None, reason="hand-over-police", note="古賀交番 山田巡査"
    )
    assert await asyncio.to_thread(clear_alarm.run, config, wanted) == 1
    assert "Is it running?" in capsys.readouterr().err
    await clearing.start(tmp_path)
    assert await asyncio.to_thread(clear_alarm.run, config, wanted) == 1
    assert "no alarm is on" in capsys.readouterr().err
    kiosk.raise_alarm()
    assert await asyncio.to_thread(clear_alarm.run, config, wanted) == 0
    await clearing.close()
    kiosk.note(Noted.GONE)
    kiosk.incidents.close()
    assert incidents_command.run(config, argparse.Namespace(action="list", json=False)) == 0
    alarm_id = capsys.readouterr().out.splitlines()[-1].split()[0]
    assert incidents_command.run(config, argparse.Namespace(action="show", alarm=alarm_id[:6])) == 0
    sheet = capsys.readouterr().out
    for words in ("警察へ引渡し", "古賀交番 山田巡査", DOCUMENT, "hanada", "確認済 / correct", "seen to be gone"):
        assert words in sheet


def sample_config() -> str:
    return SAMPLE.read_text(encoding="utf-8")


async def test_a_record_that_was_changed_is_told(kiosk, tmp_path, capsys):
    await asyncio.to_thread(clear, tmp_path)
    (incident,) = incidents_of(tmp_path / "incidents")
    changed = msgspec.structs.replace(incident.clearance, note="someone else")
    config = load_with({"office": public(KEY)}, tmp_path)
    for clearance, verdict in ((incident.clearance, "correct"), (changed, "WRONG")):
        assert verdict in "".join(incidents_command._cleared(clearance, config))
    assert "cannot be checked" in "".join(incidents_command._cleared(changed, load_with({}, tmp_path)))


def load_with(keys, folder):
    path = folder / "kiosk.toml"
    named = [f"{name} {key}" for name, key in keys.items()]
    path.write_text(sample_config().replace("keys = []", f"keys = {named}"), encoding="utf-8")
    return load(path)


class FakeHub:
    """Is away for the first question, then takes everything."""

    def __init__(self) -> None:
        self.asked = []

    async def void(self, document_id, reason) -> None:
        self.asked.append((document_id, reason))
        if len(self.asked) == 1:
            raise ConnectionError


@pytest.mark.parametrize(("reason", "voids"), [("hand-over-police", True), ("false-alarm", False)])
async def test_what_became_of_a_paper_that_was_gone_already_is_recorded_and_the_paper_void(
    tmp_path, monkeypatch, reason, voids
):
    monkeypatch.setattr("firmware.app.kiosk.afterwards.RETRY_S", 0.05)
    kiosk, hub = FakeKiosk(tmp_path), FakeHub()
    afterwards = Afterwards(kiosk.incidents, hub, (ConnectionError,))
    alarms = Alarms(lambda: kiosk.incidents.open, kiosk.incidents.find, kiosk.clear, afterwards.explain)
    clearing = Clearing(KIOSK, {"office": public(KEY)}, alarms, lambda _line: None)
    await clearing.start(tmp_path)
    kiosk.raise_alarm()
    alarm_id = kiosk.incidents.open.first.alarm_id
    kiosk.note(Noted.GONE)
    wanted = {"alarm_id": alarm_id, "reason": ClearReason(reason)}
    assert (await asyncio.to_thread(lambda: clear(tmp_path, **wanted)))["result"] == "recorded"
    assert (await asyncio.to_thread(lambda: clear(tmp_path, **wanted)))["code"] == "already-cleared"
    await clearing.close()
    kiosk.incidents.close()
    again = Incidents(tmp_path / "incidents")  # a restart comes between
    working = asyncio.create_task(Afterwards(again, hub, (ConnectionError,)).run())
    if voids:
        await processes.until(lambda: b'"voided"' in (tmp_path / "incidents").read_bytes(), "the hub was not told")
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    again.close()
    assert hub.asked == [(DOCUMENT, VoidReason.LEFT_BEHIND)] * (2 * voids)
    (incident,) = incidents_of(tmp_path / "incidents")
    ends = [Noted.RAISED, Noted.GONE, Noted.EXPLAINED, *([Noted.VOIDED] * voids)]
    assert [line.noted for line in incident.lines] == ends


def test_a_torn_last_line_is_cut_off_and_damage_before_it_is_told(tmp_path):
    kiosk = FakeKiosk(tmp_path)
    kiosk.raise_alarm()
    kiosk.incidents.close()
    path = tmp_path / "incidents"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    again = Incidents(path)
    assert again.open_alarm() == v.OpenAlarm(Thing.PAPER, VISIT, cleared=False)
    again.close()
    assert path.read_bytes() == whole
    path.write_bytes(b"x" + whole[1:] + whole)
    with pytest.raises(JournalError, match="line 1 is damaged"):
        Incidents(path)


def test_an_alarm_that_comes_back_after_a_restart_keeps_its_id(tmp_path):
    first = FakeKiosk(tmp_path)
    first.raise_alarm()
    alarm_id = first.incidents.open.first.alarm_id
    first.incidents.close()
    second = FakeKiosk(tmp_path)
    second.raise_alarm()
    assert second.incidents.open.first.alarm_id == alarm_id
    second.note(Noted.GONE)
    second.raise_alarm()
    assert second.incidents.open.first.alarm_id != alarm_id
    second.incidents.close()


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (["office"], "operators.keys"),
        (["office short"], "operators.keys"),
        ([f"office {public(KEY)}", f"other {public(KEY)}"], "this key is there twice"),
        ([f"office {public(KEY)}", f"office {public(STRANGER)}"], "this name is there twice"),
    ],
)
def test_keys_that_cannot_be_told_apart_or_read_are_refused_at_the_start(tmp_path, keys, told):
    path = tmp_path / "kiosk.toml"
    path.write_text(sample_config().replace("keys = []", f"keys = {keys}"), encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        load(path)
