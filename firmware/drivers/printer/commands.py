"""The bytes that the driver itself sends: status, completion, clearing, cut. Pure.

Source: DEVICES, "Thermal printer". Not responsible for image bands (`app/clerk/raster.py`) or for the answers
(`replies.py`).
"""

from __future__ import annotations

import secrets

INITIALIZE = bytes.fromhex("1b 40")
AUTOMATIC_STATUS_ON = bytes.fromhex("1d 61 ff")
RECOVER_CLEARING = bytes.fromhex("10 05 02")
CLEAR_BUFFER = bytes.fromhex("10 14 08 01 03 14 01 06 02 08")
FULL_STATUS_REQUEST = bytes.fromhex("10 04 14")
FULL_STATUS_ON = bytes.fromhex("1d e0 0f")
READ_CUTS = bytes.fromhex("1d e2")
END_OF_HEADER = bytes(16)
MAX_BAND_ROWS = 256


def status_request(number: int) -> bytes:
    """Real-time status 1 (printer), 2 (offline), 3 (error) or 4 (paper)."""
    return bytes((0x10, 0x04, number))


def completion_request(process_id: bytes) -> bytes:
    """Ask for `process_id` (4 characters) to be sent back when everything before has been printed."""
    return bytes.fromhex("1d 28 48 06 00 30 30") + process_id


def new_process_id() -> bytes:
    """Four hexadecimal characters, never the last ones: a late answer to an earlier job is not this job's."""
    return secrets.token_hex(2).encode()


def padding(head_dots: int) -> bytes:
    """White dots enough to end the largest band a torn job may have begun; at a command's place they mean nothing."""
    return bytes(MAX_BAND_ROWS * head_dots // 8)
