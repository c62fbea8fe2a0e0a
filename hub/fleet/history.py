"""What happened in the fleet: events of kiosks, once each, and who acknowledged which alarm. DIR/fleet.sqlite.

Not responsible for what is so now (`register.py`).
"""

import json
import sqlite3
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS event (event_id TEXT PRIMARY KEY, kiosk_id TEXT NOT NULL, type TEXT NOT NULL,
    at TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS of_kiosk ON event (kiosk_id, at);
CREATE TABLE IF NOT EXISTS acknowledged (alarm_id TEXT PRIMARY KEY, person TEXT NOT NULL, at TEXT NOT NULL);
"""


class History:
    """The open file."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.executescript(_TABLES)

    def keep(self, kiosk_id: str, kind: str, body: dict[str, Any]) -> bool:
        """Keep an event; False when it is known already, or has no id."""
        event_id, at = body.get("event_id"), body.get("time")
        if not isinstance(event_id, str) or not isinstance(at, str):
            return False
        row = (event_id, kiosk_id, kind, at, json.dumps(body))
        return self._file.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?)", row).rowcount == 1

    def of(self, kiosk_id: str, most: int = 100) -> list[dict[str, Any]]:
        """Return a kiosk's newest events."""
        wanted = "SELECT type, body FROM event WHERE kiosk_id = ? ORDER BY at DESC, rowid DESC LIMIT ?"
        return [{"type": kind, **json.loads(body)} for kind, body in self._file.execute(wanted, (kiosk_id, most))]

    def acknowledge(self, alarm_id: str, person: str, at: str) -> None:
        """Note that somebody sees to an alarm; the first one stays."""
        self._file.execute("INSERT OR IGNORE INTO acknowledged VALUES (?, ?, ?)", (alarm_id, person, at))

    def acknowledged(self, alarm_id: str) -> dict[str, str] | None:
        """Return who saw to an alarm, and since when."""
        row = self._file.execute("SELECT person, at FROM acknowledged WHERE alarm_id = ?", (alarm_id,)).fetchone()
        return {"person": row[0], "at": row[1]} if row else None

    def close(self) -> None:
        """Close the file."""
        self._file.close()
