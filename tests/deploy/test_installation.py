"""What is installed on a kiosk: the sample configuration is whole, the unit is sound, no file names a host."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import msgspec
import pytest

from firmware import config
from tests.tooling.locks import locked

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SAMPLE = DEPLOY / "kiosk.toml"
UNIT = DEPLOY / "systemd" / "kiosk.service"


def sections():
    return [(field.name, field.type) for field in msgspec.structs.fields(config.Config)]


@pytest.mark.parametrize(("name", "kind"), sections(), ids=str)
def test_the_sample_configuration_shows_every_key(name, kind):
    shown = tomllib.loads(SAMPLE.read_text(encoding="utf-8"))[name]
    assert set(shown) == set(kind.__struct_fields__)


def test_the_sample_configuration_is_accepted():
    assert config.load(SAMPLE).kiosk.id == "kiosk-0001"


@pytest.mark.parametrize(("name", "kind"), sections(), ids=str)
def test_the_sample_shows_the_values_that_hold_when_a_key_is_left_out(name, kind):
    shown = getattr(config.load(SAMPLE), name)
    differ = {
        field.name
        for field in msgspec.structs.fields(kind)
        if field.default is not msgspec.NODEFAULT and getattr(shown, field.name) != field.default
    }
    assert differ <= ({"device"} if name == "printer" else set())


def test_every_key_of_the_sample_has_a_comment_or_speaks_for_itself():
    required = {
        f"{name}.{field.name}" for name, kind in sections() for field in msgspec.structs.fields(kind) if field.required
    }
    section = ""
    said = set()
    above = ""
    for line in SAMPLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "required" in (above if above.startswith("#") else "") + line.partition("#")[2]:
            said.add(f"{section}.{line.split('=')[0].strip()}")
        above = line
    assert required <= said


def test_systemd_finds_no_fault_in_the_units(tmp_path):
    names = [path.name for path in UNIT.parent.iterdir()]
    assert {"kiosk.service", "kiosk-renew.service", "kiosk-renew.timer"} <= set(names)
    for name in names:
        text = (UNIT.parent / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/usr/bin/kiosk", "/bin/true"))
    command = ["systemd-analyze", "verify", "--man=no", *(tmp_path / name for name in names)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "kiosk" in line]) == (0, [])


@pytest.mark.parametrize("name", ["kiosk.service", "kiosk-renew.service"])
def test_systemd_rates_the_units_as_little_exposed(name):
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=16", "--no-pager", UNIT.with_name(name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stdout[-300:]


def test_nothing_of_a_person_can_reach_the_disk_through_the_unit():
    assert {"LimitCORE=0", "MemorySwapMax=0"} <= set(
        UNIT.with_name("kiosk-renew.service").read_text(encoding="utf-8").splitlines()
    )
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    assert {"LimitCORE=0", "MemorySwapMax=0", "Restart=always", "RestartPreventExitStatus=78"} <= set(lines)


def test_the_unit_starts_the_command_that_the_package_installs():
    build = (DEPLOY / "package" / "build.sh").read_text(encoding="utf-8")
    assert '"$tree/usr/bin/kiosk"' in build
    assert "ExecStart=/usr/bin/kiosk run --config /etc/kiosk/kiosk.toml" in UNIT.read_text(encoding="utf-8")


def test_the_package_installs_every_unit_and_the_renewal_starts_with_the_kiosk():
    build = (DEPLOY / "package" / "build.sh").read_text(encoding="utf-8")
    assert '-t "$tree/usr/lib/systemd/system" "$root"/deploy/systemd/*' in build
    assert "kiosk-renew.timer" in re.search("(?m)^Wants=(.*)$", UNIT.read_text(encoding="utf-8"))[1].split()


def test_the_package_locks_every_library_of_the_firmware_in_the_versions_that_are_tested():
    tested: dict[str, set[str]] = {}
    for each, _ in locked((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        tested.setdefault(each.name, set()).add(str(each.specifier))
    packed = [each for each, _ in locked((DEPLOY / "package" / "kiosk.lock").read_text(encoding="utf-8"))]
    assert {each.name for each in packed} >= {"numpy", "cryptography", "python-escpos", "paho-mqtt", "pyrage", "av"}
    others = {f"{each.name}{each.specifier}" for each in packed if str(each.specifier) not in tested.get(each.name, ())}
    assert others == set()


def test_the_package_leaves_the_guard_and_what_is_no_firmware_out():
    build = (DEPLOY / "package" / "build.sh").read_text(encoding="utf-8")
    assert "find firmware -name __pycache__ -prune -o -path firmware/guard -prune" in build
    assert "sim_hw" not in build
    assert "hub/" not in build


def test_a_suite_or_architecture_that_is_not_there_is_refused_by_name(tmp_path):
    for arguments, environment, words in (
        (["mips"], {}, "no architecture mips here; use amd64 or arm64"),
        (["arm64"], {"SUITE": "sid"}, "no suite sid here; use bookworm or trixie"),
    ):
        command = ["bash", DEPLOY / "package" / "build.sh", tmp_path, *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, **environment}, timeout=30
        )
        assert (done.returncode, words in done.stderr) == (64, True)


def test_no_file_of_the_installation_names_a_host():
    address = re.compile(r"\b[a-z][a-z0-9+]*://[^\s\"']+")
    for path in [*DEPLOY.rglob("*.sh"), *DEPLOY.rglob("*.txt"), *DEPLOY.rglob("*.toml"), *DEPLOY.rglob("*.in")]:
        found = address.findall(path.read_text(encoding="utf-8"))
        assert [host for host in found if ".example" not in host] == [], path
