"""Updates on the booted image, with the real rauc inside: what is refused, a good one, the ways back from a bad one.

A part of `make test-image`. The bundle is the image itself under a newer version: what differs between slots is which
one runs. A slot goes bad here by what is done to it while it is on trial. The tests are one story and run in order.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.image.booted import PAPER_IN, PAPER_OUT, need_image, settings
from tests.image.conftest import DEPLOY
from tests.image.qemu_pi import PATIENT_WATCHDOG, TRYBOOT, QemuPi, bench_disk, copy_of

pytestmark = [pytest.mark.timeout(2400), pytest.mark.xdist_group("qemu")]
SLOW_S = 600.0
BUNDLES = "/run/bench/bundles"
AGAIN = "rauc status mark-active other"  # what was left lies there still, and writing it takes minutes


def bundle(parts, out, **environment):
    command = [DEPLOY / "update" / "bundle.sh", parts, out]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})


def make_bundles(image, folder):
    """One that is good, and small ones that must be refused before anything is written."""
    folder.mkdir()
    version = (image / "version").read_text(encoding="utf-8").strip()
    bundle(image, folder / "good.raucb", VERSION=f"{version}1")
    small = folder.with_name("small")
    small.mkdir()
    for name in ("rootfs.img", "boot.vfat"):
        (small / name).write_bytes(os.urandom(65536))
    (small / "version").write_text(f"{version}1\n", encoding="utf-8")
    shutil.copytree(image / "test-key", small / "test-key")
    bundle(small, folder / "other-device.raucb", COMPATIBLE="another-device")
    bundle(small, folder / "older.raucb", VERSION="0.0.1-1")
    bundle(small, folder / "changed.raucb")
    data = bytearray((folder / "changed.raucb").read_bytes())
    data[4096] ^= 1
    (folder / "changed.raucb").write_bytes(data)
    subprocess.run([DEPLOY / "update" / "test-key.sh", small / "stranger"], check=True, capture_output=True)
    stranger = {"KEY": str(small / "stranger/key.pem"), "CERT": str(small / "stranger/certificate.pem")}
    bundle(small, folder / "stranger.raucb", **stranger)
    return folder


@pytest.fixture(scope="module")
def kiosk():
    image = need_image()
    folder = Path(tempfile.mkdtemp(prefix="kiosk-qemu-", dir="/var/tmp"))
    bench = bench_disk(settings(folder), folder / "bench.img", make_bundles(image, folder / "bundles"))
    pi = QemuPi(copy_of(image / "kiosk.img", folder / "card.img"), bench, folder, PATIENT_WATCHDOG)
    try:
        up(pi)
        yield pi
    finally:
        pi.stop()
        shutil.rmtree(folder)


def up(pi):
    """Start, and wait until the kiosk runs; returns the slot."""
    slot = pi.start()
    pi.until_agent(SLOW_S)
    pi.until("systemctl show -P StatusText kiosk", lambda said: said == "out_of_service", SLOW_S)
    return slot


def on_trial(pi, choose=f"kiosk-update install {BUNDLES}/good.raucb"):
    """Install (or choose again what is installed) and restart into the other slot."""
    status, said = pi.run(choose, SLOW_S)
    assert status == 0, said
    pi.send("kiosk-update restart")
    assert pi.until_restart(SLOW_S) == TRYBOOT
    return up(pi)


def stands(pi):
    return pi.run("kiosk-update status")[1].splitlines()[0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stranger", "signature verification failed|self.signed|unable to get"),
        ("changed", "verity|hash|corrupt|mount|Input/output"),
        ("other-device", "[Cc]ompatible"),
        ("older", "Version mismatch"),
    ],
)
def test_a_bundle_that_is_not_for_this_kiosk_is_refused_and_changes_nothing(kiosk, name, words):
    status, said = kiosk.run(f"kiosk-update install {BUNDLES}/{name}.raucb", SLOW_S)
    assert status != 0
    assert re.search(words, said), said
    assert stands(kiosk) == "runs A, default A, pending none"


def test_rauc_itself_asks_the_kiosk_before_it_writes(kiosk):
    kiosk.run(PAPER_IN)
    kiosk.until("systemctl show -P StatusText kiosk", lambda said: said == "left_behind", SLOW_S)
    status, said = kiosk.run(f"rauc install {BUNDLES}/good.raucb", SLOW_S)
    assert status != 0, said
    assert stands(kiosk) == "runs A, default A, pending none"
    kiosk.run(PAPER_OUT)
    kiosk.until("systemctl show -P StatusText kiosk", lambda said: said == "out_of_service", SLOW_S)


def test_a_slot_that_crashes_on_trial_is_left(kiosk):
    assert on_trial(kiosk) == "B"
    kiosk.send("echo c > /proc/sysrq-trigger")
    assert kiosk.until_restart(SLOW_S) == ""
    assert up(kiosk) == "A"
    kiosk.until("kiosk-update status", lambda said: "pending none" in said, SLOW_S)


def test_a_slot_that_hangs_on_trial_is_left_by_the_watchdog(kiosk):
    assert on_trial(kiosk, AGAIN) == "B"
    kiosk.send("sysctl -w kernel.panic=0; echo c > /proc/sysrq-trigger")
    assert kiosk.until_restart(120.0) == ""
    assert up(kiosk) == "A"


def test_a_slot_in_which_the_kiosk_does_not_run_is_left(kiosk):
    assert on_trial(kiosk, AGAIN) == "B"
    kiosk.run("systemctl stop kiosk")
    assert kiosk.until_restart(SLOW_S) == ""
    assert up(kiosk) == "A"


def test_a_good_update_stays(kiosk):
    assert on_trial(kiosk, AGAIN) == "B"
    kiosk.until("kiosk-update status", lambda said: "default B" in said, SLOW_S)
    assert stands(kiosk) == "runs B, default B, pending none"
    kiosk.cut_power()
    assert up(kiosk) == "B"
