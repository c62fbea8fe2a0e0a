"""The place `rig`: one bench of a rig's wires, on a real MicroPython behind a pty, and of a kiosk's screen."""

import json

import pytest
from websockets.asyncio.server import serve

from hil_tests import places
from hil_tests.features import VERBS, FeatureMissing, GuardedBench
from hil_tests.rig.bench import at_rig
from hil_tests.rig.link import RigGone

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


def view(number, name, *buttons):
    offered = [{"id": each, "enabled": True, "mark": "", "selected": False} for each in buttons]
    words = {"title": name, "lines": [], "note": "", "lang": "ja", "pad": None, "keys": None}
    return json.dumps({"type": "view", "id": number, "name": name, "buttons": offered, **words})


@pytest.fixture
async def screen_port():
    """A screen that knows two views, as far as its protocol is concerned."""

    async def show(connection):
        await connection.send(view(1, "home", "start"))
        async for text in connection:
            if json.loads(text)["button"] == "start":
                await connection.send(view(2, "consent", "agree"))

    async with serve(show, "127.0.0.1", 0) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@pytest.fixture
async def bench(board, port, screen_port, tmp_path):
    board.drive("enable", 1)
    async with at_rig(tmp_path, port[1], "hanako", screen_port) as bench:
        yield GuardedBench(bench, places.open_place("rig").features)


async def test_a_scenario_touches_the_screen_and_moves_the_wires(bench, board):
    await bench.expect_idle()
    await bench.start()
    assert (await bench.expect_screen("consent"))["id"] == 2
    await bench.insert_card("hanako")
    board.expect("servo", 1)
    assert await bench.insert_coins(10, 50) == 60
    assert (await bench.money())["escrow"] == 60
    board.sound(2700.0, 200.0)
    await bench.expect_buzzer(sounding=True)


async def test_a_kiosk_with_coins_in_escrow_is_not_idle(bench):
    await bench.insert_coins(10)
    with pytest.raises(AssertionError, match="10 yen lie in the rig's escrow"):
        await bench.expect_idle()


async def test_what_a_rig_cannot_do_ends_the_scenario_with_the_reason_in_its_file(bench):
    with pytest.raises(FeatureMissing, match="rig has no power: the kiosk's mains are not switched by the rig"):
        await bench.cut_power()


async def test_every_verb_of_every_feature_that_the_rig_has_is_there(bench):
    for feature in places.open_place("rig").features.has:
        assert all(callable(getattr(bench, verb)) for verb in VERBS[feature])


async def test_the_lines_are_at_rest_when_a_scenario_is_over(board, port, screen_port, tmp_path):
    async with at_rig(tmp_path, port[1], "hanako", screen_port) as bench:
        await bench.insert_card("hanako")
        await bench.open_cover()
        board.expect("cover", 0)
    board.expect("cover", 1)
    board.expect("servo", 0)


async def test_a_place_without_its_rig_says_so(tmp_path):
    kiosk = places.open_place("rig").kiosk
    kiosk.serial = str(tmp_path / "ttyACM9")
    with pytest.raises(RigGone, match=r"ttyACM9: No such file or directory. Plug the rig's Pico in"):
        await kiosk.bench(tmp_path, tmp_path).__aenter__()
