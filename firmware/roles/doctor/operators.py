"""The keys of those who may clear alarms: there, and keys that a signature can be checked with.

Not responsible for their form, which the configuration checks, nor for the private keys, which belong elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from firmware.app.base64url import bytes_of, text_of
from firmware.app.kiosk.clear_command import key_id
from firmware.roles.doctor.finding import Finding, fail, ok, warn

if TYPE_CHECKING:
    from firmware.config import Operators

ANEW = "make it anew with kiosk operator-key, and copy the whole line"


async def check(operators: Operators) -> Finding:
    """Look at each key."""
    found: list[str] = []
    for name, key in operators.by_name.items():
        raw = bytes_of(key)
        if text_of(raw) != key or not any(raw):
            return fail(f"operators.keys: the key of {name} is none: it was cut or changed in copying", ANEW)
        Ed25519PublicKey.from_public_bytes(raw)
        found.append(f"{name} ({key_id(raw)})")
    if not found:
        return warn(
            "operators.keys is empty: an alarm can be ended only by taking the thing away",
            "kiosk operator-key --out FILE --name NAME, then put its line into operators.keys",
        )
    return ok(", ".join(found))
