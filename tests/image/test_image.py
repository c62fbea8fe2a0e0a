"""What the image is made of: read-only but for the state, watched, no swap, no core dumps; missing tools are named."""

import configparser
import os
import re
import shutil
import subprocess

import pytest

from tests.image.conftest import DEPLOY

IMAGE = DEPLOY / "image"
ETC = IMAGE / "files" / "etc"
UNITS = [*sorted((ETC / "systemd" / "system").glob("*.service")), DEPLOY / "update" / "kiosk-judge.service"]


def fstab():
    lines = (ETC / "fstab").read_text(encoding="utf-8").splitlines()
    return {line.split()[1]: line.split() for line in lines if line and not line.startswith("#")}


def ini(path):
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str
    read.read(path)
    return read


def test_what_fsync_acknowledged_in_the_state_partition_survives_a_power_cut():
    _, _, kind, options, _, check = fstab()["/state"]
    assert kind == "ext4"
    assert {"data=ordered", "barrier=1", "nodev", "nosuid", "noexec"} <= set(options.split(","))
    assert "async" not in options
    assert check == "2"


def test_only_the_state_partition_lasts_and_what_is_bound_to_it():
    for place, (source, _, kind, options, *_) in fstab().items():
        lasting = place == "/state" or source.startswith("/state/")
        assert lasting or kind == "tmpfs" or "ro" in options.split(","), place


def test_there_is_no_swap_and_nothing_dumps_core():
    assert "swap" not in {entry[2] for entry in fstab().values()}
    assert "systemd.swap=0" in (IMAGE / "cmdline.txt").read_text(encoding="utf-8")
    assert ini(ETC / "systemd/system.conf.d/kiosk.conf")["Manager"]["DefaultLimitCORE"] == "0"
    assert "kernel.core_pattern=|/usr/bin/false" in (ETC / "sysctl.d/90-kiosk.conf").read_text(encoding="utf-8")


def test_the_watchdog_is_within_what_a_pi_can_count():
    manager = ini(ETC / "systemd/system.conf.d/kiosk.conf")["Manager"]
    assert int(manager["RuntimeWatchdogSec"]) == 14
    assert int(manager["RebootWatchdogSec"]) < 15


def test_the_command_line_of_the_kernel_is_one_line_and_starts_again_after_a_panic():
    text = (IMAGE / "cmdline.txt").read_text(encoding="utf-8")
    assert text.count("\n") == 1
    assert {"ro", "panic=10"} <= set(text.split())


def test_the_judge_ends_in_a_restart_when_it_finds_no_proof_and_when_it_hangs():
    judge = ini(DEPLOY / "update" / "kiosk-judge.service")
    assert judge["Unit"]["FailureAction"] == "reboot-force"
    assert int(judge["Service"]["TimeoutStartSec"]) >= 240 + 30
    target = ini(ETC / "systemd/system/multi-user.target.d/image.conf")["Unit"]
    assert int(target["JobTimeoutSec"]) > int(judge["Service"]["TimeoutStartSec"])
    assert target["JobTimeoutAction"] == "reboot-force"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_no_fault_in_the_units(unit, tmp_path):
    copy = tmp_path / unit.name
    text = re.sub(r"^(ExecStart=)/\S+", r"\1/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
    copy.write_text(re.sub(r"^(Requires|Wants|After|Before)=.*\n", "", text, flags=re.MULTILINE))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if unit.name in line]) == (0, [])


def test_rauc_takes_only_verity_bundles_and_asks_the_kiosk_and_the_tryboot_backend():
    conf = ini(DEPLOY / "update" / "system.conf")
    assert conf["system"]["bundle-formats"] == "verity"
    assert conf["system"]["min-bundle-version"] == "@VERSION@"
    assert conf["handlers"]["pre-install"].endswith("/kiosk-update-gate")
    assert conf["handlers"]["bootloader-custom-backend"].endswith("/kiosk-update-backend")
    assert "rauc-mark-good.service" in (IMAGE / "fill.sh").read_text(encoding="utf-8"), "RAUC's own would mark all good"


def test_the_two_slots_do_not_share_a_partition():
    conf = ini(DEPLOY / "update" / "system.conf")
    devices = [conf[name]["device"] for name in conf.sections() if name.startswith("slot.")]
    assert len(devices) == len(set(devices)) == 4
    assert conf["slot.boot.1"]["parent"] == "rootfs.1"


def test_the_kiosks_user_keeps_its_number_over_images_and_has_the_groups_of_the_package():
    fixed = (ETC / "sysusers.d" / "certificate-kiosk.conf").read_text(encoding="utf-8")
    packaged = (DEPLOY / "package" / "sysusers.conf").read_text(encoding="utf-8")
    assert re.search(r"^u kiosk \d+ ", fixed, re.MULTILINE)
    groups = {line for line in packaged.splitlines() if line.startswith("m ")}
    assert groups <= set(fixed.splitlines())


def test_what_is_missing_to_make_an_image_is_named_with_the_remedy(tmp_path):
    for name in ("bash", "dirname", "env"):
        (tmp_path / name).symlink_to(shutil.which(name))
    text = (IMAGE / "tools.sh").read_text(encoding="utf-8").replace("PATH=$PATH:/usr/sbin:/sbin ", "")
    (tmp_path / "tools.sh").write_text(text)
    command = ["bash", tmp_path / "tools.sh"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)}, timeout=30)
    assert done.returncode == 77
    assert "sudo apt-get install --no-install-recommends mmdebstrap" in done.stderr


def test_a_suite_that_is_not_there_is_refused_by_name(tmp_path):
    command = [IMAGE / "build.sh", tmp_path]
    environment = {**os.environ, "SUITE": "bookworm"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=30)
    assert (done.returncode, "use trixie" in done.stderr) == (64, True)


def test_an_update_without_an_image_says_what_comes_first(tmp_path):
    command = [DEPLOY / "update" / "bundle.sh", tmp_path, tmp_path / "update.raucb"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ}, timeout=30)
    assert (done.returncode, "run make image first" in done.stderr) == (69, True)


def test_a_restart_of_the_kiosk_waits_for_the_packet_filter_only():
    kiosk = ini(ETC / "systemd/system/kiosk.service.d/image.conf")["Unit"]
    assert kiosk["After"] == kiosk["Wants"] == "nftables.service"
    assert "network-online.target" not in ini(DEPLOY / "systemd" / "kiosk.service")["Unit"]["After"]
