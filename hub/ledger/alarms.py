"""Alarms and faults of kiosks, read from the monitoring's MQTT messages and kept for the yearly review.

Input: lines `<unix time> <topic> <payload>`, as `mosquitto_sub -F '%U %t %p'` prints them for `kiosk/v1/+/alarm/+` and
`kiosk/v1/+/state`. Topics: `docs/reference/mqtt.md`. Not responsible for the connection to the broker.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from hub.ledger.records import KioskAlarm

_LINE = re.compile(
    r"(?P<at>[0-9]{9,11})(?:\.[0-9]+)? kiosk/v1/(?P<kiosk>kiosk-[0-9]{4,6})/(?P<rest>\S+) ?(?P<payload>.*)"
)
_NO_FAULT = frozenset({"starting", "closed"})  # out of service, but nothing is broken
_CODE = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a message says: the `codes` that are on; `only` when it speaks of one code alone."""

    kiosk_id: str
    at_s: int
    kind: str
    codes: frozenset[str]
    only: str | None


def keep_alarms(engine: Engine, lines: Iterable[str]) -> tuple[int, int]:
    """Keep what begins and ends, line by line as they come; returns how many alarms and faults began, and odd lines.

    A message told twice, as after each connect, begins nothing twice.
    """
    began = odd = 0
    for line in lines:
        told = _told(line.strip())
        if told is None:
            odd += bool(line.strip())
            continue
        with Session(engine) as session, session.begin():
            began += _set(session, told)
    return began, odd


def _told(line: str) -> _Told | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    kiosk_id, at_s, rest, payload = match["kiosk"], int(match["at"]), match["rest"], match["payload"]
    topic, _, code = rest.partition("/")
    if topic == "alarm" and _CODE.fullmatch(code):
        return _Told(kiosk_id, at_s, "alarm", frozenset({code} if payload else ()), code)
    if topic != "state" or code:
        return None
    try:
        reasons = json.loads(payload)["reasons"]
        on = frozenset(str(it) for it in reasons if it not in _NO_FAULT)
    except (ValueError, KeyError, TypeError):
        return None
    return _Told(kiosk_id, at_s, "fault", on, None) if all(_CODE.fullmatch(it) for it in on) else None


def _set(session: Session, told: _Told) -> int:
    wanted = select(KioskAlarm).where(
        KioskAlarm.kiosk_id == told.kiosk_id, KioskAlarm.kind == told.kind, KioskAlarm.ended_at_s.is_(None)
    )
    lasting = {it.code: it for it in session.scalars(wanted)}
    for code, row in lasting.items():
        if code not in told.codes and told.only in (None, code):
            row.ended_at_s = max(told.at_s, row.began_at_s)
    new = told.codes - set(lasting)
    session.add_all(
        KioskAlarm(kiosk_id=told.kiosk_id, kind=told.kind, code=it, began_at_s=told.at_s, ended_at_s=None) for it in new
    )
    return len(new)
