"""The outbox: events on the disk until a subscriber has them. One SQLite file in the state directory.

Events come in two ways: handed over (`turn`), or read from the journal and the record of alarms, whose lines are on the
disk before anything else: each line becomes one event, in one transaction with the place up to which was read, so that
no line is left out or told twice, whenever the process is killed. All calls block: call them off the loop. Also keeps
the nonces of commands, so that none is carried out twice. Not responsible for sending (`deliveries.py`).
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.app.kiosk.lines import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from firmware.app.kiosk.lines import Body

FILE = "outbox.sqlite"
MOST_WAITING = 100_000  # about a month of a busy kiosk; then the oldest go
MOST_BYTES = 8_000  # of one event: the broker takes packets of 16,384
_TABLES = """
CREATE TABLE IF NOT EXISTS event (number INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, payload TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS place (source TEXT PRIMARY KEY, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, expires_at INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Fresh:
    """An event that is not on the disk yet: `event/<type>` and its JSON."""

    type: str
    payload: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event on the disk."""

    number: int
    type: str
    payload: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file of lines (`lines.py`) that is told line by line; `event_of` may raise `ValueError` or `KeyError`."""

    name: str
    path: Path
    event_of: Callable[[Body], Fresh]


class Outbox:
    """The open file. Raises `sqlite3.Error` and `OSError`; a file that is no database is moved aside.

    What the sources held before the first start is not told.
    """

    def __init__(self, path: Path, sources: Sequence[Source] = ()) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._file = _opened(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # the disk, or somebody else has it open
                raise
            for each in (path, *path.parent.glob(f"{path.name}-*")):
                each.replace(each.with_name(f"damaged-{each.name}"))
            self._file = _opened(path)
        self._lock = threading.Lock()
        self._sources = sources
        self.waiting = int(self._file.execute("SELECT count(*) FROM event").fetchone()[0])
        self.dropped = 0
        self._places: dict[str, int] = dict(self._file.execute("SELECT source, bytes FROM place").fetchall())
        for source in sources:
            size = source.path.stat().st_size if source.path.exists() else 0
            if self._places.get(source.name, size) >= size:  # never read, or another file since
                self._file.execute("REPLACE INTO place VALUES (?, ?)", (source.name, size))
                self._places[source.name] = size

    def turn(
        self, fresh: Sequence[Fresh], delivered: Collection[int], handed: Collection[int], room: int
    ) -> list[Waiting]:
        """Take what is new, let go of what was delivered; returns the oldest `room` events that are not `handed` out.

        Everything is on the disk when this returns.
        """
        with self._lock:
            before = self.waiting
            self._file.execute("BEGIN IMMEDIATE")
            try:
                places = self._follow()
                self._add(fresh)
                self._file.executemany("DELETE FROM event WHERE number = ?", [(number,) for number in delivered])
                self.waiting -= len(delivered)
                self._limit()
                self._file.execute("COMMIT")
            except BaseException:
                self._file.execute("ROLLBACK")
                self.waiting = before
                raise
            self._places |= places
            if room <= 0:
                return []
            rows = self._file.execute("SELECT * FROM event ORDER BY number LIMIT ?", (room + len(handed),))
            return [Waiting(*row) for row in rows if row[0] not in handed][:room]

    def remember(self, nonce: str, expires_at: int, now_s: float) -> bool:
        """Note a nonce for as long as it could be used; False if it was used before."""
        with self._lock:
            self._file.execute("DELETE FROM nonce WHERE expires_at < ?", (int(now_s),))
            return self._file.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (nonce, expires_at)).rowcount == 1

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def _add(self, fresh: Sequence[Fresh]) -> None:
        rows = [(event.type, event.payload) for event in fresh if len(event.payload) <= MOST_BYTES]
        self._file.executemany("INSERT INTO event (type, payload) VALUES (?, ?)", rows)
        self.waiting += len(rows)
        self.dropped += len(fresh) - len(rows)

    def _follow(self) -> dict[str, int]:
        """Turn new whole lines of the sources into events; returns how far was read."""
        places: dict[str, int] = {}
        for source in self._sources:
            place = self._places[source.name]
            content = _after(source.path, place)
            whole = content.rfind(b"\n") + 1
            if not whole:
                continue
            found: list[Fresh] = []
            for line in content[:whole].splitlines(keepends=True):
                try:
                    found.append(source.event_of(decode(line)))
                except (ValueError, KeyError):
                    self.dropped += 1  # a damaged line: the owner of the file refuses it, too
            self._add(found)
            places[source.name] = place + whole
            self._file.execute("REPLACE INTO place VALUES (?, ?)", (source.name, place + whole))
        return places

    def _limit(self) -> None:
        excess = self.waiting - MOST_WAITING
        if excess > 0:
            self._file.execute(
                "DELETE FROM event WHERE number IN (SELECT number FROM event ORDER BY number LIMIT ?)", (excess,)
            )
            self.waiting -= excess
            self.dropped += excess


def _opened(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = FULL")
        file.executescript(_TABLES)
    except BaseException:
        file.close()
        raise
    return file


def _after(path: Path, place: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(place)
            return file.read()
    except FileNotFoundError:
        return b""
