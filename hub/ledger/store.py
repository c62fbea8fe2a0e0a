"""Opening the centre's records for a command that runs beside a serving hub. Not responsible for what is in them."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from hub.centre.records import open_records, place_of_records


@contextmanager
def centre_records(data: Path) -> Generator[Engine]:
    """Open them, and close them again; raises ValueError with the remedy when there are none."""
    engine = open_records(require_records(data))
    try:
        yield engine
    finally:
        engine.dispose()


def require_records(data: Path) -> Path | str:
    """Return where they are; raises ValueError with the remedy when there are none."""
    place = place_of_records(data)
    if isinstance(place, Path) and not place.is_file():
        raise ValueError(f"{place} is missing: run `python -m hub init --data {data}` first")
    return place
