"""The Debian package, built, checked, installed in a clean Debian and booted there: a part of `make test-boot`.

Not among the tests of `make test` for its length. Needs root, network and the packages of deploy/setup/apt-boot.txt.
"""

import hashlib
import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.deploy.container import DEPLOY, ROOT, Container

pytestmark = pytest.mark.timeout(1800)
SUITE = "trixie"
STANDS_S = 60.0


def build(out, *architectures):
    subprocess.run(
        [DEPLOY / "package" / "build.sh", out, *architectures], check=True, env={**os.environ, "SUITE": SUITE}
    )
    return {path.stem.rpartition("_")[2]: path for path in Path(out).glob("*.deb")}


def digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    return build(tmp_path_factory.mktemp("package"), "amd64", "arm64")


@pytest.fixture(scope="module")
def clean_root(packages, tmp_path_factory):
    """A clean Debian in which the package was installed twice and `kiosk doctor` was asked."""
    folder = tmp_path_factory.mktemp("clean")
    environment = {**os.environ, "FOLDER": str(folder), "PACKAGE": str(packages["amd64"])}
    done = subprocess.run(
        [DEPLOY / "try-in-clean-root.sh", "kiosk", SUITE], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder / "root"


@pytest.fixture(scope="module")
def installed(clean_root, short_folder, board, settings):
    """The clean Debian, booted; what of the simulator is needed stands where Debian would put the pins' library."""

    class Installed(Container):
        lower = clean_root
        target = "multi-user.target"

        def binds(self):
            modules = "/usr/lib/python3/dist-packages"
            return {f"{modules}/{name}": ROOT / "sim_hw" / "standins" / name for name in ("RPi", "picamera2")}

        def dress(self):
            socket = "[Service]\nEnvironment=SIM_HW_PINS=/srv/bench/pins.sock\n"
            self.put("etc/systemd/system/kiosk.service.d/bench.conf", socket)
            self.own_settings()

    container = Installed(short_folder / "installed", short_folder / "bench", settings)
    try:
        container.start()
        yield container
    finally:
        container.stop()


def test_the_package_is_the_same_bytes_when_it_is_built_again(packages, tmp_path):
    again = build(tmp_path, "amd64")
    assert digest(again["amd64"]) == digest(packages["amd64"])


def test_the_package_for_the_pi_holds_no_code_for_another_processor(packages, tmp_path):
    subprocess.run(["dpkg-deb", "--extract", packages["arm64"], tmp_path], check=True)
    libraries = [path for path in tmp_path.rglob("*.so*") if path.is_file()]
    assert len(libraries) > 50
    machines = {path.name: path.read_bytes()[18:20].hex() for path in libraries}
    assert set(machines.values()) == {"b700"}  # EM_AARCH64


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_lintian_finds_no_error(packages, architecture):
    command = ["lintian", "--allow-root", "--fail-on", "error", packages[architecture]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, [line for line in done.stdout.splitlines() if line.startswith("E:")]


def test_the_installed_kiosk_stays_active_for_a_minute_without_a_restart(installed):
    installed.systemctl("enable", "--now", "kiosk.service")
    installed.until(lambda: installed.show("ActiveState") == "active", "the kiosk did not become active", 60.0)
    pid = installed.show("MainPID")
    time.sleep(STANDS_S)
    assert (installed.show("ActiveState"), installed.show("MainPID"), installed.show("NRestarts")) == (
        "active",
        pid,
        "0",
    )


def test_nothing_else_in_the_system_failed(installed):
    assert installed.systemctl("list-units", "--failed", "--plain", "--no-legend") == ""
