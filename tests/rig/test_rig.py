"""The rig's verbs through its serial line, on a real MicroPython: what the kiosk's wires do, and when."""

import asyncio
import json
import os

import pytest

from hil_tests.rig.hands import RigHands
from hil_tests.rig.link import RigGone, RigRefused

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


async def test_at_rest_all_lines_are_released(hands, board):
    assert {line: board.level(line) for line in ("tray", "cover", "pulse", "escrow")} == {
        "tray": 1,
        "cover": 1,
        "pulse": 1,
        "escrow": 1,
    }
    assert board.level("servo") == 0


async def test_paper_makes_the_tray_line_low_until_all_is_taken(hands, board):
    assert [await hands.put_paper(), await hands.put_paper()] == [1, 2]
    board.expect("tray", 0)
    assert await hands.take_paper() == 2
    board.expect("tray", 1)


async def test_the_servo_lays_the_card_down_and_takes_it_away(hands, board):
    await hands.insert_card("hanako")
    board.expect("servo", 1)
    await hands.remove_card()
    board.expect("servo", 0)


async def test_a_card_that_the_rig_does_not_hold_is_refused_by_name(hands):
    with pytest.raises(ValueError, match="holds the card of 'hanako', not of 'taro'"):
        await hands.insert_card("taro")


async def test_the_cover_switch_opens_and_closes(hands, board):
    await hands.open_cover()
    board.expect("cover", 0)
    await hands.close_cover()
    board.expect("cover", 1)


async def test_a_coin_is_ten_yen_a_pulse_and_lies_in_escrow(hands, board):
    assert await hands.insert_coins(50) == 50
    assert [each.level for each in board.levels if each.line == "pulse"] == [1] + [0, 1] * 5
    assert board.level("escrow") == 0
    assert (await hands.money())["escrow"] == 50


async def test_a_coin_is_refused_while_the_kiosk_does_not_accept(hands, board):
    board.drive("enable", 0)
    assert await hands.insert_coins(100, 10) == 0
    assert await hands.money() == {"kept": 0, "returned": 0, "escrow": 0, "refused": 110, "accepting": 0}


@pytest.mark.parametrize(("gate", "where"), [("stack", "kept"), ("return", "returned")])
async def test_a_gate_that_is_held_long_enough_empties_the_escrow(hands, board, gate, where):
    await hands.insert_coins(10)
    board.drive(gate, 1)
    await asyncio.sleep(0.1)
    board.drive(gate, 0)
    board.expect("escrow", 1)
    assert (await hands.money())[where] == 10


async def test_a_jammed_gate_keeps_the_coins_until_it_is_freed(hands, board):
    await hands.insert_coins(10)
    await hands.jam_coins()
    board.drive("stack", 1)
    await asyncio.sleep(0.4)
    assert (board.level("escrow"), (await hands.money())["escrow"]) == (0, 10)
    await hands.free_coins()
    board.expect("escrow", 1)


async def test_the_buzzers_tone_is_heard_with_frequency_and_length(hands, board):
    board.sound(2700, 400)
    await hands.expect_buzzer(sounding=True)
    await hands.expect_buzzer(sounding=False)
    heard = await hands.buzzer()
    assert heard["beeps"] == 1
    assert abs(heard["hz"] - 2700) < 3
    assert abs(heard["tone_s"] - 0.4) < 0.002


async def test_silence_is_told_with_what_was_heard(hands):
    with pytest.raises(AssertionError, match=r"expected the buzzer to sound; heard .*silence"):
        await hands.expect_buzzer(sounding=True, timeout_s=0.2)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{}", "no verb None"),
        (b'{"verb": "fly"}', "no verb 'fly'; there are hello"),
        (b'{"verb": "insert_coins", "yen": "100"}', "a list of whole numbers"),
        (b'{"verb": "insert_coins", "yen": [-5]}', "a list of whole numbers"),
        (b"[]", "no verb None"),
        (b"nonsense", "error"),
        (b"x" * 600, "at most 512 bytes"),
    ],
)
async def test_a_bad_request_is_refused_in_words_and_the_next_one_is_served(board, port, line, words):
    os.write(port[0], b"")
    host = os.open(port[1], os.O_RDWR | os.O_NOCTTY)
    with os.fdopen(host, "r+b", buffering=0) as line_to_rig:
        line_to_rig.write(line + b"\n")
        refused = await asyncio.to_thread(line_to_rig.readline)
        assert words in refused.decode()
        assert json.loads(refused)["ok"] is False
        line_to_rig.write(b'{"verb": "hello"}\n')
        answers = [await asyncio.to_thread(line_to_rig.readline) for _ in range(2 if len(line) > 512 else 1)]
        assert json.loads(answers[-1])["value"]["rig"] == 1


async def test_what_the_rig_refuses_is_an_error_in_its_own_words(hands):
    await hands.insert_card("hanako")
    with pytest.raises(RigRefused, match="lies on the reader already"):
        await hands.insert_card("hanako")


async def test_where_no_rig_is_the_port_is_named(tmp_path):
    with pytest.raises(RigGone, match=r"no-port: No such file.*Plug the rig's Pico in"):
        await RigHands(tmp_path / "no-port", "hanako").open()
