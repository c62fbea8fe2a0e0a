"""The record of alarms about things left behind: raised, cleared by whom and why, gone. It outlives power cuts.

A file of lines (`lines.py`). A clearance is kept with the signed command itself, so that anybody with the public key
can check it later. Ids, times and the office's own words; nothing personal. Format: `docs/reference/alarms.md`.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from firmware.app.kiosk.alarms import ClearReason, Noted, OpenAlarm, Thing
from firmware.app.kiosk.journal import JournalError
from firmware.app.kiosk.lines import Body, LineDamaged, LineFile, read
from firmware.app.messages import Id

if TYPE_CHECKING:
    from pathlib import Path

    from firmware.app.kiosk.vocabulary import NoteAlarm

FILE = "incidents"
_Hex = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]


class Clearance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who cleared an alarm and why; `command` is the text that was signed, `operator` the key's name at that time."""

    reason: ClearReason
    note: _Text
    operator: _Text
    key_id: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
    command: Annotated[str, Meta(max_length=2000)]
    signature: Annotated[str, Meta(max_length=100)]


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that happened to an alarm, at Unix time `at_s`."""

    alarm_id: _Hex
    noted: Noted
    thing: Thing
    at_s: float
    subject_id: _Hex | None = None
    document_id: _Hex | None = None
    clearance: Clearance | None = None


class Incident(msgspec.Struct, kw_only=True):
    """One alarm, from its first line to its last one so far."""

    lines: list[Line]

    @property
    def first(self) -> Line:
        """How it began."""
        return self.lines[0]

    @property
    def document_id(self) -> str | None:
        """The document that lay there, if it is known which."""
        return next((line.document_id for line in self.lines if line.document_id), None)

    @property
    def clearance(self) -> Clearance | None:
        """Who cleared it, if anybody did."""
        return next((line.clearance for line in self.lines if line.clearance), None)

    @property
    def over(self) -> bool:
        """Whether the thing is gone, as far as anybody could see."""
        return any(line.noted in (Noted.GONE, Noted.LOST_SIGHT) for line in self.lines)

    @property
    def to_void(self) -> bool:
        """Whether the office said afterwards that it has the paper, and the hub does not know yet."""
        said = {line.noted for line in self.lines}
        has_it = self.clearance is not None and self.clearance.reason is not ClearReason.FALSE_ALARM
        return has_it and Noted.EXPLAINED in said and Noted.VOIDED not in said and self.document_id is not None


class Incidents:
    """The open record. `note` is quick and keeps step with the machine; `append` blocks: call it off the loop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Incident] = {}
        try:
            self._file = LineFile(path, lambda body: _add(self._known, line_of(body)))
        except OSError as error:
            raise JournalError(f"{path}: {error.strerror}. Check kiosk.state_dir, its owner and the disk.") from error
        except LineDamaged as error:
            raise JournalError(f"{path}: {error}. Keep it for the office, then move it away to start anew.") from error
        last = next(reversed(self._known.values()), None)
        self.open: Incident | None = last if last and not last.over else None
        self.newest_id = Id(last.first.alarm_id if last else secrets.token_hex(16))

    def open_alarm(self) -> OpenAlarm | None:
        """Return the alarm that has no end on record."""
        if self.open is None:
            return None
        first = self.open.first
        subject_id = Id(first.subject_id) if first.subject_id else None
        return OpenAlarm(first.thing, subject_id, self.open.clearance is not None)

    def note(self, command: NoteAlarm, at_s: float, clearance: Clearance | None) -> Line:
        """Return the line to append. An alarm raised again after a restart, about the same thing, keeps its id."""
        if self.open is None or self.open.first.thing is not command.thing:
            self.newest_id = Id(secrets.token_hex(16))
        line = Line(
            alarm_id=str(self.newest_id),
            noted=command.noted,
            thing=command.thing,
            at_s=round(at_s, 3),
            subject_id=str(command.subject_id) if command.subject_id else None,
            document_id=str(command.document_id) if command.document_id else None,
            clearance=clearance if command.noted is Noted.CLEARED else None,
        )
        _add(self._known, line)
        incident = self._known[line.alarm_id]
        self.open = None if incident.over else incident
        return line

    def find(self, alarm_id: str) -> Incident | None:
        """Return an alarm of any time."""
        return self._known.get(alarm_id)

    def to_void(self) -> list[Incident]:
        """Return those whose paper the hub shall have as void."""
        return [incident for incident in self._known.values() if incident.to_void]

    def note_later(self, incident: Incident, noted: Noted, at_s: float, clearance: Clearance | None = None) -> Line:
        """Return the line to append to an alarm that is over."""
        first = incident.first
        line = Line(alarm_id=first.alarm_id, noted=noted, thing=first.thing, at_s=round(at_s, 3), clearance=clearance)
        _add(self._known, line)
        return line

    def append(self, line: Line) -> None:
        """Write one line and wait for the disk; `JournalError` when the disk refuses."""
        try:
            self._file.append(msgspec.to_builtins(line))
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}. Free or repair the disk.") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def incidents_of(path: Path) -> list[Incident]:
    """Read the record beside a running kiosk, oldest first; `JournalError` when it is damaged, `OSError`."""
    known: dict[str, Incident] = {}
    try:
        read(path.read_bytes() if path.exists() else b"", lambda body: _add(known, line_of(body)))
    except LineDamaged as error:
        raise JournalError(f"{path}: {error}. Keep it for the office.") from error
    return list(known.values())


def line_of(body: Body) -> Line:
    """Return the line of a record; `ValueError` when it is none."""
    return msgspec.convert(body, Line)  # its ValidationError is a ValueError


def _add(known: dict[str, Incident], line: Line) -> None:
    known.setdefault(line.alarm_id, Incident(lines=[])).lines.append(line)
