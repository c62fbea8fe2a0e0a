"""After a visit that was finished, cancelled or torn by a crash, nothing of the person is on the disk of the kiosk.

Free space and the file system's own journal included: the state directory lies on a disk image, which is searched byte
by byte; and so are all files of the kiosk and of the broker, and the memory of every process of the kiosk that lives.
The browser is searched in tests/screen/test_renderers.py.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import zlib
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kiosk import memory, processes, steps, traces
from tests.kiosk.test_nothing_personal import needles_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from sim_hw.bench import SimBench
    from tests.kiosk.conftest import OpenBench

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("screen")]

IMAGE_BYTES = 12 << 20
SMALL = {"camera": {"keep_free_mb": 1}}  # of so small a disk


@pytest.fixture
def disk(tmp_path: Path) -> Generator[Path | None]:
    """Mount an image of its own as the state directory; None where the system does not allow it: then files only."""
    image, place = tmp_path / "disk.img", tmp_path / "world" / "kiosk" / "state"
    place.mkdir(parents=True)
    image.write_bytes(bytes(IMAGE_BYTES))
    made = [["mkfs.ext4", "-q", "-F", str(image)], ["mount", "-o", "loop", str(image), str(place)]]
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    allowed = all(
        subprocess.run(each, check=False, capture_output=True, env={"PATH": path}).returncode == 0 for each in made
    )
    yield image if allowed else None
    if allowed:
        subprocess.run(["umount", str(place)], check=True, env={"PATH": path})


def living(bench: SimBench) -> dict[str, int]:
    """Return the processes of the kiosk and the broker, by role."""
    found = {role: processes.child(bench, role) for role in ("recorder", "clerk")}
    broker = bench.world.broker._process
    assert broker is not None
    return {"kiosk": bench.world.machine.pid, "broker": broker.pid, **found}


async def searched(bench: SimBench, disk: Path | None, needles: dict[str, bytes]) -> set[tuple[str, str]]:
    """Search all files and the disk's image; returns (needle, where)."""
    os.sync()
    found = traces.in_folders((bench.world.out, bench.world.run), needles)
    if disk is not None:
        found |= {(name, "disk image") for name in traces.in_file(disk, needles)}
    dumps = [path for path in bench.world.out.rglob("core*") if path.is_file()]
    assert dumps == []
    return found


async def in_memory(bench: SimBench, needles: dict[str, bytes]) -> set[tuple[str, str]]:
    """Search every living process; returns (needle, role). Not for base64: that would take minutes."""
    plain = {name: needle for name, needle in needles.items() if "base64" not in name}
    found: set[tuple[str, str]] = set()
    for role, pid in living(bench).items():
        assert pid, f"no {role} runs"
        found |= {(name, role) for name in await asyncio.to_thread(memory.in_process, pid, plain)}
    return found


@pytest.mark.timeout(300)
async def test_nothing_is_left_by_visits_of_any_end(open_bench: OpenBench, disk: Path | None, tmp_path: Path) -> None:
    async with open_bench(SMALL) as bench:
        await bench.expect_idle()
        needles = {name: data for each in needles_of(bench).items() for name, data in traces.forms(*each).items()}
        await steps.walk(bench, "take_paper")
        await steps.give_up(bench)
        needles |= traces.rows_of(bench.world.strips[0])
        for picture in (bench.world.out / "strips").iterdir():  # the paper itself, which the person has taken home
            picture.unlink()
        assert await searched(bench, disk, needles) == set(), "after a finished visit"
        await steps.walk(bench, "paying")
        await steps.give_up(bench)
        for picture in (bench.world.out / "strips").iterdir():
            picture.unlink()
        await steps.walk(bench, "choosing")
        await processes.kill_child(bench, "clerk")
        await steps.give_up(bench)
        assert await searched(bench, disk, needles) == set(), "after a cancelled and a torn visit"
        assert await in_memory(bench, needles) == set()
        state = bench.world.out / "kiosk" / "state"
        needles = {"name (shift_jis)": needles["name (shift_jis)"]}
        marker = needles["name (shift_jis)"]
        (state / "planted").write_bytes(os.urandom(5000) + zlib.compress(b"x" * 900 + marker))
        assert ("name (shift_jis), compressed", "planted") in await searched(bench, disk, needles)
        os.sync()
        (state / "planted").unlink()
        if disk is not None:  # what was deleted is still found in the free space
            assert ("name (shift_jis), compressed", "disk image") in await searched(bench, disk, needles)


def test_every_form_is_found_where_it_is_planted() -> None:
    text = "見本　花子"
    needles = traces.forms("name", text)
    utf8, sjis = text.encode(), text.encode("shift_jis")
    assert "name (shift_jis)" in traces.in_bytes(b"a" + sjis, needles)
    assert "name (utf-16-be)" in traces.in_bytes(b"a" + text.encode("utf-16-be"), needles)
    for shift in range(3):
        planted = b64encode(b"z" * shift + utf8 + b"tail")
        assert any("base64" in name for name in traces.in_bytes(b"__" + planted, needles)), shift
    for packed in (zlib.compress(b"x" * 99 + utf8), gzip.compress(utf8 + b"y" * 99), zlib.compress(utf8, 1)):
        assert "name (utf-8), compressed" in traces.in_bytes(b"begin" + packed + b"end", needles)
    assert traces.in_bytes(b"nothing of anybody" * 1000, needles) == set()
