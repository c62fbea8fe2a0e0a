"""The parts of a visit that many scenarios share, as a person does them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil_tests.bench import Bench

PIN = "1234"
FEE_YEN = 250


async def to_the_reader(bench: Bench) -> None:
    """Start, agree, choose Koga City."""
    await bench.start()
    await bench.choose("agree", "municipality:402231")
    await bench.expect_screen("hold_card")


async def identify(bench: Bench, citizen: str = "hanako", pin: str = PIN) -> None:
    """Hold the card, type the PIN, take the card back."""
    await to_the_reader(bench)
    await bench.insert_card(citizen)
    await bench.expect_screen("enter_pin")
    await bench.type_pin(pin)
    await bench.expect_screen("take_card")
    await bench.remove_card()


async def order(bench: Bench, scope: str = "self", copies: int = 1) -> None:
    """Choose a resident record and confirm it."""
    await bench.expect_screen("choose_type")
    await bench.choose("type:resident_record", f"scope:{scope}", "next", f"copies:{copies}", "next", "next")


async def up_to_paying(bench: Bench, citizen: str = "hanako") -> None:
    """Everything up to the fee."""
    await identify(bench, citizen)
    await order(bench)
    await bench.expect_screen("pay", timeout_s=20)


async def take_paper(bench: Bench) -> None:
    """Take the paper; the visit is over."""
    await bench.expect_screen("take_paper", timeout_s=20)
    await bench.take_paper()
    await bench.expect_screen("thanks")
    await bench.choose("next")


async def take_home(bench: Bench) -> None:
    """Take the paper; the kiosk is ready for the next person."""
    await take_paper(bench)
    await bench.expect_idle()


async def expect_nothing_printed_nothing_kept(bench: Bench) -> None:
    """No paper came out and no money stayed."""
    money = await bench.money()
    assert money["kept"] == 0, f"money was kept for nothing: {money}"
    assert money["escrow"] == 0, f"money still lies in escrow: {money}"
    assert await bench.strips() == [], "paper came out that nobody paid for"


async def expect_served(bench: Bench, citizen: str = "hanako") -> None:
    """Show that the kiosk is as good as new: the next person gets a certificate for the exact fee."""
    before = await bench.money()
    strips = len(await bench.strips())
    await up_to_paying(bench, citizen)
    await bench.insert_coins(100, 100, 50)
    await take_home(bench)
    after = await bench.money()
    assert after["kept"] - before["kept"] == FEE_YEN
    assert len(await bench.strips()) == strips + 1


async def expect_nothing_printed_nothing_kept_soon(bench: Bench, returned_yen: int) -> None:
    """Wait until the escrow is empty, which takes a moment, then look."""
    await bench.expect_state("state/coin_acceptor", {"escrow": "not_present"})
    await expect_nothing_printed_nothing_kept(bench)
    assert (await bench.money())["returned"] == returned_yen


async def clear_the_tray(bench: Bench) -> None:
    """Take away what a torn job left: once the kiosk is through with the printer, nothing may lie in the tray."""
    if await bench.strips():
        await bench.take_paper()
