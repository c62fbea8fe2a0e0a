"""The demonstration: one test citizen gets a resident record, told step by step in plain words with times.

Leaves everything in a folder for a look afterwards, and checks what came out of the printer against what municipality
and centre signed. Not responsible for the simulated world (`world.py`) or its verbs (`bench.py`).
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops

from sim_hw.bench import SimBench
from sim_hw.printer.decode import Decoded
from sim_hw.process import Child, ProcessFailed
from sim_hw.receiving_office import inquired, scanned
from sim_hw.world import Options, World

if TYPE_CHECKING:
    from collections.abc import Awaitable

CITIZEN, PIN = "hanako", "1234"
MUNICIPALITY = "402231"
COINS_YEN = (100, 100, 50)
STRIPS = 2  # the certificate and the receipt
GAP_ROWS, FOLD_ROWS = 16, 2
QUIET_S = 0.6

LEFT = {
    "front.png": "the certificate's dots, as the municipality signed them",
    "printed.png": "the same with background and signed code, drawn again from the centre's record",
    "back.png": "the back panel: the scrambled image of the page, as the centre signed it",
    "strip.png": "the certificate as it came out of the printer",
    "receipt.png": "the receipt that came out behind it",
    "scan.jpg": "a scan of the strip, as an office would make it",
    "inquiry.html": "what the inquiry site told that office",
    "restored.png": "the page restored from the scanned back panel",
    "job.bin": "the bytes that the printer received",
    "events.jsonl": "what happened on the bench, with times",
    "mqtt.jsonl": "what mosquitto_sub saw",
    "hub/": "the hub's data; try: .venv/bin/python -m hub orders --data out/demo/hub",
}


class DemoFailed(Exception):
    """Something did not come out as it must; the text says what."""


class Narrator:
    """Tells each step with the time since the beginning."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()

    def say(self, text: str) -> None:
        """Print one line."""
        print(f"[{time.monotonic() - self._began_s:6.2f} s] {text}", flush=True)

    async def wait(self, text: str, expected: Awaitable[Any]) -> Any:
        """Wait for what is expected, then tell it."""
        result = await expected
        self.say(text)
        return result


async def demonstrate(out: Path) -> None:
    """Play the whole visit and leave the results in `out`, which is emptied first."""
    shutil.rmtree(out, ignore_errors=True)
    tell = Narrator()
    tell.say("Starting hub, broker, card service, printer and kiosk (hub keys are made anew; a few seconds) ...")
    async with World(out, Options()) as world:
        if world.card.note:
            tell.say(world.card.note)
        bench = SimBench(world)
        await _order(bench, tell)
        await _pay_and_take(bench, tell)
        tell.say("Checking the strip against what municipality and centre signed ...")
        (out / "job.bin").write_bytes(world.printer.received)
        certificate, receipt = world.strips
        shutil.copyfile(world.strip_file(certificate), out / "strip.png")
        shutil.copyfile(world.strip_file(receipt), out / "receipt.png")
        await _hub(world, out, "issued", "--out", str(out))
        _check(out)
        tell.say("The strip is the signed page and the signed back panel, dot for dot.")
        await _inquire(world, out, tell)
    print(f"\nIn {out}/ you find:")
    for name, meaning in LEFT.items():
        print(f"  {name:14} {meaning}")
    print("\nTo use the kiosk by hand: make sim")


async def _order(bench: SimBench, tell: Narrator) -> None:
    await tell.wait("The kiosk is in service and shows its home page.", bench.expect_idle())
    bench.world.printer.clear_received()
    await bench.start()
    await bench.choose("agree", f"municipality:{MUNICIPALITY}")
    tell.say("A resident of Koga City touched Start, agreed, and chose the municipality.")
    await bench.expect_screen("hold_card")
    await bench.insert_card(CITIZEN)
    await tell.wait(
        "The My Number card lies on the reader; the kiosk asks for the PIN.", bench.expect_screen("enter_pin")
    )
    await bench.type_pin(PIN)
    text = "PIN right; the card signed, the centre checked it with the JPKI centre: valid. Please take your card."
    await tell.wait(text, bench.expect_screen("take_card"))
    await bench.remove_card()
    await tell.wait(
        "The card is back with its owner; the kiosk shows what can be had.", bench.expect_screen("choose_type")
    )
    await bench.choose("type:resident_record", "scope:household", "item:relationship", "next", "next")
    text = "Resident record of the whole household, with relationships, one copy: here is how it will look, all masked."
    await tell.wait(text, bench.expect_screen("preview", timeout_s=30))
    await bench.choose("next")
    await tell.wait("The order is shown once more, with the fee.", bench.expect_screen("confirm"))
    await bench.choose("next")
    text = "Municipality typeset and signed it, the centre sealed it, the kiosk checked that it is this person's."
    await tell.wait(text, bench.expect_screen("pay", timeout_s=30))


