"""Things left behind, from the kiosks' own records (`state_dir/incidents`): how each ended, what went to the police.

The review is given copies of the files. A line whose checksum is wrong is an error, except a torn last one. Not
responsible for the signatures of clearances: `kiosk incidents show` checks them. Format: `docs/reference/alarms.md`.
"""

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hub.ledger.posting import tokyo_day

POLICE = "hand-over-police"
_OVER = frozenset({"gone", "lost_sight"})


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that was left behind at a kiosk; `reason`, `operator` and `note` are those of its clearance, if any."""

    kiosk_id: str
    thing: str
    day: date
    document_id: str | None
    over: bool
    reason: str | None
    operator: str | None
    note: str | None


def read_incidents(files: Mapping[str, Path], first: date, after: date) -> list[Incident]:
    """Read each kiosk's file (kiosk id -> file); those that began from `first` up to `after`. Raises ValueError."""
    found = [it for kiosk_id, path in files.items() for it in _of_file(kiosk_id, path)]
    return sorted((it for it in found if first <= it.day < after), key=lambda it: it.day)


def told(incidents: Sequence[Incident]) -> dict[str, Any]:
    """Tell them as the review does."""
    return {
        "left": dict(Counter(it.thing for it in incidents)),
        "cleared": dict(Counter(it.reason for it in incidents if it.reason is not None)),
        "not_over": sum(not it.over and it.reason is None for it in incidents),
        "to_police": [
            {
                "day": it.day.isoformat(),
                "kiosk_id": it.kiosk_id,
                "document_id": it.document_id,
                "to": it.note,
                "by": it.operator,
            }
            for it in incidents
            if it.reason == POLICE
        ],
    }


def _of_file(kiosk_id: str, path: Path) -> list[Incident]:
    known: dict[str, list[dict[str, Any]]] = {}
    lines = path.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        try:
            body = _body(line)
            known.setdefault(body["alarm_id"], []).append(body)
        except (ValueError, KeyError) as error:
            if number == len(lines):
                break  # torn by a power cut
            raise ValueError(f"{path}: line {number} is damaged; take a new copy from {kiosk_id}") from error
    return [_incident(kiosk_id, bodies) for bodies in known.values()]


def _body(line: bytes) -> dict[str, Any]:
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or int(checksum, 16) != zlib.crc32(text):
        raise ValueError("checksum")
    return json.loads(text)


def _incident(kiosk_id: str, bodies: Sequence[Mapping[str, Any]]) -> Incident:
    none: dict[str, Any] = {}
    clearance: Mapping[str, Any] = next((it["clearance"] for it in bodies if it.get("clearance")), none)
    return Incident(
        kiosk_id=kiosk_id,
        thing=str(bodies[0]["thing"]),
        day=tokyo_day(int(bodies[0]["at_s"])),
        document_id=next((it["document_id"] for it in bodies if it.get("document_id")), None),
        over=any(it["noted"] in _OVER for it in bodies),
        reason=clearance.get("reason"),
        operator=clearance.get("operator"),
        note=clearance.get("note"),
    )
