"""Nothing of a person is in the kiosk process, in the recorder, in any file or message, during a visit and after it.

What is searched for comes from the municipality's own books. Each search is shown to find what is planted.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from firmware.app.clerk import sandbox
from hil_tests import visit
from tests.kiosk import ledger, memory, processes, steps

if TYPE_CHECKING:
    from sim_hw.bench import SimBench

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("screen")]


def needles_of(bench: SimBench) -> dict[str, str | bytes]:
    """Return what must not be found: name, address, reading, domicile, My Number, resident code, card serial."""
    data = bench.world.hub.data
    number = x509.load_der_x509_certificate((data / "citizens" / "hanako" / "auth_cert.der").read_bytes()).serial_number
    serial, hexadecimal = number.to_bytes((number.bit_length() + 7) // 8, "big"), f"{number:x}"
    query = """select name, address, kana, domicile, my_number, resident_code from cards
        join residents on residents.id = resident_id join households on households.id = household_id where serial = ?"""
    with closing(sqlite3.connect(data / "municipality-402231.sqlite")) as books:
        row = books.execute(query, (hexadecimal,)).fetchone()
    found: dict[str, str | bytes] = {"serial (raw)": serial, "serial (reversed)": serial[::-1]}
    found |= zip(("name", "address", "kana", "domicile", "My Number", "resident code"), row, strict=True)
    return found | {"serial (hex)": hexadecimal, "SERIAL (hex)": hexadecimal.upper()}


@pytest.fixture
def needles(bench: SimBench) -> dict[str, bytes]:
    """Give what must not be found, in the forms of memory and files, and the PIN as it is used."""
    found: dict[str, bytes] = {}
    for name, what in needles_of(bench).items():
        if name in ("name", "address"):
            found |= memory.forms(name, str(what))
        else:
            found[name] = what if isinstance(what, bytes) else what.encode()
    card = bench.world.hub.data / "citizens" / "hanako" / "card.json"
    pin = json.loads(card.read_text(encoding="utf-8"))["auth_pin"]
    found["PIN (verify)"] = bytes.fromhex("0020008004") + pin.encode()
    found["PIN (named)"] = f'pin": "{pin}'.encode()
    return found


async def searched(pid: int, needles: dict[str, bytes]) -> set[str]:
    """Search a process' memory while the bench goes on."""
    return await asyncio.to_thread(memory.in_process, pid, needles)


async def expect_clean(bench: SimBench, needles: dict[str, bytes], when: str) -> None:
    """Search the kiosk, the recorder, all folders of this world, and what the broker holds."""
    world = bench.world
    for role, pid in {"kiosk": world.machine.pid, "recorder": processes.child(bench, "recorder")}.items():
        assert await searched(pid, needles) == set(), f"in the {role}'s memory, {when}"
    assert memory.in_files((world.out, world.run), needles) == set(), f"in a file, {when}"
    retained = json.dumps(world.subscriber.states, ensure_ascii=False).encode()
    assert [name for name, needle in needles.items() if needle in retained] == [], f"at the broker, {when}"


def clerks(bench: SimBench) -> dict[int, bytes]:
    """Return the clerks that live now with their command lines."""
    words = f"firmware\0clerk\0--config\0{bench.world.config}".encode()
    found = {int(process.name): process / "cmdline" for process in Path("/proc").glob("[0-9]*")}
    return {pid: processes._read(line) for pid, line in found.items() if words in processes._read(line)}


async def test_nothing_of_a_person_is_found_during_and_after_a_visit(
    bench: SimBench, needles: dict[str, bytes]
) -> None:
    (serving,) = clerks(bench)
    await steps.walk(bench, "paying")
    known = await searched(serving, needles)
    assert "serial (raw)" in known, "the search finds nothing where the serial must be"
    assert known & set(memory.forms("name", "")), "the clerk knows the persons of the household by name"
    await expect_clean(bench, needles, "while paying")
    await bench.insert_coins(50)
    await visit.take_home(bench)
    await expect_clean(bench, needles, "after the visit")
    assert serving not in clerks(bench)
    order = list(ledger.journal(bench))[-1]
    assert await searched(bench.world.machine.pid, {"order": order.encode()}), "the search sees no memory at all"


async def test_the_clerk_serves_within_its_walls(bench: SimBench) -> None:
    (serving,) = clerks(bench)
    lines = processes._read(Path(f"/proc/{serving}/status")).decode().splitlines()
    status = dict(line.split(":\t", 1) for line in lines)
    assert sandbox.missing() or (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
    limits = processes._read(Path(f"/proc/{serving}/limits")).decode()
    assert re.search(r"^Max core file size\s+0\s+0\s", limits, re.MULTILINE)


@pytest.mark.parametrize("victim", ["clerk", "kiosk"])
async def test_nothing_of_a_person_is_left_by_a_crash(bench: SimBench, needles: dict[str, bytes], victim: str) -> None:
    (serving,) = clerks(bench)
    await steps.walk(bench, "choosing")
    await (processes.kill_kiosk(bench) if victim == "kiosk" else processes.kill_child(bench, "clerk"))
    await steps.give_up(bench)
    assert serving not in clerks(bench)
    await expect_clean(bench, needles, f"after the {victim} was killed")


async def test_every_needle_is_found_where_it_is_planted(needles: dict[str, bytes], tmp_path: Path) -> None:
    assert memory.in_process(os.getpid(), needles) == set(needles)
    for number, needle in enumerate(needles.values()):
        (tmp_path / str(number)).write_bytes(b"before" + needle + b"after")
    assert {name for name, _ in memory.in_files([tmp_path], needles)} == set(needles)
