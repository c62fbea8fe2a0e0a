"""A Pi's boot firmware, as far as updates go: which slot it starts. The files are real, in a folder.

Read from the firmware's side (Raspberry Pi documentation, "autoboot.txt"), not from the code that is tested. Not
responsible for Linux: `tests/image/qemu_pi.py` boots it.
"""

from __future__ import annotations

import configparser
from pathlib import Path

from kiosk_update.slots import Slots

SLOTS = {"2": "A", "3": "B"}


class PowerCut(Exception):
    """The current is gone in the middle of something."""


class SimPi:
    """`start` is a start of the machine; `restart(argument)` what reboot(2) leads to, a reset has no argument."""

    def __init__(self, folder: Path) -> None:
        self.select, self.memory = folder / "select", folder / "memory"
        self._chosen = folder / "partition"
        self.select.mkdir(parents=True)
        text = "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n"
        (self.select / "autoboot.txt").write_text(text.ljust(511) + "\n")
        self.slot = ""
        self.start()

    def start(self, argument: str = "") -> str:
        """Start; returns the slot that the firmware chose."""
        read = configparser.ConfigParser()
        read.read(self.select / "autoboot.txt")
        partition = read["tryboot" if argument == "0 tryboot" else "all"]["boot_partition"]
        self.slot = SLOTS[partition]
        self._chosen.write_bytes(int(partition).to_bytes(4, "big"))
        return self.slot

    @property
    def slots(self) -> Slots:
        """The slots as the running system sees them."""
        return Slots(self.select, self.memory, self._chosen)
