"""The kiosk's own computer: the firmware's processes, started and killed as mains power does.

The firmware is run unchanged, with the stand-ins of the two libraries that have no lower seam first on the path.
Not responsible for the hardware around it (`world.py`).
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim_hw.pins.light import PIN as LIGHT_PIN
from sim_hw.process import Child

if TYPE_CHECKING:
    from collections.abc import Mapping

Sections = dict[str, dict[str, Any]]
REPOSITORY = Path(__file__).resolve().parents[1]
OPERATOR = "lawson"
NEAR_END_MM = 2_900  # the simulated printer says "near end" below 3 m
STANDINS = Path(__file__).resolve().parent / "standins"
# [x, y, width, height] of the kiosk's screen, tray and PIN pad in the scene's picture of 640 x 360 (`scene.py`).
CAMERA_MASKS = [[424, 106, 112, 84], [432, 214, 96, 28], [446, 246, 36, 24]]


class Machine:
    """The firmware with the configuration file `config`."""

    def __init__(self, config: Path, pin_socket: Path, card_socket: Path, log: Path) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(STANDINS), str(REPOSITORY), *_own_path()]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "SIM_HW_PINS": str(pin_socket),
            "PCSCLITE_CSOCK_NAME": str(card_socket),
        }
        command = [sys.executable, "-m", "firmware", "run", "--config", str(config)]
        self._child = Child("the firmware", command, log, environment=environment)

    @property
    def pid(self) -> int:
        """Process id of the kiosk process, 0 when it does not run."""
        return self._child.pid

    async def start(self) -> None:
        """Start the kiosk process, which starts the others."""
        await self._child.start()

    async def stop(self) -> None:
        """Shut down in order (SIGTERM), then make sure."""
        await self._child.stop()

    async def kill(self) -> None:
        """Kill all its processes at once."""
        await self._child.kill()

    async def ended(self) -> int:
        """Wait for the end of the kiosk process; returns its exit status."""
        return await self._child.finished()

    def fail_if_ended(self) -> None:
        """Raise `ProcessFailed` with the end of its log when it runs no more."""
        self._child.fail_if_ended()


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where the kiosk finds what is around it: ports of loopback, whom film is encrypted to, the office's key."""

    hub: int
    broker: int
    printer: int
    screen: int
    head_dots: int
    recipient: str
    office_key: str
    printer_model: str = "generic-escpos"


def write_config(path: Path, hub_data: Path, wiring: Wiring, more: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the kiosk.toml of a simulated kiosk; `more` adds keys to its sections, or replaces them."""
    kiosk = hub_data / "kiosks" / "kiosk-0001"
    keys: Sections = {
        "kiosk": {"id": "kiosk-0001", "operator": OPERATOR, "state_dir": str(path.parent / "state")},
        "hub": {
            "url": f"https://127.0.0.1:{wiring.hub}",
            "ca": str(kiosk / "tls-ca.pem"),
            "root_key": str(kiosk / "root.pub.pem"),
            "kiosk_certificate": str(kiosk / "kiosk.pem"),
            "kiosk_key": str(kiosk / "kiosk.key"),
            "clerk_certificate": str(kiosk / "clerk.pem"),
            "clerk_key": str(kiosk / "clerk.key"),
        },
        "mqtt": {
            "host": "127.0.0.1",
            "port": wiring.broker,
            "ca": str(kiosk / "tls-ca.pem"),
            "certificate": str(kiosk / "kiosk.pem"),
            "key": str(kiosk / "kiosk.key"),
        },
        "printer": _printer(wiring),
        "buzzer": {"light_pin": LIGHT_PIN},
        # A busy machine may stop a process for a tenth of a second, which makes a pulse longer than it is on copper.
        "coin_acceptor": {"pulse_max_ms": 200},
        "camera": {"recipient": wiring.recipient, "masks": CAMERA_MASKS},
        "screen": {"port": wiring.screen},
        "clerk": {"sandbox": "available"},  # the bench runs on any kernel
        "operators": {"keys": [f"office {wiring.office_key}"]},
    }
    for section, values in more.items():
        keys[section] = {**keys.get(section, {}), **values}
    lines: list[str] = []
    for section, values in keys.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")


def _printer(wiring: Wiring) -> dict[str, object]:
    where = {"transport": "tcp", "host": "127.0.0.1", "port": wiring.printer}
    return {**where, "model": wiring.printer_model, "head_dots": wiring.head_dots, "near_end_mm": NEAR_END_MM}


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str | Path) else str(value)


def _own_path() -> list[str]:
    """Return the folders that this process was started with, as every child of the bench has them."""
    return [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
