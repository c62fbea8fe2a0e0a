"""The coin acceptor's driver against an acceptor with pulses, gates and an escrow."""

import asyncio
import time

import pytest
from pins_backend_sim import until_async

from firmware import config
from firmware.devices import CoinInserted, CoinRejected, DeviceTimeout, EscrowChanged
from firmware.drivers.coin_acceptor import PulseCoinAcceptor
from firmware.drivers.pins import Pins

pytestmark = pytest.mark.anyio
WIDE_MS = 200  # a busy machine hands edges over late
EMPTY, FULL = EscrowChanged(occupied=False), EscrowChanged(occupied=True)


@pytest.fixture
async def acceptor(pins):
    acceptor = PulseCoinAcceptor(config.CoinAcceptor(timeout_s=2.5, pulse_max_ms=WIDE_MS), pins)
    yield acceptor
    acceptor.close()


@pytest.fixture
def coins(pins_backend):
    return pins_backend.coins


async def accepting(acceptor, coins) -> None:
    acceptor.accept(True)
    await until_async(lambda: coins.accepting)


async def test_a_coin_is_refused_until_coins_are_wanted(acceptor, pins_backend, coins, told):
    acceptor.start(told)
    assert not await pins_backend.do(coins.insert(100))
    await accepting(acceptor, coins)
    assert await pins_backend.do(coins.insert(100))
    await told.until(EMPTY, FULL, CoinInserted(100))
    assert (coins.counts.refused_yen, coins.counts.escrow_yen) == (100, [100])


async def test_coins_of_each_kind_come_through_and_are_kept(acceptor, pins_backend, coins, told):
    acceptor.start(told)
    await accepting(acceptor, coins)
    for yen in (100, 100, 50):
        await pins_backend.do(coins.insert(yen))
    await told.until(EMPTY, FULL, CoinInserted(100), CoinInserted(100), CoinInserted(50))
    await acceptor.stack()
    await told.until(EMPTY, FULL, CoinInserted(100), CoinInserted(100), CoinInserted(50), EMPTY)
    assert (coins.counts.kept_yen, coins.counts.returned_yen) == (250, 0)


async def test_the_whole_escrow_goes_back(acceptor, pins_backend, coins, told):
    acceptor.start(told)
    await accepting(acceptor, coins)
    await pins_backend.do(coins.insert(500))
    await acceptor.give_back()
    assert (coins.counts.kept_yen, coins.counts.returned_yen, coins.counts.escrow_yen) == (0, 500, [])


async def test_a_coin_on_its_way_is_counted_before_it_goes_back(acceptor, pins_backend, coins, told):
    acceptor.start(told)
    await accepting(acceptor, coins)
    falling = asyncio.ensure_future(pins_backend.do(coins.insert(100)))
    await told.until(EMPTY, FULL)
    await acceptor.give_back()
    assert await falling
    await told.until(EMPTY, FULL, CoinInserted(100), EMPTY)


async def test_coins_are_wanted_again_after_the_escrow_moved(acceptor, pins_backend, coins, told):
    acceptor.start(told)
    await accepting(acceptor, coins)
    await pins_backend.do(coins.insert(10))
    await acceptor.give_back()
    await accepting(acceptor, coins)
    assert await pins_backend.do(coins.insert(10))


async def test_a_wish_to_refuse_made_while_the_escrow_moves_holds(acceptor, pins_backend, coins, told):
    acceptor.start(told)
    await accepting(acceptor, coins)
    await pins_backend.do(coins.insert(10))
    moving = asyncio.ensure_future(acceptor.give_back())
    await until_async(lambda: not coins.accepting)
    acceptor.accept(False)
    await moving
    assert not await pins_backend.do(coins.insert(10))


@pytest.mark.parametrize("way", ["stack", "give_back"])
async def test_a_jammed_escrow_is_a_timeout_and_stays_shut(acceptor, pins_backend, coins, told, way):
    acceptor.start(told)
    await accepting(acceptor, coins)
    await pins_backend.do(coins.insert(10))
    coins.faults.jammed = True
    with pytest.raises(DeviceTimeout, match="jammed coin"):
        await getattr(acceptor, way)()
    assert not coins.accepting
    assert coins.counts.escrow_yen == [10]


