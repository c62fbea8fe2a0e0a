"""A Raspberry Pi in QEMU, with its boot firmware played here: which slot starts, and what the firmware tells Linux.

The image is used as it is. From its own partitions come autoboot.txt, kernel, initrd and command line; as the Pi does,
the started partition is told in the device tree, and `0 tryboot` holds for one restart alone: it is read from the
kernel's own last line. What the bench needs inside comes as units on the command line and from a disk of its own
(`guest/`). QEMU's board is `virt`: nothing is said here about the Pi's own devices and its real firmware.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

GUEST = Path(__file__).parent / "guest"
SLOTS = {2: "A", 3: "B"}
TRYBOOT = "0 tryboot"
# systemd does not feed the watchdog while it reads its units: seconds on a Pi, more than 14 s in an emulator
# on a machine with other work. `booted_image.py` looks at the image's own number.
PATIENT_WATCHDOG = "i6300esb.heartbeat=60 systemd.watchdog_sec=60"
# Emulated, each change of page tables empties what was translated, and the kernel's walls against side channels change
# them at each system call: half of all the time. An emulator has no such channels.
QUICK = "kpti=0 mitigations=off"
UNIT = """\
[Unit]
DefaultDependencies=no
After=local-fs.target systemd-udevd.service systemd-tmpfiles-setup.service
Before=kiosk.service kiosk-firewall.service
[Service]
Type=notify
NotifyAccess=all
ExecStartPre=udevadm wait /dev/disk/by-id/virtio-bench
ExecStartPre=mkdir -p /run/bench
ExecStartPre=mount -o ro /dev/disk/by-id/virtio-bench /run/bench
ExecStart=python3 /run/bench/agent.py
"""
DROPIN = """\
[Unit]
Requires=bench.service
[Service]
ExecStart=
ExecStart=/bin/sh /run/bench/kiosk.sh run --config /etc/kiosk/kiosk.toml
"""


class QemuPi:
    """`disk` is changed by what runs; `folder` takes sockets and logs. Start, talk, and `stop` in the end.

    `more_words` come after the image's own words on the kernel's command line.
    """

    def __init__(self, disk: Path, bench: Path, folder: Path, more_words: str = "") -> None:
        self._disk = disk
        self._bench = bench
        self._folder = folder
        self._words = f"console=ttyAMA0 {QUICK} {_bench_words()} {more_words}"
        table = subprocess.run(["sfdisk", "--json", disk], capture_output=True, check=True).stdout
        parts = json.loads(table)["partitiontable"]["partitions"]
        self._offsets = {number: part["start"] * 512 for number, part in enumerate(parts, 1)}
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._port: socket.socket | None = None
        self._rest = b""
        self._argument = ""
        self._started = 0.0
        self.slot = ""
        self.console_log = folder / "console.log"
        self.orders = folder / "orders"  # what comes out of the port of that name

    # ---------------------------------------------------------------- the firmware

    def _file(self, partition: int, name: str) -> bytes:
        source = ["-i", f"{self._disk}@@{self._offsets[partition]}", f"::{name}"]
        return subprocess.run(["mtype", *source], capture_output=True, check=True).stdout

    def _choose(self) -> int:
        text = self._file(1, "autoboot.txt").decode("ascii")
        section = "tryboot" if self._argument == TRYBOOT else "all"
        found = re.search(rf"\[{section}\][^\[]*boot_partition=(\d)", text)
        assert found, f"the firmware would not start: {text!r}"
        return int(found[1])

    def _device_tree(self, partition: int, machine: list[str]) -> Path:
        tree = self._folder / "tree.dtb"
        bare = [*machine, "-M", f"virt,gic-version=3,dumpdtb={tree}", "-nodefaults", "-nographic"]
        subprocess.run(["qemu-system-aarch64", *bare], check=True, capture_output=True)
        cell = ["fdtput", "-p", "-t", "x", tree, "/chosen/bootloader", "partition", f"{partition:x}"]
        subprocess.run(cell, check=True)
        return tree

    def start(self, log: Path | None = None) -> str:
        """Start the slot that the firmware chooses; returns its letter. `log` gets all writes (`write_log.py`)."""
        partition = self._choose()
        self._argument, self.slot = "", SLOTS[partition]
        for name in ("vmlinuz", "initrd.img"):
            (self._folder / name).write_bytes(self._file(partition, name))
        line = self._file(partition, "cmdline.txt").decode().strip()
        machine = ["-cpu", "cortex-a72", "-smp", "2", "-m", "1536"]
        tree = self._device_tree(partition, machine)
        sockets = self._folder / "bench.sock"
        sockets.unlink(missing_ok=True)
        command = ["qemu-system-aarch64", *machine, "-M", "virt,gic-version=3", "-accel", "tcg,thread=multi"]
        command += ["-dtb", tree, "-kernel", self._folder / "vmlinuz", "-initrd", self._folder / "initrd.img"]
        command += ["-append", f"{line} {self._words}", "-nodefaults", "-nographic", "-no-reboot"]
        command += ["-serial", f"file:{self.console_log}", "-device", "i6300esb", "-action", "watchdog=reset"]
        command += ["-device", "virtio-rng-pci", "-netdev", "user,id=net"]
        command += ["-device", "virtio-net-pci,netdev=net,romfile="]
        command += _drives(self._disk, self._bench, log)
        command += ["-chardev", f"socket,id=bench,path={sockets},server=on,wait=off"]
        command += ["-device", "virtio-serial-pci", "-device", "virtserialport,chardev=bench,name=bench"]
        command += ["-chardev", f"file,id=orders,path={self.orders}"]
        command += ["-device", "virtserialport,chardev=orders,name=orders"]
        self.console_log.write_bytes(b"")
        with (self._folder / "qemu.log").open("ab") as said:
            self._started = time.monotonic()
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        self._connect(sockets)
        return self.slot

    # ---------------------------------------------------------------- talking with the inside

    def _connect(self, path: Path) -> None:
        self._rest = b""
        self._port = socket.socket(socket.AF_UNIX)
        for _ in range(200):
            try:
                self._port.connect(str(path))
            except OSError:
                assert self._process
                assert self._process.poll() is None, (self._folder / "qemu.log").read_text()
                time.sleep(0.05)
            else:
                return
        raise AssertionError("QEMU did not start")

    def _line(self, limit_s: float) -> dict[str, object]:
        assert self._port
        end = time.monotonic() + limit_s
        while b"\n" not in self._rest:
            self._port.settimeout(max(end - time.monotonic(), 0.001))
            try:
                more = self._port.recv(65536)
            except TimeoutError:
                raise AssertionError(f"no answer in {limit_s:g} s; {self.console()[-3000:]}") from None
            assert more, f"the emulator ended; {self.console()[-3000:]}"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)

    def until_agent(self, limit_s: float) -> float:
        """Wait until the inside answers; returns the seconds since the start."""
        while "hello" not in self._line(limit_s):
            pass
        return time.monotonic() - self._started

    def run(self, command: str, limit_s: float = 120.0) -> tuple[int, str]:
        """Run a shell command inside as root; returns status and output."""
        assert self._port
        number = next(self._numbers)
        self._port.sendall(json.dumps({"id": number, "command": command}).encode() + b"\n")
        while (answer := self._line(limit_s)).get("id") != number:
            pass
        return int(str(answer["status"])), str(answer["output"]).strip()

    def until(self, command: str, right: Callable[[str], bool], limit_s: float) -> float:
        """Repeat a command until its output is right; returns the seconds since the start."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if right(output := self.run(command, limit_s)[1]):
                return time.monotonic() - self._started
            time.sleep(0.5)
        raise AssertionError(f"{command}: {output!r} after {limit_s:g} s; {self.console()[-2000:]}")

    # ---------------------------------------------------------------- ends

    def send(self, command: str) -> None:
        """Run a command that has no answer, because the system ends by it."""
        assert self._port
        self._port.sendall(json.dumps({"id": next(self._numbers), "command": command}).encode() + b"\n")

    def until_restart(self, limit_s: float) -> str:
        """Wait until the system restarts or is reset; returns what it told the firmware, empty for nothing."""
        assert self._process
        self._process.wait(limit_s)
        self.stop()
        found = re.findall(r"reboot: Restarting system with command '([^']*)'", self.console())
        self._argument = found[-1] if found else ""
        return self._argument

    def cut_power(self) -> None:
        """Take the current away."""
        self._argument = ""
        self.stop()

    def stop(self) -> None:
        """End the emulator."""
        if self._port:
            self._port.close()
        if self._process:
            self._process.kill()
            self._process.wait()

    def console(self) -> str:
        """Return what was printed since the start."""
        return self.console_log.read_text(encoding="utf-8", errors="replace")


