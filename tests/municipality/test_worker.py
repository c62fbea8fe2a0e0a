"""A worker process that hangs, dies or is no longer waited for never spoils the next request."""

import asyncio
import os
import signal
import subprocess
import sys

import cbor2
import pytest

from hub.municipality.bench import sample_content
from hub.municipality.interface import Refused
from hub.municipality.renderer.renderer import RendererProcess
from hub.municipality.workers.worker import WorkerProcess


@pytest.fixture
def renderer():
    with asyncio.Runner() as runner:
        process = RendererProcess()
        process.run = runner.run
        runner.run(process.worker.start())
        yield process
        runner.run(process.close())


def test_a_hanging_worker_is_ended_and_replaced(renderer):
    first = renderer.worker.pid
    renderer.worker._answer_s = 0.3
    os.kill(first, signal.SIGSTOP)
    with pytest.raises(Refused) as caught:
        renderer.run(renderer.pdf(sample_content("hanako")))
    assert caught.value.refusal == "municipality_down"
    renderer.worker._answer_s = 10
    assert renderer.run(renderer.pdf(sample_content("taro"))).startswith(b"%PDF")
    assert renderer.worker.pid != first


def test_a_dead_worker_is_replaced(renderer):
    os.kill(renderer.worker.pid, signal.SIGKILL)
    renderer.run(renderer.worker._process.wait())
    assert renderer.run(renderer.pdf(sample_content("taro"))).startswith(b"%PDF")


def test_a_cancelled_wait_takes_its_late_answer_with_it(renderer):
    async def cancel_then_ask():
        first = renderer.worker.pid
        os.kill(first, signal.SIGSTOP)
        waiting = asyncio.ensure_future(renderer.pdf(sample_content("hanako")))
        await asyncio.wait({waiting}, timeout=0.2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert renderer.worker.pid != first
        return await renderer.pdf(sample_content("taro"))

    taro = renderer.run(cancel_then_ask())
    assert taro == renderer.run(renderer.pdf(sample_content("taro")))


def test_a_bug_in_a_worker_ends_it_and_is_told_by_place_only(renderer):
    content = {**sample_content("hanako"), "template": "古賀 花子"}
    with pytest.raises(Refused):
        renderer.run(renderer.pdf(content))
    body = cbor2.dumps({"id": "1", "content": content})
    frame = len(body).to_bytes(4, "big") + body
    command = [sys.executable, "-m", "hub.municipality.renderer.renderer"]
    ended = subprocess.run(command, input=frame, capture_output=True, check=False)
    said = ended.stderr.decode()
    assert ended.returncode == 1
    assert "KeyError" in said
    assert "typesetter.py" in said
    assert "花子" not in said


def test_a_worker_that_cannot_start_says_so():
    async def start():
        worker = WorkerProcess("hub.municipality.no_such_module")
        try:
            await worker.start()
        finally:
            await worker.close()

    with pytest.raises(Refused) as caught:
        asyncio.run(start())
    assert caught.value.refusal == "municipality_down"