async def _pay_and_take(bench: SimBench, tell: Narrator) -> None:
    for yen in COINS_YEN:
        await bench.insert_coins(yen)
        tell.say(f"{yen} yen into the escrow.")
    await tell.wait("Fee complete; the printer works.", bench.expect_screen("printing"))
    strips = await bench.expect_printed()
    tell.say(
        f"A strip of {strips[0]['rows'] / 8:.0f} mm is printed and cut; the printer confirmed it: the fee is kept."
    )
    await bench.expect_printed()
    tell.say("The receipt came out behind it.")
    await bench.expect_screen("take_paper")
    await bench.take_paper()
    await tell.wait("Both are taken. Thank you.", bench.expect_screen("thanks"))
    await bench.choose("next")
    await tell.wait(
        "The clerk process is gone with all it knew; the kiosk waits for the next person.", bench.expect_idle()
    )
    money = await bench.money()
    if money["kept"] != sum(COINS_YEN) or money["escrow"] or money["returned"]:
        raise DemoFailed(f"the money does not add up: {money}")
    tell.say(f"{money['kept']} yen kept, nothing in escrow.")


async def _hub(world: World, out: Path, command: str, *arguments: str) -> None:
    """Run one of the hub's commands: what was signed comes from the municipality's archive, not from the kiosk."""
    line = [sys.executable, "-m", "hub", command, *arguments, "--data", str(world.hub.data)]
    child = Child(f"hub {command}", line, out / "logs" / f"hub-{command}.log")
    await child.start()
    status = await child.finished()
    await child.kill()
    if status:
        raise ProcessFailed(f"hub {command} failed (exit status {status}):\n{child.tail()}")


async def _inquire(world: World, out: Path, tell: Narrator) -> None:
    """Scan the strip as the office that receives it would, upload it, and restore the page from it."""
    scan = scanned(_opened(out / "strip.png"))
    (out / "scan.jpg").write_bytes(scan)
    verdict, page = await inquired(world.hub.inquiry_url, scan)
    (out / "inquiry.html").write_text(page, encoding="utf-8")
    if verdict != "matches":
        raise DemoFailed(f"the inquiry site says `{verdict}` of a true strip; see inquiry.html")
    tell.say("An office scanned the strip at 300 dpi; the inquiry site says: it is what was issued.")
    await _hub(world, out, "restore", str(out / "scan.jpg"), "--out", str(out / "restored.png"))
    if not _same(_opened(out / "restored.png"), _opened(out / "front.png")):
        raise DemoFailed("the page restored from the scanned back is not front.png")
    tell.say("The page restored from the scanned back panel is the signed page, dot for dot.")


def _check(out: Path) -> None:
    """Compare, dot for dot: strip = page, fold line, panel; and the bytes decoded again = strip."""
    front, back, strip = (_opened(out / name) for name in ("printed.png", "back.png", "strip.png"))
    again = Decoded((out / "job.bin").read_bytes(), strip.width).strips
    if len(again) != STRIPS or not _same(again[0].picture(), strip):
        raise DemoFailed("job.bin decoded again is not strip.png, and a receipt")
    below = front.height + 2 * GAP_ROWS + FOLD_ROWS
    if not _same(strip.crop((0, 0, strip.width, front.height)), front):
        raise DemoFailed("the upper part of strip.png is not printed.png")
    if not _same(strip.crop((0, below, strip.width, below + back.height)), back):
        raise DemoFailed("the lower part of strip.png is not back.png")


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.copy()


def _same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and one.mode == other.mode == "1" and not ImageChops.logical_xor(one, other).getbbox()


async def run(options: argparse.Namespace) -> int:
    """Run; returns the exit status."""
    out: Path = options.out
    try:
        await demonstrate(out)
    except (DemoFailed, AssertionError) as error:
        print(f"\nThe demonstration failed: {error}\nLogs are in {out}/logs/.", file=sys.stderr)
        return 1
    return 0
