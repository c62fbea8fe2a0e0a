"""The clock as a value that is handed in, so that tests can move it; always aware, always UTC."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)


def rfc3339(moment: datetime) -> str:
    """Write a time the way the protocol does: `2026-04-01T00:00:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
