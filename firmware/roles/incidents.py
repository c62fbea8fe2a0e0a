"""`kiosk incidents`: the record of alarms about things left behind, to be read or printed; beside a running kiosk, too.

Not responsible for the record (`app/kiosk/incidents.py`). Exit status 0, or 1 with the reason on stderr.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from firmware.app.base64url import bytes_of
from firmware.app.kiosk import clear_command, lines
from firmware.app.kiosk.alarms import ClearReason, Noted, Thing
from firmware.app.kiosk.clear_command import Refused, command_of, is_signed
from firmware.app.kiosk.incidents import FILE, Incident, incidents_of
from firmware.app.kiosk.journal import Entry, JournalError, entry_of

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from firmware.app.kiosk.incidents import Clearance
    from firmware.config import Config

FAILED = 1
_THINGS = {Thing.CARD: "カード / card", Thing.PAPER: "証明書 / certificate"}
_NOTED = {
    Noted.RAISED: "警報開始 / alarm raised",
    Noted.CLEARED: "警報解除 / alarm cleared",
    Noted.GONE: "取り去られた / seen to be gone",
    Noted.EXPLAINED: "事後報告 / explained by the office",
    Noted.VOIDED: "証明書無効 / certificate void at the centre",
    Noted.LOST_SIGHT: "確認できず / a restart or another thing came between",
}
_REASONS = {
    ClearReason.HAND_OVER_POLICE: "警察へ引渡し / handed over to the police",
    ClearReason.TAKEN_BY_STAFF: "係員が回収 / taken by staff",
    ClearReason.DESTROYED: "破棄 / destroyed",
    ClearReason.FALSE_ALARM: "誤報 / false alarm",
}


def run(config: Config, arguments: argparse.Namespace) -> int:
    """List alarms, or show one; returns the exit status."""
    state_dir = config.kiosk.state_dir
    try:
        found = incidents_of(state_dir / FILE)
        if arguments.action == "list":
            for incident in found:
                print(_as_json(incident) if arguments.json else _as_line(incident))
            return os.EX_OK
        chosen = [each for each in found if each.first.alarm_id.startswith(arguments.alarm)]
        if len(chosen) != 1:
            print(f"kiosk incidents: {len(chosen)} alarms begin with {arguments.alarm}", file=sys.stderr)
            return FAILED
        print("\n".join(_sheet(chosen[0], config)))
    except (JournalError, OSError) as error:
        print(f"kiosk incidents: {error}", file=sys.stderr)
        return FAILED
    return os.EX_OK


def _as_json(incident: Incident) -> str:
    return json.dumps(msgspec.to_builtins(incident.lines), ensure_ascii=False)


def _as_line(incident: Incident) -> str:
    first, clearance = incident.first, incident.clearance
    told = "over" if incident.over else "ON"
    why = f" {clearance.operator}: {clearance.reason}" if clearance else ""
    return f"{first.alarm_id} {_time(first.at_s)} {first.thing} {told}{why}"


def _sheet(incident: Incident, config: Config) -> list[str]:
    """Return the record as it is printed, for the office and the police."""
    first, clearance = incident.first, incident.clearance
    said = [
        "置き忘れ記録 / Record of a thing left behind",
        "",
        f"端末 / kiosk            {config.kiosk.id} ({config.kiosk.operator})",
        f"警報番号 / alarm        {first.alarm_id}",
        f"物 / thing              {_THINGS[first.thing]}",
        f"取引番号 / transaction  {first.subject_id or '-'}",
        f"証明書番号 / document   {incident.document_id or '-'}",
        "",
        *(f"{_time(line.at_s)}  {_NOTED[line.noted]}" for line in incident.lines),
    ]
    orders = [each for each in _orders(config.kiosk.state_dir) if each.order.document_id == incident.document_id]
    said += [f"{_time(each.at_s)}  発行記録 / order: {each.state}, {each.order.fee_yen} yen" for each in orders]
    if clearance:
        said += ["", *_cleared(clearance, config)]
    film = first.subject_id or first.alarm_id
    return [*said, "", f"映像 / film: kiosk evidence list --mark alarm --subject {film} --config FILE"]


def _cleared(clearance: Clearance, config: Config) -> list[str]:
    key = config.operators.by_name.get(clearance.operator)
    if key is None or clear_command.key_id(bytes_of(key)) != clearance.key_id:
        checked = "鍵なし / cannot be checked: the key is no longer configured"
    elif not is_signed(clearance.command, clearance.signature, bytes_of(key)) or not _agrees(clearance):
        checked = "不一致 / WRONG: the record was changed"
    else:
        checked = "確認済 / correct"
    return [
        f"理由 / reason           {_REASONS[clearance.reason]}",
        f"備考 / note             {clearance.note or '-'}",
        f"担当 / cleared by       {clearance.operator} (key {clearance.key_id})",
        f"署名 / signature        {checked}",
    ]


def _agrees(clearance: Clearance) -> bool:
    try:
        command = command_of(clearance.command)
    except Refused:
        return False
    return (command.reason, command.note) == (clearance.reason, clearance.note)


def _orders(state_dir: Path) -> list[Entry]:
    path = state_dir / "journal"
    found: list[Entry] = []
    try:
        lines.read(path.read_bytes() if path.exists() else b"", lambda body: found.append(entry_of(body)))
    except lines.LineDamaged as error:
        raise JournalError(f"{path}: {error}. Keep it for the office.") from error
    return found


def _time(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s).astimezone().isoformat(sep=" ", timespec="seconds")
