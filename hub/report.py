"""`python -m hub report` and `orders`: what became of every document, in counts that must add up.

Reads `centre.sqlite` while a hub may be serving. Not responsible for money's reconciliation.
"""

from datetime import UTC, datetime
from pathlib import Path

from hub.centre.orders import Orders
from hub.centre.records import open_records
from hub.centre.stops import Stops
from hub.clock import rfc3339, utc_now


def print_report(data: Path) -> bool:
    """Print the counts and the stops in force; returns whether the counts add up."""
    engine = open_records(data / "centre.sqlite")
    try:
        counts = Orders(engine, utc_now).counts()
        stops = Stops(engine, utc_now).all_active()
    finally:
        engine.dispose()
    parts = counts.issued + counts.voided + counts.cancelled + counts.open
    print(f"requested {counts.requested} = issued {counts.issued} + voided {counts.voided} + cancelled", end=" ")
    print(f"{counts.cancelled} + open {counts.open}  {'adds up' if parts == counts.requested else 'DOES NOT ADD UP'}")
    for stop in stops:
        since = rfc3339(datetime.fromtimestamp(stop.since_s, UTC))
        print(f"stopped  {stop.kind} {stop.subject} since {since}: {stop.cause}")
    return parts == counts.requested


def print_orders(data: Path) -> None:
    """Print one line an order, newest first."""
    engine = open_records(data / "centre.sqlite")
    try:
        rows = Orders(engine, utc_now).list(None, open_only=False)
    finally:
        engine.dispose()
    print(f"{'opened':20}  {'document_id':32}  {'kiosk':10}  {'type':28}  copies    yen  state")
    for row in rows:
        opened = rfc3339(datetime.fromtimestamp(row.opened_at_s, UTC))
        state = row.state + (f" ({row.cause})" if row.cause else "")
        what = f"{row.kiosk_id:10}  {row.type:28}  {row.copies:6}  {row.fee_yen:5}"
        print(f"{opened:20}  {row.document_id}  {what}  {state}")