@pytest.mark.parametrize("way", ["stack", "give_back"])
async def test_the_gate_moves_although_the_board_hears_of_the_whole_drive_at_once(
    acceptor, pins_backend, coins, told, way
):
    acceptor.start(told)
    await accepting(acceptor, coins)
    await pins_backend.do(coins.insert(10))
    moving = asyncio.ensure_future(getattr(acceptor, way)())
    stalled = asyncio.ensure_future(pins_backend.do(busy(0.4)))  # longer than the coil is driven
    await moving
    await stalled
    assert coins.counts.escrow_yen == []


async def test_a_drive_too_short_for_the_gate_does_not_move_it(acceptor, pins_backend, coins, told):
    acceptor.start(told)
    await accepting(acceptor, coins)
    await pins_backend.do(coins.insert(10))
    for level in (True, False):
        acceptor._return.drive(level)
    with pytest.raises(TimeoutError):
        await told.until(EMPTY, FULL, CoinInserted(10), EMPTY, limit_s=0.4)
    assert coins.counts.escrow_yen == [10]


async def test_coins_are_counted_although_the_board_sends_their_pulses_late(acceptor, pins_backend, coins, told):
    acceptor.start(told)
    await accepting(acceptor, coins)
    drive, held = coins._pins.drive, []

    def late(*edge):
        """Hold every edge back until the last one of a coin of five pulses, then send all at once."""
        held.append(edge)
        if len(held) == 11:
            for each in held:
                drive(*each)

    coins._pins.drive = late
    await pins_backend.do(coins.insert(50))
    coins._pins.drive = drive
    await told.until(EMPTY, FULL, CoinInserted(50))


async def busy(seconds: float) -> None:
    """Keep the board's loop from everything else."""
    time.sleep(seconds)  # noqa: ASYNC251 - that is the point


async def test_a_lost_pulse_rejects_the_coin_and_its_money_can_go_back(acceptor, pins_backend, coins, told):
    acceptor.start(told)
    await accepting(acceptor, coins)
    coins.faults.missing_pulses = 1
    await pins_backend.do(coins.insert(100))
    await told.until(EMPTY, FULL, CoinRejected(9))
    await acceptor.give_back()
    assert coins.counts.returned_yen == 100


@pytest.mark.parametrize("width_ms", [4, WIDE_MS + 30])
async def test_noise_on_the_line_is_no_money(acceptor, pins_backend, coins, told, width_ms):
    acceptor.start(told)
    await pins_backend.do(coins.glitch(1, width_ms))
    await until_async(lambda: len(told.events) == 2)
    assert isinstance(told.events[1], CoinRejected)


async def test_coins_in_escrow_outlive_a_power_cut(acceptor, pins, pins_backend, coins, told):
    acceptor.start(told)
    await accepting(acceptor, coins)
    await pins_backend.do(coins.insert(50))
    acceptor.close()
    pins.close()
    await until_async(lambda: not coins.accepting)
    assert not await pins_backend.do(coins.insert(50))

    again = Pins()
    after = PulseCoinAcceptor(config.CoinAcceptor(pulse_max_ms=WIDE_MS), again)
    told.events.clear()
    after.start(told)
    await told.until(FULL)
    await after.give_back()
    assert (coins.counts.returned_yen, coins.counts.refused_yen) == (50, 50)
    after.close()
    acceptor._enable = acceptor._stack = acceptor._return = acceptor._pulses = acceptor._escrow = AlreadyClosed()
    again.close()


class AlreadyClosed:
    """Stands where the parts of an acceptor were that the test closed itself."""

    def close(self) -> None:
        """Do nothing a second time."""


async def test_all_money_is_accounted_for(acceptor, pins_backend, coins, told):
    acceptor.start(told)
    await accepting(acceptor, coins)
    put_in = [10, 50, 5, 100, 10]
    for yen in put_in[:3]:
        await pins_backend.do(coins.insert(yen))
    await acceptor.stack()
    await accepting(acceptor, coins)
    for yen in put_in[3:]:
        await pins_backend.do(coins.insert(yen))
    await acceptor.give_back()
    counts = coins.counts
    assert sum(put_in) == counts.kept_yen + counts.returned_yen + counts.refused_yen + sum(counts.escrow_yen)
    assert sum(event.yen for event in told.events if isinstance(event, CoinInserted)) == 170
