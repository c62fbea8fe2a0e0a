"""Tokens with which a kiosk is provisioned: each is for one kiosk, once, for a day. Only their digests are kept.

A token is `KIOSK.SECRET.FINGERPRINT`: the last part is the SHA-256 of the authority's certificate, so that the kiosk
knows the hub before it says a word. Not responsible for certificates (`signing.py`). See provisioning.md of the docs.
"""

import hashlib
import secrets
from pathlib import Path

from hub.clock import Clock
from hub.enrolment.records import enrolment_records
from hub.setup.tls import KIOSK_ID

SECRET_BYTES = 20
VALID_S = 24 * 3600
_TABLE = """CREATE TABLE IF NOT EXISTS tokens (
    digest TEXT PRIMARY KEY, kiosk_id TEXT NOT NULL, expires_at_s INTEGER NOT NULL, used_at_s INTEGER)"""


class Tokens:
    """The tokens in DIR/enrolment.sqlite."""

    def __init__(self, data: Path, fingerprint: str, clock: Clock) -> None:
        self._data = data
        self._fingerprint = fingerprint
        self._clock = clock

    def make(self, kiosk_id: str) -> str:
        """Return a new token for this kiosk; ValueError for a bad id."""
        if not KIOSK_ID.fullmatch(kiosk_id):
            raise ValueError(f"`{kiosk_id}` is no kiosk id; use kiosk- and four to six digits, like kiosk-0001")
        token = f"{kiosk_id}.{secrets.token_hex(SECRET_BYTES)}.{self._fingerprint}"
        row = (_digest(token), kiosk_id, self._now_s() + VALID_S)
        with enrolment_records(self._data, _TABLE) as records:
            records.execute("INSERT INTO tokens (digest, kiosk_id, expires_at_s) VALUES (?, ?, ?)", row)
        return token

    def spend(self, token: str) -> str | None:
        """Use a token up; returns its kiosk, or None if it is unknown, used or too old."""
        now_s = self._now_s()
        with enrolment_records(self._data, _TABLE) as records:
            found = records.execute(
                "UPDATE tokens SET used_at_s = ? WHERE digest = ? AND used_at_s IS NULL AND expires_at_s > ?"
                " RETURNING kiosk_id",
                (now_s, _digest(token), now_s),
            ).fetchone()
        return found[0] if found else None

    def _now_s(self) -> int:
        return int(self._clock().timestamp())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
