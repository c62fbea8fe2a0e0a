"""Each import rule of pyproject.toml is kept by this checkout, and broken by the import that it is there to stop."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = "firmware, hub and sim_hw share formats, never code"
LAYERS = "firmware is layered, and app and drivers do not know each other"
PROCESSES = "the processes of the firmware do not know each other's code"
VENDORS = "a vendor's library is imported by one driver"
PURE = "the machines are pure"


@pytest.fixture
def checkout(tmp_path):
    """A copy of what the rules are about."""
    for name in ("firmware", "hub", "sim_hw", "tests/tooling"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.js", "*.css"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(checkout: Path) -> tuple[int, str]:
    """Run import-linter there."""
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=checkout, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_this_checkout_keeps_every_rule(checkout):
    code, text = lint(checkout)
    assert (code, "0 broken" in text) == (0, True), text


@pytest.mark.parametrize(
    ("module", "line", "rule"),
    [
        ("firmware/app/link.py", "import hub.cose", SHARED),
        ("hub/cose.py", "import firmware.devices", SHARED),
        ("sim_hw/card/apdu.py", "import firmware.devices", SHARED),
        ("sim_hw/card/apdu.py", "import hub.cose", SHARED),
        ("firmware/app/link.py", "import firmware.drivers.card_reader", LAYERS),
        ("firmware/drivers/card_reader.py", "import firmware.app.link", LAYERS),
        ("firmware/config.py", "import firmware.app.link", LAYERS),
        ("firmware/devices.py", "import firmware.config", LAYERS),
        ("firmware/app/clerk/jpki.py", "import firmware.app.kiosk.state", PROCESSES),
        ("firmware/app/kiosk/machine.py", "import firmware.app.clerk.jpki", PROCESSES),
        ("firmware/app/link.py", "import paho.mqtt.client", VENDORS),
        ("firmware/app/link.py", "import smartcard.scard", VENDORS),
        ("firmware/drivers/screen.py", "from smartcard import scard", VENDORS),
        ("sim_hw/card/apdu.py", "import escpos.printer", VENDORS),
        ("hub/cose.py", "import RPi.GPIO", VENDORS),
        ("firmware/app/link.py", "import picamera2", VENDORS),
        ("firmware/app/kiosk/machine.py", "import time", PURE),
        ("firmware/app/kiosk/machine.py", "import firmware.app.link", PURE),
        ("firmware/app/kiosk/state.py", "import asyncio", PURE),
        ("firmware/devices.py", "import random", PURE),
    ],
)
def test_the_import_breaks_the_rule(checkout, module, line, rule):
    path = checkout / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    code, text = lint(checkout)
    assert code == 1, text
    assert f"{rule} BROKEN" in " ".join(text.split())


def test_a_new_file_at_the_top_of_the_firmware_needs_a_layer(checkout):
    (checkout / "firmware" / "newcomer.py").write_text('"""New."""\n')
    code, text = lint(checkout)
    assert (code, "newcomer" in text) == (1, True)
