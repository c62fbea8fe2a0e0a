"""Whether a card that a power cut left can start and has every order, seen without starting it.

The slot that the firmware would start is whole, byte by byte; the file system of the state partition is mended by what
the kiosk itself runs at a start; the firmware's journal in it has every order in its turn. Not responsible for the cut
(`write_log.py`) nor for what really starts (`power_cuts.py`).
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path

from firmware.app.kiosk.journal import JournalError, entries_of

MIB = 1 << 20
SLOTS = {2: ("A", 5), 3: ("B", 6)}  # by the boot partition: its name, the root's partition
STATE = 7
MENDED = 1  # e2fsck(8): errors corrected, no more


def offsets(card: Path) -> dict[int, tuple[int, int]]:
    """Return first byte and length of each partition."""
    table = json.loads(subprocess.run(["sfdisk", "--json", card], capture_output=True, check=True).stdout)
    parts = table["partitiontable"]["partitions"]
    return {number: (part["start"] * 512, part["size"] * 512) for number, part in enumerate(parts, 1)}


def faults(card: Path, image: Path, kept: int, *, after_update: bool) -> list[str]:
    """Return what is wrong with the card, in words; empty when it would start with at least `kept` orders."""
    places = offsets(card)
    text = subprocess.run(
        ["mtype", "-i", f"{card}@@{places[1][0]}", "::autoboot.txt"], capture_output=True, check=True
    ).stdout
    found = re.search(rb"\[all\][^\[]*boot_partition=([23])\n", text)
    if not found:
        return [f"autoboot.txt: {text!r}"]
    boot = int(found[1])
    slot, root = SLOTS[boot]
    wrong = [] if slot == "A" or after_update else ["B starts, though nothing was marked good yet"]
    wrong += [
        f"{name} of slot {slot} is not whole"
        for name, part in (("boot.vfat", boot), ("rootfs.img", root))
        if not _same(card, places[part][0], image / name)
    ]
    return wrong + _orders(card, places[STATE], kept)


def _same(card: Path, at: int, part: Path) -> bool:
    with card.open("rb") as one, part.open("rb") as other:
        one.seek(at)
        while piece := other.read(8 * MIB):
            if one.read(len(piece)) != piece:
                return False
    return True


def _orders(card: Path, place: tuple[int, int], kept: int) -> list[str]:
    with tempfile.TemporaryDirectory(dir=card.parent) as folder:
        state, journal = Path(folder, "state"), Path(folder, "journal")
        copy = ["dd", f"if={card}", f"of={state}", "bs=1M", f"skip={place[0] // MIB}", f"count={place[1] // MIB}"]
        subprocess.run([*copy, "conv=sparse", "status=none"], check=True)
        mended = subprocess.run(["e2fsck", "-p", state], capture_output=True, text=True, check=False)
        if mended.returncode > MENDED:
            return [f"the state partition does not mend itself: {mended.stdout}"]
        sound = subprocess.run(["e2fsck", "-f", "-n", state], capture_output=True, text=True, check=False)
        if sound.returncode:
            return [f"the state partition is not sound: {sound.stdout}"]
        request = f"dump /bench-ledger/journal {journal}"
        subprocess.run(["debugfs", "-R", request, state], capture_output=True, check=True)
        try:
            numbers = [int(entry.order.document_id, 16) for entry in entries_of(journal)]
        except JournalError as error:
            return [str(error)]
    if numbers != list(range(1, len(numbers) + 1)) or len(numbers) < kept:
        return [f"{len(numbers)} orders of {kept}: the last ones {numbers[-5:]}"]
    return []
