"""Runs the phases under OpenHTF and writes the signed record. Imports OpenHTF, which reads the command line at once.

Not responsible for the command line (`__main__.py`) nor for the phases (`phases.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openhtf as htf
from openhtf.output.callbacks import console_summary
from openhtf.util import data

from firmware import __version__
from hil_tests.factory import record
from hil_tests.factory.devices import Devices
from hil_tests.factory.phases import phases

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hil_tests.factory.hands import Hands


def run(devices: Devices, hands: Hands, citizen: str, serial: str, *, key: Ed25519PrivateKey, out: Path) -> bool:
    """Test a kiosk with this serial number; writes the signed record to `out` and returns whether it passed."""
    about = {"test_name": "kiosk factory test", "kiosk_id": devices.config.kiosk.id, "firmware": __version__}
    test = htf.Test(*phases(devices, hands, citizen), **about)
    kept: list[dict[str, Any]] = []
    test.add_output_callbacks(lambda found: kept.append(data.convert_to_base_types(found)))
    test.add_output_callbacks(console_summary.ConsoleSummary())
    passed = test.execute(test_start=lambda: serial)
    out.write_text(record.sign(kept[0], key), encoding="utf-8")
    return bool(passed)
