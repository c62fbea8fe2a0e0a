"""Worker processes that many municipalities share: one request each at a time, and nobody waits for ever."""

import asyncio

import pytest

from hub.municipality.interface import Refused
from hub.municipality.workers import pool
from hub.municipality.workers.pool import WorkerPool


class FakeWorker:
    """Answers with what was asked, when it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.at_work = 0
        self.most = 0
        self.closed = False

    async def start(self) -> None:
        self.let_go.set()

    async def ask(self, request):
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        await self.let_go.wait()
        await asyncio.sleep(0)
        self.at_work -= 1
        if request.get("refuse"):
            raise Refused("other", "no")
        return {"said": request["say"]}

    async def close(self) -> None:
        self.closed = True


def made(size: int) -> tuple[WorkerPool, list[FakeWorker]]:
    workers: list[FakeWorker] = []

    def make() -> FakeWorker:
        workers.append(FakeWorker())
        return workers[-1]

    return WorkerPool(make, size), workers


def test_everybody_gets_their_own_answer_and_a_process_works_on_one_at_a_time():
    async def run():
        shared, workers = made(2)
        await shared.start()
        answers = await asyncio.gather(*(shared.ask({"say": number}) for number in range(20)))
        assert [answer["said"] for answer in answers] == list(range(20))
        assert [worker.most for worker in workers] == [1, 1]
        await shared.close()
        assert all(worker.closed for worker in workers)

    asyncio.run(run())


def test_a_process_that_refused_takes_the_next_request():
    async def run():
        shared, _ = made(1)
        await shared.start()
        with pytest.raises(Refused, match="other"):
            await shared.ask({"say": 1, "refuse": True})
        assert await shared.ask({"say": 2}) == {"said": 2}

    asyncio.run(run())


def test_who_waits_too_long_for_a_process_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr(pool, "TURN_S", 0.02)

    async def run():
        shared, [worker] = made(1)
        first = asyncio.create_task(shared.ask({"say": 1}))
        await asyncio.sleep(0)  # it has the only process
        with pytest.raises(Refused, match="busy"):
            await shared.ask({"say": 2})
        worker.let_go.set()
        assert await first == {"said": 1}

    asyncio.run(run())
