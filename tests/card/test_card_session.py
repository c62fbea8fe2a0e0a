"""The card host and its session: side by side, without orphans, with errors that tell the remedy."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from sim_hw.card.session import REPOSITORY, CardSession, CardSessionError

pytestmark = pytest.mark.anyio


async def test_two_sessions_run_side_by_side(hanako: Path, taro: Path, tmp_path: Path) -> None:
    async with CardSession(tmp_path / "a") as one, CardSession(tmp_path / "b") as other:
        await one.insert(hanako)
        await other.insert(taro)
        await one.set_tries("auth", 1)
        assert (await one.state())["tries"] == {"auth": 1, "sign": 5}
        assert (await other.state())["tries"] == {"auth": 3, "sign": 5}
        assert target_of(one) != target_of(other)


async def test_a_card_keeps_its_tries_when_it_is_taken_and_laid_down_again(
    bench: CardSession, hanako: Path, taro: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await bench.set_tries("auth", 2)
    await bench.remove()
    await bench.insert(taro)
    assert (await bench.state())["tries"] == {"auth": 3, "sign": 5}
    await bench.remove()
    await bench.insert(hanako)
    assert (await bench.state())["tries"] == {"auth": 2, "sign": 5}


@pytest.mark.parametrize(("verb", "fields", "reason"), [
    ("remove", {}, "no card lies"),
    ("insert", {}, "needs 'card' as a text"),
    ("insert", {"card": "/nowhere"}, "No such file or directory: /nowhere/card.json"),
    ("set_tries", {"pin": "auth", "left": 1}, "needs a My Number card"),
    ("tear_at", {"ins": "xy"}, "two hex digits"),
    ("tear_at", {"ins": "b0", "nth": 0}, "counts from 1"),
    ("dance", {}, "unknown verb 'dance'; there are insert, remove"),
])  # fmt: skip
async def test_an_impossible_request_is_refused_with_the_reason(
    bench: CardSession, verb: str, fields: dict[str, object], reason: str,
) -> None:  # fmt: skip
    with pytest.raises(CardSessionError, match=reason):
        await bench.ask(verb, **fields)


async def test_two_cards_do_not_lie_on_one_reader(bench: CardSession, hanako: Path, taro: Path) -> None:
    await bench.insert(hanako)
    with pytest.raises(CardSessionError, match="lies on the reader already"):
        await bench.insert(taro)


async def test_nothing_is_left_when_the_session_ends(tmp_path: Path) -> None:
    async with CardSession(tmp_path) as session:
        inside = processes_inside(session.pid)
        assert len(inside) == 2, "host and pcscd"
    assert not running(inside)
    assert not session.csock.is_symlink()


OWNER = """
import asyncio, pathlib, sys
from sim_hw.card.session import CardSession
async def own():
    async with CardSession(pathlib.Path(sys.argv[1])) as session:
        print(session.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(own())
"""


async def test_nothing_is_left_when_its_owner_is_killed(tmp_path: Path) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(tmp_path), stdout=asyncio.subprocess.PIPE, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert owner.stdout is not None
    try:
        inside = processes_inside(int(await asyncio.wait_for(owner.stdout.readline(), 20)))
        ends = [os.pidfd_open(each) for each in inside]
    finally:
        owner.send_signal(signal.SIGKILL)
        await owner.communicate()
    assert len(ends) == 2, "host and pcscd"
    loop = asyncio.get_running_loop()
    for descriptor in ends:
        ended = asyncio.Event()
        loop.add_reader(descriptor, ended.set)
        await asyncio.wait_for(ended.wait(), 10)
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def test_missing_packages_are_named_with_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sim_hw.card.session", fromlist=["NEEDED"]).NEEDED, "no-such-program", "its-package")
    with pytest.raises(CardSessionError, match="sudo apt-get install --no-install-recommends its-package"):
        async with CardSession(tmp_path):
            pass


async def test_a_folder_too_deep_for_a_socket_is_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(CardSessionError, match="shorter path"):
        async with CardSession(tmp_path / ("x" * 100)):
            pass


def target_of(session: CardSession) -> Path:
    return session.csock.readlink()


def running(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def processes_inside(pid: int) -> list[int]:
    """Process ids, as seen from here, that share the host's namespace; where it has none, the host and its children."""
    namespace = Path(f"/proc/{pid}/ns/pid").readlink()
    if namespace == Path("/proc/self/ns/pid").readlink():
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [pid, *map(int, children.split())]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "ns" / "pid").readlink() == namespace:
                found.append(int(folder.name))
        except (FileNotFoundError, PermissionError):
            continue  # ended meanwhile, or somebody else's
    return found
