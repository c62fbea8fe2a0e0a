"""The rig's own program on MicroPython's real firmware, on an emulated RP2040: its pulses in the chip's time.

`make test-rig-emulated` runs this, not `make test`: a second of the chip takes 20 s here. UF2 names the firmware.
"""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from hil_tests import rig as rig_package
from tests.micropython.emulated import EmulatedPico

pytestmark = pytest.mark.timeout(900)
PICO = Path(rig_package.__file__).parent / "pico"
UF2 = Path(os.environ.get("UF2", "out/rig/micropython.uf2"))
PINS = {"tray": 2, "pulse": 3, "escrow": 4, "enable": 5, "stack": 6, "servo": 8, "buzzer": 10}
PULSE_MS, GAP_MS, OFF_MS = 25.0, 300.0, 1.0
BOOT_MS, ANSWER_MS = 3_000, 1_000


@pytest.fixture(scope="module")
def pico():
    """One rig for all: it starts as a Pico does that gets power, from its file system."""
    pico = EmulatedPico(UF2, PINS, PICO)
    for line in ("enable", "stack", "buzzer"):
        pico.drive(line, 0)
    pico.expect_level("escrow", 1, BOOT_MS)
    pico.expect(lambda: pico.ask("hello")["value"]["rig"] == 1, ANSWER_MS, "hello")
    pico.ask("watch")
    return pico


def off_ms(edges, gaps_after):
    """How far each span between two edges is from what it should be; the gaps follow these numbers of edges."""
    due = [GAP_MS if number in gaps_after else PULSE_MS for number in range(1, len(edges))]
    return [abs(after - before - span) for (before, after), span in zip(pairwise(edges), due, strict=True)]


@pytest.mark.parametrize("yen", [(10, 10, 50), (100,), (500,)], ids=["10-10-50", "100", "500"])
def test_every_pulse_and_pause_is_within_a_millisecond(pico, yen):
    pico.drive("enable", 1)
    since_ms = pico.now_ms
    assert pico.ask("insert_coins", 6_000, yen=list(yen)) == {"ok": True, "value": sum(yen)}
    edges = pico.edges_ms("pulse", since_ms)
    assert len(edges) == sum(yen) // 5
    found = off_ms(edges, {2, 4} if len(yen) > 1 else set())
    print(f"{yen}: {len(found)} spans, the worst {max(found):.3f} ms off")
    assert max(found) <= OFF_MS
    assert abs(edges[-1] - edges[0] - (len(found) * PULSE_MS + (len(yen) - 1) * (GAP_MS - PULSE_MS))) <= OFF_MS


def test_the_gate_empties_the_escrow_and_the_rig_tells_so(pico):
    pico.drive("stack", 1)
    pico.drive("stack", 0, after_ms=100.0)
    pico.expect_level("escrow", 1, 500)
    pico.expect(lambda: any("coins_stacked" in line for line in pico.said), 100, "coins_stacked")
    assert pico.ask("money")["value"]["kept"] == 670


def test_paper_makes_the_tray_line_low(pico):
    assert pico.ask("put_paper") == {"ok": True, "value": 1}
    assert pico.level("tray") == 0
    pico.ask("take_paper")
    assert pico.level("tray") == 1


def test_the_servo_gets_the_pulses_of_both_places(pico):
    for verb, width_ms in (("insert_card", 1.9), ("remove_card", 1.1)):
        pico.ask(verb)
        pico.run_ms(25)
        since_ms = pico.now_ms
        pico.run_ms(41)
        edges = [each for each in pico.levels if each.line == "servo" and each.at_ms >= since_ms]
        rises = [each.at_ms for each in edges if each.level]
        falls = [each.at_ms for each in edges if not each.level and each.at_ms > rises[0]]
        assert abs(falls[0] - rises[0] - width_ms) < 0.01
        assert abs(rises[1] - rises[0] - 20.0) < 0.01


def test_the_rig_hears_how_high_and_how_long_the_kiosk_sounds(pico):
    half_ms, ms = 1000 / 2700 / 2, 100
    for number in range(int(ms / half_ms) + 1):
        pico.drive("buzzer", (number + 1) % 2, after_ms=0.001 + number * half_ms)
    pico.expect(lambda: any('"after_ms"' in line for line in pico.said), 400, "the end of the tone")
    heard = pico.ask("buzzer")["value"]
    assert heard["beeps"] == 1
    assert abs(heard["hz"] - 2700) < 27
    assert abs(heard["tone_s"] - 0.1) < 0.005
