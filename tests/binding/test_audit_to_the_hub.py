"""The kiosk's audit log reaches the real hub over its own connection, and the hub's command tells that it is whole."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from real_hub import ROOT, Hub

from firmware.app.hub_client import HubError
from firmware.app.kiosk.audit import AuditLog
from firmware.app.kiosk.audit_export import AuditExport
from firmware.app.kiosk.audit_signature import signer
from firmware.app.kiosk.hub import KioskHub


def test_a_log_is_told_to_the_hub_and_a_forked_one_is_found(hub: Hub, tmp_path: Path) -> None:
    logs = [AuditLog(tmp_path / name, "kiosk-0001", signer(key_of(hub))) for name in ("one", "another")]
    for number in range(150):
        logs[0].note("order", state="paid", transaction_id=f"{number:032x}", document_id=f"{number:032x}", fee_yen=250)
    asyncio.run(tell(hub, logs[0]))
    said, status = audit(hub)
    assert (status, f"whole: {logs[0]._number} lines" in said) == (0, True), said
    asyncio.run(tell(hub, logs[1]))
    said, status = audit(hub)
    assert (status, "cut off, changed or replaced" in said) == (1, True), said
    for log in logs:
        log.close()


def key_of(hub: Hub) -> Path:
    return hub.data / "kiosks" / "kiosk-0001" / "kiosk.key"


async def tell(hub: Hub, log: AuditLog) -> None:
    client = hub.client("kiosk")
    book = KioskHub(client)
    export = AuditExport(log, book, (HubError,))
    task = asyncio.create_task(export.run())
    export.wake()
    async with asyncio.timeout(60):
        while (await book.audit_standing())[1] != log._hash.hex():
            assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    client.close()


def audit(hub: Hub) -> tuple[str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "audit", "--data", str(hub.data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr, done.returncode
