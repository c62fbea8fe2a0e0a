"""`kiosk reconcile`: the day's documents and money in both equations, and every difference, for the staff.

Reads the journal beside a running kiosk and asks the centre. Exit status 0 when all agrees, 1 when anything differs, 2
when the centre could not be asked, 74 for a journal that cannot be read. Not responsible for the sums
(`app/kiosk/reconciliation.py`).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from firmware.app.hub_client import HubClient, HubError
from firmware.app.kiosk.hub import KioskHub
from firmware.app.kiosk.journal import JournalError, entries_of
from firmware.app.kiosk.reconciliation import REMEDY, Day, against_centre, reconciled, tokyo_day

if TYPE_CHECKING:
    import argparse

    from firmware.app.kiosk.hub import OpenOrder
    from firmware.config import Config

DIFFERS, NOT_ASKED = 1, 2


def run(config: Config, arguments: argparse.Namespace) -> int:
    """Compare and print; returns the exit status."""
    path = config.kiosk.state_dir / "journal"
    try:
        entries = entries_of(path)
    except (JournalError, OSError) as error:
        print(f"kiosk reconcile: {error}", file=sys.stderr)
        return os.EX_IOERR
    now_s = time.time()
    day = arguments.date or tokyo_day(now_s)
    found = reconciled(entries, day, now_s, arguments.counted_yen)
    asked = False
    if not arguments.offline:
        try:
            at_centre = asyncio.run(_ask(config))
        except HubError as error:
            print(f"kiosk reconcile: the centre was not asked: {type(error).__name__} {error}", file=sys.stderr)
        else:
            asked = True
            found.differences += against_centre(entries, day, at_centre)
    print(_as_json(found, config, asked=asked) if arguments.json else "\n".join(_lines(found, config, asked=asked)))
    if found.differences:
        return DIFFERS
    return os.EX_OK if asked or arguments.offline else NOT_ASKED


async def _ask(config: Config) -> dict[str, OpenOrder]:
    hub = config.hub
    client = HubClient(hub.url, hub.ca, hub.kiosk_certificate, hub.kiosk_key)
    try:
        orders = await KioskHub(client, request_timeout_s=hub.request_timeout_s).all_orders()
    finally:
        client.close()
    return {order.document_id: order for order in orders}


def _lines(day: Day, config: Config, *, asked: bool) -> list[str]:
    verdict = "DIFFERS" if day.differences else "agrees" if asked else "agrees with itself; the centre was not asked"
    lines = [f"{day.day.isoformat()}  {config.kiosk.id}  {verdict}", f"    {day.documents}", f"    {day.money}  (yen)"]
    for it in day.differences:
        lines += [f"    {it.name}  {it.subject}  {it.detail}", f"        remedy: {REMEDY[it.name]}"]
    return lines


def _as_json(day: Day, config: Config, *, asked: bool) -> str:
    told = {**asdict(day), "day": day.day.isoformat(), "kiosk_id": config.kiosk.id, "centre_asked": asked}
    return json.dumps(told, indent=2)
