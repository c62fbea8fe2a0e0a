"""Which certificates kiosks and clerks have had, and which of them are revoked: a table of DIR/enrolment.sqlite.

Certificates that `python -m hub init` made are not in it: they lie in DIR/kiosks. Not responsible for signing
(`signing.py`) nor for telling others (`revocation.py`).
"""

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from hub.clock import Clock
from hub.enrolment.records import enrolment_records

_TABLE = """CREATE TABLE IF NOT EXISTS certificates (
    serial TEXT PRIMARY KEY, kiosk_id TEXT NOT NULL, ends_at_s INTEGER NOT NULL, revoked_at_s INTEGER)"""


class Register:
    """The certificates in DIR/enrolment.sqlite."""

    def __init__(self, data: Path, clock: Clock) -> None:
        self._data = data
        self._clock = clock

    def add(self, kiosk_id: str, *certificates_pem: str) -> None:
        """Enter certificates of a kiosk or its clerk; one that is there is left as it is."""
        rows: list[tuple[str, str, int]] = []
        for pem in certificates_pem:
            certificate = x509.load_pem_x509_certificate(pem.encode())
            rows.append((f"{certificate.serial_number:x}", kiosk_id, int(certificate.not_valid_after_utc.timestamp())))
        with enrolment_records(self._data, _TABLE) as records:
            records.executemany(
                "INSERT OR IGNORE INTO certificates (serial, kiosk_id, ends_at_s) VALUES (?, ?, ?)", rows
            )

    def revoke(self, kiosk_id: str) -> int:
        """Revoke all that this kiosk and its clerk have now; returns how many. ValueError when none is known."""
        self.add(kiosk_id, *(path.read_text(encoding="ascii") for path in self._made_here(kiosk_id)))
        with enrolment_records(self._data, _TABLE) as records:
            known = records.execute("SELECT count(*) FROM certificates WHERE kiosk_id = ?", (kiosk_id,)).fetchone()[0]
            if not known:
                raise ValueError(f"no certificate of `{kiosk_id}` was issued here; check the id")
            done = records.execute(
                "UPDATE certificates SET revoked_at_s = ? WHERE kiosk_id = ? AND revoked_at_s IS NULL",
                (int(self._clock().timestamp()), kiosk_id),
            )
            return done.rowcount

    def is_revoked(self, serial: int) -> bool:
        """Tell whether this certificate is revoked."""
        with enrolment_records(self._data, _TABLE) as records:
            row = records.execute("SELECT revoked_at_s FROM certificates WHERE serial = ?", (f"{serial:x}",)).fetchone()
        return row is not None and row[0] is not None

    def revoked(self) -> list[tuple[int, datetime]]:
        """Return serial and moment of each revoked certificate that has not ended by itself."""
        with enrolment_records(self._data, _TABLE) as records:
            rows = records.execute(
                "SELECT serial, revoked_at_s FROM certificates WHERE revoked_at_s IS NOT NULL AND ends_at_s > ?",
                (int(self._clock().timestamp()),),
            ).fetchall()
        return [(int(serial, 16), datetime.fromtimestamp(at_s, UTC)) for serial, at_s in rows]

    def _made_here(self, kiosk_id: str) -> list[Path]:
        folder = self._data / "kiosks" / kiosk_id
        return [path for name in ("kiosk.pem", "clerk.pem") if (path := folder / name).exists()]
