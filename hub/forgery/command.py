"""`python -m hub detect`: a scan judged with the centre's key, and what the centre's book says about the document."""

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from hub.centre.records import Order, open_records, place_of_records
from hub.forgery.detect import UnusableScan, detected, read_scan
from hub.forgery.key import load_background_key


def detect(data: Path, scan: Path, dpi: int | None = None) -> dict[str, Any]:
    """Judge the picture; returns the JSON of `docs/reference/background.md`, "Detection". Raises KeysError, OSError.

    A picture that cannot be used has the verdict `unreadable` and a `reason`.
    """
    key = load_background_key(data / "pki")
    try:
        grey, resolutions = read_scan(scan, dpi)
    except UnusableScan as error:
        return {"verdict": "unreadable", "reason": str(error)}
    told = detected(grey, resolutions, key).told()
    state = _state(data, told["document_id"])
    return {**told, "issued": state is not None, "state": state}


def _state(data: Path, document_id: str | None) -> str | None:
    if document_id is None:
        return None
    engine = open_records(place_of_records(data))
    try:
        with Session(engine) as session:
            order = session.get(Order, document_id)
            return None if order is None else order.state
    finally:
        engine.dispose()
