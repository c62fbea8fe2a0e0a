"""Orders in the firmware's own journal, on the state partition: ledger.py write|check   For cuts of the power.

`write` tells each order's number on a serial port of its own once the journal has it (it waits for the disk).
`check` opens the journal as a start does, and prints how many orders it has; a number that is missing before the last
one, or a damaged journal, is an error.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from firmware.app.kiosk.journal import Entry, Journal, entries_of
from firmware.app.kiosk.orders import Order, OrderState
from firmware.app.messages import Id

FOLDER = Path("/state/bench-ledger")
PORT = Path("/dev/virtio-ports/orders")
PAUSE_S = 0.2  # an order is not more often than this, and the update wants the disk, too


def order(number: int) -> Order:
    """Return the order of this number."""
    return Order(Id(f"{number:032x}"), Id(f"{number:032x}"), 250)


def write() -> None:
    """Go on where the journal ends, until the power is cut."""
    journal = Journal(FOLDER / "journal")
    number = len(entries_of(FOLDER / "journal"))
    with PORT.open("wb", buffering=0) as port:
        while True:
            number += 1
            journal.append(Entry(order(number), OrderState.TAKEN, time.time()))
            port.write(f"{number}\n".encode())
            time.sleep(PAUSE_S)


def check() -> None:
    """Print how many orders are there."""
    Journal(FOLDER / "journal").close()
    found = [entry.order for entry in entries_of(FOLDER / "journal")]
    assert found == [order(number) for number in range(1, len(found) + 1)], "orders are missing"
    print(len(found))


FOLDER.mkdir(exist_ok=True)
{"write": write, "check": check}[sys.argv[1]]()
