"""A kiosk that is switched on while something around it is broken says what, and serves once it is there.

Each test switches the same kiosk off, breaks something, and switches it on. Not responsible for what breaks later
(`hil_tests`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hil_tests import visit
from tests.kiosk import ledger, processes

if TYPE_CHECKING:
    from sim_hw.bench import SimBench

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("surroundings")]

# what to do while it is off, what is told, what puts it right
BROKEN = {
    "hub": ("hub_down", "hub_down", "hub_up"),
    "mute hub": ("hub_slow", "hub_down", "hub_up"),
    "pcscd": ("pcscd_down", "reader_offline", "pcscd_up"),
    "printer off": ("printer_off", "printer_offline", "printer_on"),
    "cover open": ("open_cover", "cover_open", "close_cover"),
    "no paper": ("run_out_of_paper", "paper_out", "load_paper"),
    "camera covered": ("cover_camera", "camera_inoperative", "uncover_camera"),
}
PRINTER = ("printer off", "cover open", "no paper")


async def switch_on(bench: SimBench) -> None:
    """Start the firmware alone: printer and card service stay as they are."""
    await bench.world.machine.start()
    bench.world.powered = True
    await bench.world.firmware_up()


@pytest.mark.parametrize("what", BROKEN)
async def test_it_says_what_is_missing_and_serves_once_it_is_there(bench: SimBench, what: str) -> None:
    break_it, reason, repair = BROKEN[what]
    # Until a printer that cannot answer is given up (20 s), the kiosk is still starting.
    reasons = ([reason], ["starting"]) if what in PRINTER else ([reason],)
    await bench.kill_firmware()
    await getattr(bench, break_it)()
    await switch_on(bench)
    await bench.expect_screen("out_of_service")

    def told() -> bool:
        state = bench.world.subscriber.states.get("kiosk/v1/kiosk-0001/state", {})
        return state.get("state") == "out_of_service" and state.get("reasons") in reasons

    await bench.world.events.until(told, 20.0, lambda: f"{reasons} are not told: {bench.world.subscriber.states}")
    assert bench.world.screen.name == "out_of_service"
    await getattr(bench, repair)()
    await bench.expect_idle(30.0)


async def test_it_serves_without_a_broker_and_reports_once_there_is_one(bench: SimBench) -> None:
    await bench.kill_firmware()
    await bench.broker_down()
    await switch_on(bench)
    await bench.expect_idle()
    await bench.broker_up()
    await bench.expect_state("state", {"state": "in_service"}, timeout_s=20)


async def test_a_paper_of_nobody_in_the_tray_sounds_until_it_is_gone(bench: SimBench) -> None:
    await bench.kill_firmware()
    await bench.world.tray.put_paper()
    await switch_on(bench)
    await bench.expect_screen("take_paper_alarm")
    await bench.expect_buzzer(sounding=True)
    await bench.expect_state("state", {"state": "left_behind", "alarms": ["left_behind_paper"]})
    await bench.take_paper()
    await bench.expect_idle()


async def test_a_card_of_nobody_on_the_reader_sounds_until_it_is_gone(bench: SimBench) -> None:
    await bench.kill_firmware()
    await bench.insert_card("hanako")
    await switch_on(bench)
    await bench.expect_buzzer(sounding=True)
    await bench.expect_screen("take_card_alarm")
    await bench.remove_card()
    await bench.expect_idle()


@pytest.mark.parametrize("with_paper", [False, True])
async def test_a_coin_of_nobody_in_escrow_goes_back(bench: SimBench, *, with_paper: bool) -> None:
    before = await ledger.books(bench)
    await bench.kill_firmware()
    bench.world.coins.counts.escrow_yen.append(100)
    bench.world.pins.drive(27, 0)
    if with_paper:
        await bench.world.tray.put_paper()
    await switch_on(bench)
    if with_paper:
        await bench.expect_screen("take_paper_alarm")
        await bench.take_paper()
    await bench.expect_idle()
    change = await ledger.settled(bench, before, 100)
    assert change.returned == 100


async def test_all_of_it_at_once_and_put_right_one_after_the_other(bench: SimBench) -> None:
    await bench.kill_firmware()
    for break_it, _, _ in (BROKEN[each] for each in BROKEN if each != "mute hub"):
        await getattr(bench, break_it)()
    await bench.broker_down()
    await switch_on(bench)
    await bench.expect_screen("out_of_service")
    await bench.broker_up()
    for each in BROKEN:
        assert bench.world.screen.name == "out_of_service"
        await getattr(bench, BROKEN[each][2])()
    await bench.expect_idle(30.0)
    await visit.expect_served(bench)


async def test_a_torn_last_line_of_the_journal_is_cut_off(bench: SimBench) -> None:
    await bench.kill_firmware()
    journal = bench.world.out / "kiosk" / "state" / "journal"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'0badc0de {"at_s":17954')
    await switch_on(bench)
    await bench.expect_idle()
    assert journal.read_bytes() == whole


async def test_a_damaged_line_in_the_middle_of_the_journal_stops_it_with_words(bench: SimBench) -> None:
    await visit.expect_served(bench)
    await bench.kill_firmware()
    journal = bench.world.out / "kiosk" / "state" / "journal"
    whole = journal.read_bytes()
    journal.write_bytes(whole.replace(b'"fee_yen":250', b'"fee_yen":100', 1))
    await bench.world.machine.start()
    status = await bench.world.machine.ended()
    log = (bench.world.out / "logs" / "firmware.log").read_text(encoding="utf-8")
    assert status != 0
    assert "is damaged, and others follow it" in log
    assert processes.of_folders(bench.world.config) == []
    journal.write_bytes(whole)
    await switch_on(bench)
    await bench.expect_idle()
