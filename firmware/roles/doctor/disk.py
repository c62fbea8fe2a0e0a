"""The state directory: there, writable down to the disk, with room, and a journal that a kiosk could start with.

Not responsible for the journal's rules (`app/kiosk/journal.py`). That one repairs its file when it opens it, so it is
given a copy.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from firmware.app.kiosk.journal import Journal, JournalError
from firmware.drivers.worker import Worker
from firmware.roles.doctor.finding import LIMIT_S, Finding, fail, ok

FREE_BYTES_MIN = 100_000_000
_MEGABYTE = 1_000_000


async def check(state_dir: Path) -> Finding:
    """Look at the directory, in a thread: a broken disk blocks."""
    worker = Worker("disk")
    try:
        return await worker.call(lambda: _look(state_dir), LIMIT_S)
    finally:
        worker.end_with(lambda: None)


def _look(state_dir: Path) -> Finding:
    if not state_dir.is_dir():
        return fail(f"{state_dir} is no directory", f"install -d -m 700 -o kiosk {state_dir}, or set kiosk.state_dir")
    try:
        _write(state_dir)
    except OSError as error:
        return fail(f"{state_dir}: {error.strerror}", "give it to the user that runs the kiosk; check disk and mount")
    free = shutil.disk_usage(state_dir).free
    if free < FREE_BYTES_MIN:
        return fail(f"{state_dir}: {free // _MEGABYTE} MB free", f"free {FREE_BYTES_MIN // _MEGABYTE} MB on its disk")
    try:
        orders = _open_orders(state_dir / "journal")
    except JournalError as error:
        return fail(str(error), "keep a copy for the office, compare its orders with the hub's, then move it away")
    return ok(f"{state_dir}, {free // _MEGABYTE} MB free, open orders: {orders}")


def _write(state_dir: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=state_dir, prefix=".doctor-") as file:
        file.write(b"doctor")
        file.flush()
        os.fsync(file.fileno())


def _open_orders(path: Path) -> int:
    """Count them in a copy of the journal; `JournalError` names the real one. Raises `OSError`, too."""
    if not path.exists():
        return 0
    with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
        copy = Path(folder) / "journal"
        copy.write_bytes(path.read_bytes())
        try:
            journal = Journal(copy)
        except JournalError as error:
            raise JournalError(str(error).partition(". ")[0].replace(str(copy), str(path))) from error
        orders = len(journal.open_orders())
        journal.close()
    return orders
