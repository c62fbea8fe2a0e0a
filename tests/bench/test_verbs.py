"""The verbs: the same ones on simulated and wired benches, reachable by name, with clear refusals."""

from __future__ import annotations

import asyncio
import inspect
import json
from types import SimpleNamespace

import pytest

from hil_tests import bench as protocol
from sim_hw.bench import SimBench, VerbError, perform, verbs
from sim_hw.bench_socket import BenchSocket, answer
from sim_hw.events import EventLog


def _asked_for() -> dict[str, inspect.Signature]:
    methods = inspect.getmembers(protocol.Bench, inspect.iscoroutinefunction)
    return {name: inspect.signature(method) for name, method in methods if not name.startswith("_")}


class FakeWorld(SimpleNamespace):
    """Enough of a world for verbs that need none of its parts."""


def _bench(tmp_path) -> SimBench:
    return SimBench(FakeWorld(events=EventLog(tmp_path / "events.jsonl"), strips=[], screen=SimpleNamespace(view=None)))


def test_the_simulated_bench_has_every_verb_with_the_same_parameters():
    simulated = verbs()
    assert simulated.keys() == _asked_for().keys()
    for name, wanted in _asked_for().items():
        assert [str(each) for each in wanted.parameters.values()] == [
            str(each) for each in simulated[name].parameters.values()
        ], name


def test_every_verb_tells_what_it_does():
    for name in verbs():
        assert getattr(SimBench, name).__doc__, name


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"verb": "fly"}, "no verb 'fly'; there are"),
        ({}, "no verb None"),
        ({"verb": "world"}, "no verb 'world'"),
        ({"verb": "_touch", "button": "start"}, "no verb '_touch'"),
        ({"verb": "insert_card"}, "citizen"),
        ({"verb": "strips", "more": 1}, "more"),
        ({"verb": "choose", "buttons": "start"}, "'buttons' is a list"),
    ],
)
def test_a_wrong_request_is_refused_and_says_what_would_be_right(tmp_path, request_, told):
    async def scenario():
        bench = _bench(tmp_path)
        with pytest.raises(VerbError, match=told):
            await perform(bench, request_)
        bench.world.events.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"verb":"tear_card_at","instruction":"sing"}'])
def test_a_request_that_cannot_be_carried_out_is_answered(tmp_path, line):
    async def scenario():
        bench = _bench(tmp_path)
        told = await answer(bench, line)
        bench.world.events.close()
        return told

    told = asyncio.run(scenario())
    assert told["ok"] is False
    assert told["error"]


def test_the_socket_answers_and_streams_events(tmp_path):
    async def scenario():
        bench = _bench(tmp_path)
        wire = BenchSocket(bench, tmp_path / "bench.sock")
        await wire.start()
        reader, writer = await asyncio.open_unix_connection(str(wire.path))
        writer.write(b'{"verb":"strips"}\n')
        assert json.loads(await reader.readline()) == {"ok": True, "value": []}
        watcher, hang_up = await asyncio.open_unix_connection(str(wire.path))
        hang_up.write(b'{"verb":"watch"}\n')
        writer.write(b'{"verb":"screen"}\n')
        assert json.loads(await reader.readline()) == {"ok": True, "value": None}
        bench.world.events.emit({"event": "paper_presented"})
        event = json.loads(await asyncio.wait_for(watcher.readline(), 2))
        assert event["event"] == "paper_presented"
        for each in (writer, hang_up):
            each.close()
            await each.wait_closed()
        await wire.close()
        bench.world.events.close()

    asyncio.run(scenario())


def test_waiting_ends_with_the_event_and_complains_after_the_time(tmp_path):
    async def scenario():
        events = EventLog(tmp_path / "events.jsonl")
        seen: list[dict] = []
        events.listen(seen.append)
        waiting = asyncio.ensure_future(events.until(lambda: seen, 5, lambda: "nothing came"))
        await asyncio.sleep(0)
        events.emit({"event": "coin_in_escrow", "yen": 100})
        await waiting
        with pytest.raises(AssertionError, match=r"within 0\.05 s: nothing came"):
            await events.until(lambda: False, 0.05, lambda: "nothing came")
        events.close()

    asyncio.run(scenario())
    line = json.loads((tmp_path / "events.jsonl").read_text())
    assert line == {"t": line["t"], "event": "coin_in_escrow", "yen": 100}
