"""The Debian package, built, checked, installed in clean Debians, booted and purged there: a part of `make test-boot`.

Not among the tests of `make test` for its length. Needs root, network and the packages of deploy/setup/apt-boot.txt.
"""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.deploy.booted_unit import BACK_S, WATCHDOG_S, active, back, main_pid, moment
from tests.deploy.container import DEPLOY, LIMIT_S, ROOT, Container

pytestmark = pytest.mark.timeout(1800)
SUITES = {"bookworm": "252", "trixie": "257"}  # with the version of their systemd
STANDS_S = 60.0
MOST_EXPOSED = 1.6
SETTLED = {"tray sensor", "coin acceptor", "buzzer", "keys", "certificates", "state directory"}
ITS_PLACES = (
    "/etc/kiosk",
    "/var/lib/kiosk",
    "/run/kiosk",
    "/usr/lib/certificate-kiosk",
    "/usr/share/certificate-kiosk",
)


def copied(source, place):
    """Copy what the package is built from: nobody edits there, and the place is another."""
    for name in ("firmware", "deploy"):
        shutil.copytree(source / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    (place / ".venv").symlink_to(ROOT / ".venv")
    return place


def build(checkout, out, suite, *architectures):
    dated = subprocess.run(
        ["git", "-C", ROOT, "log", "-1", "--format=%ct"], capture_output=True, text=True, check=True
    ).stdout.strip()
    environment = {**os.environ, "SUITE": suite, "SOURCE_DATE_EPOCH": dated}
    subprocess.run([checkout / "deploy/package/build.sh", out, *architectures], check=True, env=environment)
    return {path.stem.rpartition("_")[2]: path for path in Path(out).glob("*.deb")}


def digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Installed(Container):
    """A clean Debian with the package, booted; of the simulator stands there what Debian would have from elsewhere."""

    target = "multi-user.target"

    def __init__(self, lower, *places):
        super().__init__(*places)
        self.lower = lower

    def binds(self):
        modules = "/usr/lib/python3/dist-packages"
        return {f"{modules}/{name}": ROOT / "sim_hw" / "standins" / name for name in ("RPi", "picamera2")}

    def dress(self):
        socket = "[Service]\nEnvironment=SIM_HW_PINS=/srv/bench/pins.sock\n"
        self.put("etc/systemd/system/kiosk.service.d/bench.conf", socket)
        probe = "[Service]\nExecStartPost=/usr/bin/touch /etc/kiosk/pki/written\n"
        self.put("etc/systemd/system/kiosk-renew.service.d/bench.conf", probe)
        self.own_settings()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    return copied(ROOT, tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def packages(checkout, tmp_path_factory):
    return build(checkout, tmp_path_factory.mktemp("package"), "trixie", "amd64", "arm64")


@pytest.fixture(scope="module", params=SUITES)
def suite(request):
    return request.param


@pytest.fixture(scope="module")
def clean_root(suite, checkout, packages, tmp_path_factory):
    """A clean Debian in which the package was installed twice and `kiosk doctor` was asked."""
    folder = tmp_path_factory.mktemp(suite)
    package = packages["amd64"] if suite == "trixie" else build(checkout, folder / "package", suite, "amd64")["amd64"]
    environment = {**os.environ, "FOLDER": str(folder), "PACKAGE": str(package)}
    done = subprocess.run(
        [DEPLOY / "try-in-clean-root.sh", "kiosk", suite], capture_output=True, text=True, check=False, env=environment
    )
    try:
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        yield folder / "root"
    finally:
        shutil.rmtree(folder / "root", ignore_errors=True)


@pytest.fixture(scope="module")
def installed(suite, clean_root, short_folder, board, settings):
    container = Installed(clean_root, short_folder / suite, short_folder / "bench", settings)
    try:
        container.start()
        container.systemctl("enable", "--now", "kiosk.service")
        container.until(lambda: active(container), "the kiosk did not become active", LIMIT_S)
        yield container
    finally:
        container.stop()


def test_the_package_is_the_same_bytes_when_it_is_built_again_elsewhere(checkout, packages, tmp_path):
    again = build(copied(checkout, tmp_path / "elsewhere"), tmp_path, "trixie", "arm64")
    assert digest(again["arm64"]) == digest(packages["arm64"])


def test_the_package_for_the_pi_holds_no_code_for_another_processor(packages, tmp_path):
    subprocess.run(["dpkg-deb", "--extract", packages["arm64"], tmp_path], check=True)
    libraries = [path for path in tmp_path.rglob("*.so*") if path.is_file()]
    assert len(libraries) > 50
    assert {path.read_bytes()[18:20].hex() for path in libraries} == {"b700"}  # EM_AARCH64


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_lintian_finds_no_error(packages, architecture):
    command = ["lintian", "--allow-root", "--fail-on", "error", packages[architecture]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, [line for line in done.stdout.splitlines() if line.startswith("E:")]


def test_the_installed_kiosk_stays_active_for_a_minute_without_a_restart(suite, installed):
    assert f"systemd {SUITES[suite]} " in installed.systemctl("--version")
    time.sleep(max(0.0, moment(installed, "ActiveEnterTimestampMonotonic") + STANDS_S - time.monotonic()))
    assert (installed.show("ActiveState"), installed.show("NRestarts")) == ("active", "0"), installed.journal()


def test_systemd_rates_the_running_unit_as_little_exposed(installed):
    told = installed.inside("systemd-analyze", "security", "--no-pager", "kiosk.service").splitlines()[-1]
    assert float(told.partition("kiosk.service: ")[2].split()[0]) <= MOST_EXPOSED


def test_certificates_are_looked_at_daily_by_the_only_service_that_may_write_them(installed):
    assert installed.systemctl("is-active", "kiosk-renew.timer") == "active"
    said = installed.systemctl("start", "kiosk-renew.service") + installed.journal_of("kiosk-renew.service")
    assert said.count("/etc/kiosk/pki/clerk.pem: good for ") == 1, said
    assert installed.inside("stat", "--format=%U", "/etc/kiosk/pki/written") == "kiosk", said
    in_the_kiosk = ("nsenter", "--target", str(main_pid(installed)), "--mount", "touch", "/etc/kiosk/pki/written")
    assert "Read-only file system" in installed.inside(*in_the_kiosk)


def test_doctor_finds_the_devices_in_order_when_the_service_is_stopped(installed):
    installed.systemctl("stop", "kiosk.service")
    told = installed.inside(
        "env", "SIM_HW_PINS=/srv/bench/pins.sock", "kiosk", "doctor", "--config", "/etc/kiosk/kiosk.toml", user="kiosk"
    )
    installed.systemctl("start", "kiosk.service")
    installed.until(lambda: active(installed), "the kiosk did not become active again")
    lines = {line[5:23].strip(): line.split()[0] for line in told.splitlines()}
    assert {name: lines.get(name) for name in SETTLED} == dict.fromkeys(SETTLED, "OK"), told
    assert lines["camera"] == "WARN"  # it sees; nobody has fixed its view
    assert "Traceback" not in told


def test_the_killed_kiosk_is_back_within_three_seconds_again_and_again(installed):
    for _ in range(5):
        gone, since = main_pid(installed), time.monotonic()
        installed.kill("KILL")
        installed.until(lambda gone=gone: back(installed, gone), "the kiosk did not come back", LIMIT_S)
        assert moment(installed, "ActiveEnterTimestampMonotonic") - since <= BACK_S, installed.journal()


def test_the_stopped_kiosk_is_replaced_in_the_watchdogs_time_and_two_seconds(installed):
    gone, since = main_pid(installed), time.monotonic()
    installed.kill("STOP")
    installed.until(lambda: back(installed, gone), "the hung kiosk was not replaced", LIMIT_S)
    assert moment(installed, "ExecMainStartTimestampMonotonic") - since <= WATCHDOG_S + 2
    assert "Watchdog timeout" in installed.journal()


def test_nothing_else_in_the_system_failed(installed):
    assert installed.systemctl("list-units", "--failed", "--plain", "--no-legend") == ""


def test_removing_the_package_stops_the_kiosk_and_keeps_its_journal_and_keys(installed):
    said = installed.inside("apt-get", "remove", "-q", "-y", "certificate-kiosk")
    assert installed.show("ActiveState") == "inactive", said
    assert installed.inside("ls", "/etc/kiosk/pki/kiosk.key", "/var/lib/kiosk/journal").split() == [
        "/etc/kiosk/pki/kiosk.key",
        "/var/lib/kiosk/journal",
    ]
    assert not (installed.root / "usr/lib/certificate-kiosk").exists()


def test_purging_it_leaves_nothing_of_the_kiosk_but_its_user(installed):
    said = installed.inside("apt-get", "purge", "-q", "-y", "certificate-kiosk")
    left = installed.inside("find", *ITS_PLACES, "-maxdepth", "0")
    assert [line for line in left.splitlines() if "No such file" not in line] == [], said
    named = installed.inside(
        "find", "/etc", "/usr", "/var", "-xdev", "-name", "*kiosk*", "-not", "-path", "/etc/systemd/system/kiosk*.d*"
    )
    assert named == "", said
    assert installed.inside("getent", "passwd", "kiosk") != ""
    assert installed.show("LoadState") == "not-found", said
