"""Nothing of a person is in the kiosk process, in the recorder, in any file or message, during a visit and after it.

What is searched for comes from the municipality's own books. Each search is shown to find what is planted.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from hil_tests import visit
from tests.kiosk import ledger, memory, processes, steps

if TYPE_CHECKING:
    from sim_hw.bench import SimBench

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("screen")]


@pytest.fixture
def needles(bench: SimBench) -> dict[str, bytes]:
    """Give what must not be found: name, reading, address, My Number, resident code, card serial, PIN as it is used."""
    data = bench.world.hub.data
    card = data / "citizens" / "hanako"
    number = x509.load_der_x509_certificate((card / "auth_cert.der").read_bytes()).serial_number
    serial, hexadecimal = number.to_bytes((number.bit_length() + 7) // 8, "big"), f"{number:x}"
    query = """select name, address, kana, domicile, my_number, resident_code from cards
        join residents on residents.id = resident_id join households on households.id = household_id where serial = ?"""
    with closing(sqlite3.connect(data / "municipality-402231.sqlite")) as books:
        row = books.execute(query, (hexadecimal,)).fetchone()
    found = {"serial (raw)": serial, "serial (reversed)": serial[::-1]}
    for name, text in zip(("name", "address"), row[:2], strict=True):
        found |= memory.forms(name, text)
    for name, text in zip(("kana", "domicile", "My Number", "resident code"), row[2:], strict=True):
        found[name] = text.encode()
    found["serial (hex)"], found["SERIAL (hex)"] = hexadecimal.encode(), hexadecimal.upper().encode()
    pin = json.loads((card / "card.json").read_text(encoding="utf-8"))["auth_pin"]
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
