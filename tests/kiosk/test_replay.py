"""What happens to the machine is recorded, and replayed it gives the same; what is different is shown."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace

import pytest

from firmware.__main__ import main
from firmware.app import messages as m
from firmware.app.kiosk import lines, machine, recording, rest
from firmware.app.kiosk import vocabulary as v
from firmware.app.kiosk.alarms import ClearReason, Thing
from firmware.app.kiosk.notation import decode, encode
from firmware.app.kiosk.recording import Recording
from firmware.app.kiosk.replay import Began, Stepped, Unreadable, replayed
from firmware.app.kiosk.state import Idle, Kiosk, Limits
from firmware.devices import (
    BrokerLost,
    CameraChanged,
    CameraHealth,
    CardInserted,
    CardRemoved,
    EscrowChanged,
    PaperTaken,
    PrinterChanged,
    ReaderOnline,
)
from hil_tests import visit
from tests.kiosk import processes
from tests.machines import kiosk_events as events
from tests.machines.kiosk_moves import KioskMoves
from tests.machines.kiosk_slices import beginnings
from tests.machines.kiosk_world import LIMITS, READY_PRINTER, SERVING, WAITING, Vary

ALL = frozenset(Vary)


def walked(steps, seed):
    """The events of a visit with troubles, as the exploration gives them."""
    moves, chance = KioskMoves(ALL), random.Random(seed)  # noqa: S311 - chooses a walk, guards nothing
    start = next(iter(beginnings(ALL)))[1]
    here = moves.number(start)
    for _ in range(steps):
        situation = moves.situation(here)
        happening, _, _ = chance.choice(moves._next(*divmod(here, 1 << 20)))
        yield happening.event, happening.now
        here = next(move.after for move in moves(here) if move.label == happening.label)
        assert situation


def visited():
    """The beginning of a visit: a kiosk comes into service and somebody touches the screen."""
    clerk = v.ClerkSaid(SERVING, m.Ready(40_000, m.Id("e" * 32)))
    healthy = (CardRemoved(), PaperTaken(), EscrowChanged(occupied=False), CameraChanged(CameraHealth.OK))
    started = (PrinterChanged(READY_PRINTER), v.Recovered(()), v.PrinterSettled(clean=True), v.HubAnswered(open=True))
    touched = v.Touched(m.Id("a" * 32), m.Language.JA)
    for number, event in enumerate((*healthy, *started, clerk, touched, CardInserted(), v.ClerkGone(SERVING))):
        yield event, 100.5 + number / 3


def record(folder, happened, limits=LIMITS, kiosk=None):
    """Record these events as the kiosk does; returns the state at the end."""

    async def recorded():
        ring = Recording(folder, limits, "1.2.3", pytest.fail)
        now_kiosk = kiosk or Kiosk()
        for event, now in happened:
            before = now_kiosk
            now_kiosk, commands = machine.step(before, event, now, limits)
            ring.note(event, now, before, now_kiosk, commands)
        ring.close()
        return now_kiosk

    return asyncio.run(recorded())


@pytest.mark.parametrize("seed", range(3))
def test_a_recorded_walk_replayed_is_the_same(tmp_path, seed, capsys):
    end = record(tmp_path, walked(150, seed))
    seen = list(replayed((tmp_path / "events").read_bytes()))
    assert isinstance(seen[0], Began)
    steps = [each for each in seen if isinstance(each, Stepped)]
    assert len(steps) > 50
    assert not any(each.differs for each in steps)
    assert steps[-1].after.phase == end.phase
    assert main(["replay", str(tmp_path / "events")]) == 0
    assert capsys.readouterr().out.endswith("all as recorded\n")


def test_every_event_command_and_phase_can_be_written_and_read():
    every = (*events.sensors(), *events.answers(), *events.clerks(SERVING, WAITING))
    for event in (*every, v.AlarmCleared(m.Id("a" * 32), ClearReason.DESTROYED), ReaderOnline("SCM"), BrokerLost("x")):
        text = json.dumps(encode(event))
        assert decode(json.loads(text), v.Event) == event
    assert decode(json.loads(json.dumps(encode(Limits(void_s=0.1)))), Limits) == Limits(void_s=0.1)
    note = v.NoteAlarm(v.Noted.RAISED, Thing.CARD, None)
    assert decode(json.loads(json.dumps(encode(note))), v.Command) == note


@pytest.mark.parametrize(
    "raw",
    [{"is": "Nothing"}, {"is": "Ticked", "more": 1}, 5, None, {"is": "Touched", "session_id": "x", "language": "ja"}],
)
def test_what_no_machine_of_this_version_wrote_is_refused(raw):
    with pytest.raises(ValueError, match=r"version|is no|none of|id is"):
        decode(raw, v.Event)


def test_a_planted_difference_is_shown_and_the_replay_ends_there(tmp_path, capsys, monkeypatch):
    record(tmp_path, visited())
    right = rest.resting

    def mistake(kiosk, event, now, limits):
        step = right(kiosk, event, now, limits)
        return replace(step, commands=step.commands[1:]) if isinstance(event, v.Touched) else step

    monkeypatch.setitem(machine._PHASES, Idle, mistake)
    assert main(["replay", str(tmp_path / "events")]) == 1
    shown = capsys.readouterr().out
    assert "DIFFERENCE at line" in shown
    assert "recorded commands: Tell(" in shown
    assert "touched (session_id aaaaaaaa, language ja)" in shown
    assert "card inserted" not in shown


def test_a_changed_deadline_is_a_difference_too(tmp_path, capsys, monkeypatch):
    record(tmp_path, visited())
    right = rest.resting

    def mistake(kiosk, event, now, limits):
        return right(kiosk, event, now, replace(limits, session_s=1.0))

    monkeypatch.setitem(machine._PHASES, Idle, mistake)
    assert main(["replay", str(tmp_path / "events")]) == 1
    assert "recorded phase: Serving(" in capsys.readouterr().out


def test_the_ring_is_bounded_and_each_file_can_be_replayed(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "MOST_BYTES", 20_000)

    async def many():
        ring = Recording(tmp_path, LIMITS, "1.2.3", pytest.fail)
        writer, kiosk = asyncio.create_task(ring.run()), Kiosk()
        for event, now in walked(400, 2):
            before = kiosk
            kiosk, commands = machine.step(before, event, now, LIMITS)
            ring.note(event, now, before, kiosk, commands)
            await asyncio.sleep(0)
        await processes.until(lambda: not ring._waiting and not ring._stirred.is_set(), "the ring is not written")
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        ring.close()

    asyncio.run(many())
    assert {path.name for path in tmp_path.iterdir()} == {"events", "events.1"}
    for path in tmp_path.iterdir():
        assert path.stat().st_size < 60_000
        assert path.stat().st_mode & 0o777 == 0o600
        seen = list(replayed(path.read_bytes()))
        assert isinstance(seen[0], Began)
        assert not [
            each for each in seen if isinstance(each, Unreadable) or (isinstance(each, Stepped) and each.differs)
        ]


def test_a_torn_line_is_cut_off_at_the_next_start_and_damage_is_told(tmp_path, capsys):
    path = tmp_path / "events"
    record(tmp_path, walked(40, 1))
    whole = path.read_bytes()
    path.write_bytes(whole + b'12345678 {"event":')
    record(tmp_path, walked(40, 2))
    seen = list(replayed(path.read_bytes()))
    assert [type(each) for each in seen].count(Began) == 2
    assert not any(isinstance(each, Unreadable) for each in seen)
    path.write_bytes(path.read_bytes().replace(b"event", b"evenT", 1))
    assert main(["replay", str(path)]) == 1
    assert "cannot be read: checksum; going on where the next recording begins" in capsys.readouterr().out


def test_reports_that_change_nothing_are_left_out(tmp_path):
    kiosk = Kiosk()
    good = CameraChanged(CameraHealth.OK)
    record(tmp_path, [(good, 1.0), (good, 2.0), (good, 3.0)], kiosk=kiosk)
    assert len([each for each in replayed((tmp_path / "events").read_bytes()) if isinstance(each, Stepped)]) == 1


def test_a_disk_that_refuses_costs_the_recording_only(tmp_path):
    said = []

    async def full():
        ring = Recording(tmp_path / "not there", LIMITS, "1", said.append)
        writer = asyncio.create_task(ring.run())
        for number in range(3):
            ring.note(v.Ticked(), float(number), Kiosk(), Kiosk(), ())
            await processes.until(lambda: not ring._waiting and said, "the fault is not told")
        (tmp_path / "not there").mkdir()
        ring.note(v.Ticked(), 9.0, Kiosk(), Kiosk(), ())
        await processes.until((tmp_path / "not there" / "events").exists, "not recorded when it could be")
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        ring.close()

    asyncio.run(full())
    assert len(said) == 1
    first, *_ = replayed((tmp_path / "not there" / "events").read_bytes())
    assert isinstance(first, Began)


def test_a_file_that_is_not_there_or_empty_is_no_success(tmp_path, capsys):
    assert main(["replay", str(tmp_path / "events")]) == 1
    assert "No such file" in capsys.readouterr().err
    (tmp_path / "events").touch()
    assert main(["replay", str(tmp_path / "events")]) == 1


@pytest.mark.anyio
async def test_a_real_visit_a_crash_and_the_next_start_are_recorded_and_replayed_the_same(bench):
    await visit.expect_served(bench)
    await processes.kill_kiosk(bench)
    await bench.expect_idle()
    path = bench.world.out / "kiosk" / "state" / "events"
    await processes.until(lambda: b'"Idle"' in path.read_bytes().rpartition(b'"limits"')[2], "no idle kiosk on record")
    seen = list(replayed(path.read_bytes()))
    assert [each for each in seen if isinstance(each, Unreadable)] == []
    assert [each.differs for each in seen if isinstance(each, Stepped) and each.differs] == []
    assert len([each for each in seen if isinstance(each, Began)]) == 2
    told = {type(each.after.phase).__name__ for each in seen if isinstance(each, Stepped)}
    assert told >= {"Idle", "Serving", "Collecting", "Lending", "Printing", "AwaitingPickup", "Ending"}
    assert lines.decode(path.read_bytes().splitlines(keepends=True)[0])["version"]