def _bench_words() -> str:
    def credential(name: str, text: str) -> str:
        return f"systemd.set_credential_binary={name}:{base64.b64encode(text.encode()).decode()}"

    unit = credential("systemd.extra-unit.bench.service", UNIT)
    return f"{unit} {credential('systemd.unit-dropin.kiosk.service', DROPIN)} systemd.wants=bench.service"


def _drives(card: Path, bench: Path, log: Path | None) -> list[str]:
    """Return the card and the bench's disk; what the guest waits for stays in the host's memory, it is only noted."""
    words: list[str] = []
    on = "cache.no-flush=on,driver=file,filename"
    words += ["-blockdev", f"node-name=card-file,{on}={card}", "-blockdev", "node-name=card,driver=raw,file=card-file"]
    words += ["-blockdev", f"node-name=bench,driver=raw,read-only=on,file.driver=file,file.filename={bench}"]
    if log:
        words += ["-blockdev", f"node-name=log,{on}={log}"]
        words += ["-blockdev", "node-name=noted,driver=blklogwrites,file=card,log=log,log-sector-size=512"]
    for name, node in (("card", "noted" if log else "card"), ("bench", "bench")):
        words += ["-device", f"virtio-blk-pci,drive={node},serial={name}"]
    return words


def copy_of(image: Path, place: Path) -> Path:
    """Return a card of its own with the image; holes stay holes."""
    subprocess.run(["cp", "--sparse=always", image, place], check=True)
    return place


def bench_disk(settings: Path, place: Path, bundles: Path | None = None) -> Path:
    """Make the disk with what the bench has inside; `settings` is what a fitter puts into /etc/kiosk."""
    tree = place.with_suffix(".tree")
    shutil.copytree(GUEST, tree, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(settings, tree / "settings")
    shutil.copytree(GUEST.parents[2] / "sim_hw", tree / "sim_hw", ignore=shutil.ignore_patterns("__pycache__"))
    if bundles:
        shutil.copytree(bundles, tree / "bundles", copy_function=os.link)
    place.unlink(missing_ok=True)
    plain = ["-noD", "-noF", "-noI"]  # read often, written once
    subprocess.run(
        ["mksquashfs", tree, place, "-quiet", "-no-progress", "-all-root", *plain], check=True, capture_output=True
    )
    shutil.rmtree(tree)
    return place
