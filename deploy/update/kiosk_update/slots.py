"""Which of the two slots starts, by the files that the Pi's firmware and an update share.

The firmware starts the partition that `[all]` of autoboot.txt names; after a restart with the argument `0 tryboot`,
once, the one of `[tryboot]`. So a new slot is *pending* until such a restart, *on trial* in it, and the default only
when it was marked good: whatever ends a trial without that (crash, watchdog, power cut) starts the old slot.
Source: Raspberry Pi documentation, "autoboot.txt"; RAUC manual, "Custom Bootloader Backend". Not responsible for
judging a slot (`trial.py`), nor for restarting.
"""

from __future__ import annotations

import os
import re
from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

PARTITIONS = {"A": 2, "B": 3}
SLOT_OF = {partition: slot for slot, partition in PARTITIONS.items()}
# One sector, written in place: a disk writes it whole or not at all, and neither table nor folder of the FAT changes.
AUTOBOOT_BYTES = 512


class SlotsUnreadableError(Exception):
    """The files say nothing usable; the message says what to do."""


def other(slot: str) -> str:
    """Return the slot that is not this one."""
    return "B" if slot == "A" else "A"


def autoboot(default: str) -> bytes:
    """Return the whole autoboot.txt with which `default` starts, and the other one on trial."""
    text = (
        f"[all]\ntryboot_a_b=1\nboot_partition={PARTITIONS[default]}\n"
        f"[tryboot]\nboot_partition={PARTITIONS[other(default)]}\n"
    )
    return text.ljust(AUTOBOOT_BYTES - 1).encode() + b"\n"


class Slots:
    """The slots of this kiosk. `select` is the folder of autoboot.txt, `memory` one that lasts and is never updated.

    `chosen` is the firmware's own word for the partition that it started (four bytes). `writable` opens `select`.
    """

    def __init__(
        self,
        select: Path,
        memory: Path,
        chosen: Path,
        writable: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._autoboot = select / "autoboot.txt"
        self._memory = memory
        self._chosen = chosen
        self._writable = writable

    @property
    def default(self) -> str:
        """The slot that starts when nothing else is asked for; `SlotsUnreadableError`."""
        text = self._autoboot.read_text(encoding="ascii", errors="replace")
        found = re.search(r"^\[all\][^[]*?^boot_partition=(\d+)\s*$", text, re.MULTILINE)
        slot = SLOT_OF.get(int(found[1])) if found else None
        if slot is None:
            raise SlotsUnreadableError(f"{self._autoboot} names no slot: write the image to the card again")
        return slot

    @property
    def current(self) -> str:
        """The slot that runs; firmware that does not tell knows no other than the first."""
        try:
            return SLOT_OF.get(int.from_bytes(self._chosen.read_bytes(), "big"), "A")
        except OSError:
            return "A"

    @property
    def pending(self) -> str | None:
        """The slot that is to be tried, or is being tried."""
        return self._pending()[0]

    @property
    def tried(self) -> bool:
        """Whether the restart into the pending slot was asked for."""
        return self._pending()[1]

    @property
    def on_trial(self) -> bool:
        """Whether the slot that runs has not been marked good."""
        return self.current != self.default

    @property
    def primary(self) -> str:
        """The slot that an update made the next one."""
        return self.pending or self.default

    def is_good(self, slot: str) -> bool:
        """Whether nothing bad is known of the slot."""
        return not self._bad(slot).exists()

    def choose(self, slot: str) -> None:
        """Make the slot the one to try at the next restart for that; the default one needs no trial."""
        self._bad(slot).unlink(missing_ok=True)
        if slot == self.default:
            self._forget_pending()
        else:
            self._keep(self._memory / "pending", slot)

    def mark_tried(self) -> None:
        """Remember that the restart into the pending slot comes now."""
        if slot := self.pending:
            self._keep(self._memory / "pending", f"{slot} tried")

    def mark_good(self, slot: str) -> None:
        """Take what is bad about the slot back; the running one is the default from now on."""
        self._bad(slot).unlink(missing_ok=True)
        if slot != self.current:
            return
        if slot != self.default:
            self._write_autoboot(slot)
        if self.pending == slot:
            self._forget_pending()

    def mark_bad(self, slot: str) -> None:
        """Have the slot not tried."""
        self._keep(self._bad(slot), "")
        if self.pending == slot:
            self._forget_pending()

    def settle(self) -> str | None:
        """After a start: return the slot whose trial ended in a return to this one, marked bad; else None."""
        slot = self.pending
        if slot is None:
            return None
        if slot == self.default:  # power was cut between being made the default and the end of the trial's record
            self._forget_pending()
            return None
        if slot == self.current or not self.tried:
            return None
        self.mark_bad(slot)
        return slot

    def _bad(self, slot: str) -> Path:
        return self._memory / f"bad-{slot}"

    def _pending(self) -> tuple[str | None, bool]:
        try:
            slot, _, tried = (self._memory / "pending").read_text(encoding="ascii").strip().partition(" ")
        except FileNotFoundError:
            return None, False
        return (slot, tried == "tried") if slot in PARTITIONS else (None, False)

    def _forget_pending(self) -> None:
        (self._memory / "pending").unlink(missing_ok=True)
        self._sync_folder()

    def _keep(self, path: Path, text: str) -> None:
        """Write a file whole or not at all, on the disk when this returns."""
        self._memory.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        with new.open("w", encoding="ascii") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(self._memory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _write_autoboot(self, slot: str) -> None:
        with self._writable(), self._autoboot.open("r+b") as file:
            file.write(autoboot(slot))
            file.flush()
            os.fsync(file.fileno())
