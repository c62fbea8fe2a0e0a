"""The emulated Pico itself, with 48 bytes of its machine code: what `make test-rig-emulated` measures with is right."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from littlefs import LittleFS

from tests.micropython.emulated import BLOCK_BYTES, BLOCKS, LITTLEFS_2_0, EmulatedPico, file_system

UF2 = Path(__file__).parents[1] / "micropython" / "firmware" / "uf2.py"
# Turns GPIO 3 over each `us` of the chip's timer: IO_BANK0 GPIO3_CTRL = SIO; SIO GPIO_OE_SET = 8;
# r3 = TIMERAWL; loop: r3 += us; wait until TIMERAWL >= r3; SIO GPIO_OUT_XOR = 8.
CODE = "0748 0521 0160 0748 0821 4162 064a 936a 064c 1b19 956a ed1a fcd4 c161 f9e7 0000 1c400140 000000d0 00400540"


@pytest.fixture
def blinker(tmp_path):
    def made(us):
        (tmp_path / "image.bin").write_bytes(bytes.fromhex(CODE) + us.to_bytes(4, "little"))
        subprocess.run([sys.executable, UF2, tmp_path / "image.bin", tmp_path / "image.uf2"], check=True)
        return EmulatedPico(tmp_path / "image.uf2", {"pulse": 3})

    return made


@pytest.mark.parametrize("us", [2_500, 2_610])
def test_edges_are_measured_to_a_hundredth_of_a_millisecond_of_the_chips_time(blinker, us):
    pico = blinker(us)
    pico.expect(lambda: len(pico.edges_ms("pulse")) == 4, 20, "four edges")
    assert [each.level for each in pico.levels[-2:]] in ([0, 1], [1, 0])
    spans = [after - before for before, after in pairwise(pico.edges_ms("pulse")[1:])]
    assert all(abs(span - us / 1000) < 0.01 for span in spans)


def test_a_level_that_does_not_come_ends_the_waiting_and_is_named(blinker):
    with pytest.raises(AssertionError, match=r"not within 1 ms of the chip's time: pulse 7"):
        blinker(25_000).expect_level("pulse", 7, 1)


def test_the_programs_files_lie_in_its_file_system(tmp_path):
    (tmp_path / "main.py").write_text("print(1)\n")
    (tmp_path / "notes.txt").write_text("no program\n")
    image = file_system(tmp_path)
    assert len(image) == BLOCK_BYTES * BLOCKS
    disk = LittleFS(block_size=BLOCK_BYTES, block_count=BLOCKS, disk_version=LITTLEFS_2_0, mount=False)
    disk.context.buffer = bytearray(image)
    disk.mount()
    assert disk.listdir("/") == ["main.py"]
    with disk.open("main.py", "rb") as file:
        assert file.read() == b"print(1)\n"
