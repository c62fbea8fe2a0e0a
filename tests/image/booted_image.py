"""The image boots, on an emulated board with the Pi's firmware played: a part of `make test-image`.

Not among the tests of `make test` for its length. No hub answers here, so the kiosk comes as far as *out of service*.
"""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.image.booted import PAPER_IN, PAPER_OUT, need_image, settings
from tests.image.qemu_pi import QemuPi, bench_disk, copy_of

pytestmark = [pytest.mark.timeout(1200), pytest.mark.xdist_group("qemu")]
SLOW_S = 300.0  # an emulator beside others on a busy machine


@pytest.fixture(scope="module")
def kiosk():
    image = need_image()
    folder = Path(tempfile.mkdtemp(prefix="kiosk-qemu-", dir="/var/tmp"))
    pi = QemuPi(
        copy_of(image / "kiosk.img", folder / "card.img"), bench_disk(settings(folder), folder / "b.img"), folder
    )
    try:
        pi.start()
        pi.until_agent(SLOW_S)
        pi.ready_s = pi.until("systemctl show -P ActiveState kiosk", lambda state: state == "active", SLOW_S)
        yield pi
    finally:
        pi.stop()
        shutil.rmtree(folder)


def test_the_kiosk_becomes_active_and_says_what_it_is_doing(kiosk):
    kiosk.until("systemctl show -P StatusText kiosk", lambda said: said == "out_of_service", SLOW_S)
    _, inside = kiosk.run("systemctl show -P ActiveEnterTimestampMonotonic kiosk")
    print(f"\nready {kiosk.ready_s:.1f} s after the current came, {int(inside) / 1e6:.1f} s after the kernel began")


def test_the_first_slot_runs_and_is_no_trial(kiosk):
    assert kiosk.run("kiosk-update status") == (0, "runs A, default A, pending none\nmay install: yes")


def test_the_root_and_the_selection_cannot_be_written(kiosk):
    for path in ("/etc/x", "/usr/x", "/boot/select/x"):
        status, said = kiosk.run(f"touch {path}")
        assert (status, "Read-only file system" in said) == (1, True), path


def test_only_the_state_partition_lasts(kiosk):
    _, mounts = kiosk.run("findmnt -rno TARGET,FSTYPE,OPTIONS /state; findmnt -rno FSTYPE /var; findmnt -rno FSTYPE /")
    state, var, root = mounts.splitlines()
    assert state.startswith("/state ext4 rw,nosuid,nodev,noexec,noatime")
    assert (var, root) == ("overlay", "squashfs")


def test_no_swap_no_core_dump_and_the_watchdog_is_fed(kiosk):
    assert kiosk.run("tail -n +2 /proc/swaps") == (0, "")
    assert kiosk.run("cat /proc/sys/kernel/core_pattern")[1] == "|/usr/bin/false"
    assert kiosk.run("systemctl show -P RuntimeWatchdogUSec")[1] == "14s"
    assert kiosk.run("systemctl show -P WatchdogDevice")[1] != ""


def test_nothing_failed(kiosk):
    assert kiosk.run("systemctl list-units --failed --plain --no-legend") == (0, "")


def test_nothing_comes_in_and_only_what_is_named_goes_out(kiosk):
    _, rules = kiosk.run("nft list ruleset")
    assert rules.count("policy drop") == 3
    status, said = kiosk.run("setpriv --reuid=kiosk --clear-groups timeout 3 bash -c 'echo > /dev/tcp/10.0.2.2/9'")
    assert status != 0
    assert "refused" not in said


def test_the_doctor_answers_line_by_line(kiosk):
    _, said = kiosk.run("setpriv --reuid=kiosk --regid=kiosk --init-groups kiosk doctor --config /etc/kiosk/kiosk.toml")
    assert "Traceback" not in said
    assert "OK   state directory" in said


def test_a_paper_in_the_tray_keeps_an_update_from_beginning(kiosk):
    kiosk.run(PAPER_IN)
    kiosk.until("systemctl show -P StatusText kiosk", lambda said: said == "left_behind", 60.0)
    status, said = kiosk.run("kiosk-update install /nothing.raucb")
    assert (status, "left behind" in said) == (75, True)
    kiosk.run(PAPER_OUT)
    kiosk.until("systemctl show -P StatusText kiosk", lambda said: said == "out_of_service", 60.0)


def test_a_killed_kiosk_comes_back(kiosk):
    _, before = kiosk.run("systemctl show -P MainPID kiosk")
    _, killed = kiosk.run("cut -d' ' -f1 /proc/uptime; systemctl kill --kill-whom=main -s KILL kiosk")
    kiosk.until(
        "systemctl show -P ActiveState,MainPID kiosk", lambda said: "active" in said and before not in said, 60.0
    )
    _, back = kiosk.run("systemctl show -P ActiveEnterTimestampMonotonic kiosk")
    print(f"\nback {int(back) / 1e6 - float(killed):.1f} s after the kill, emulated")
