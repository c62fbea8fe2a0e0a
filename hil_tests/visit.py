"""The parts of a visit that many scenarios share, as a person does them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil_tests.bench import Bench, View

PIN = "1234"
FEE_YEN = 250
KOGA = "402231"
ANSWER_S = 20.0  # an answer of the municipality that makes pages: preview, certificate
STRIPS = 2  # of an order of one sheet: the certificate and the receipt


async def to_the_reader(bench: Bench, municipality: str = KOGA) -> None:
    """Start, agree, choose the municipality."""
    await bench.start()
    await bench.choose("agree", f"municipality:{municipality}")
    await bench.expect_screen("hold_card")


async def identify(bench: Bench, citizen: str = "hanako", pin: str = PIN, municipality: str = KOGA) -> None:
    """Hold the card, type the PIN, take the card back."""
    await to_the_reader(bench, municipality)
    await bench.insert_card(citizen)
    await bench.expect_screen("enter_pin")
    await bench.type_pin(pin)
    await bench.expect_screen("take_card")
    await bench.remove_card()


async def order(bench: Bench, scope: str = "self", copies: int = 1) -> None:
    """Choose a resident record and confirm it."""
    await choose(bench, "type:resident_record", f"scope:{scope}", "next", f"copies:{copies}")
    await confirm(bench)


async def choose(bench: Bench, *buttons: str) -> None:
    """Choose type, options and copies, look at the preview; the order is there to be confirmed."""
    await bench.expect_screen("choose_type")
    await bench.choose(*buttons, "next")
    await bench.expect_screen("preview", timeout_s=ANSWER_S)
    await bench.choose("next")
    await bench.expect_screen("confirm")


async def confirm(bench: Bench) -> None:
    """Confirm the order; the fee is asked for."""
    await bench.choose("next")
    await bench.expect_screen("pay", timeout_s=ANSWER_S)


async def up_to_paying(bench: Bench, citizen: str = "hanako") -> None:
    """Everything up to the fee."""
    await identify(bench, citizen)
    await order(bench)


def buttons(view: View, prefix: str = "") -> list[str]:
    """Return the buttons that can be touched, those with this prefix."""
    return [each["id"] for each in view["buttons"] if each["enabled"] and each["id"].startswith(prefix)]


def facts(view: View) -> str:
    """Return all values that a page shows, one after the other."""
    return " ".join(fact["value"] for fact in view["facts"])


async def pay_and_take_home(bench: Bench, *coins_yen: int) -> None:
    """Pay the exact fee, take the certificate and the receipt."""
    await bench.insert_coins(*coins_yen)
    await take_home(bench)


async def take_paper(bench: Bench) -> None:
    """Take certificate and receipt; the visit is over."""
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
    assert len(await bench.strips()) == strips + STRIPS


async def expect_nothing_printed_nothing_kept_soon(bench: Bench, returned_yen: int) -> None:
    """Wait until the escrow is empty, which takes a moment, then look."""
    await bench.expect_state("state/coin_acceptor", {"escrow": "not_present"})
    await expect_nothing_printed_nothing_kept(bench)
    assert (await bench.money())["returned"] == returned_yen


async def clear_the_tray(bench: Bench) -> None:
    """Take away what a torn job left: once the kiosk is through with the printer, nothing may lie in the tray."""
    if await bench.strips():
        await bench.take_paper()
