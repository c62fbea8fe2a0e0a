"""`python -m hub report` without a municipality, and `orders`: what became of every document; counts must add up.

Reads the records while a hub may be serving. Not responsible for money (`hub/ledger`) nor for the yearly review.
"""

from datetime import UTC, datetime

from sqlalchemy import Engine

from hub.centre.orders import Orders
from hub.centre.stops import Stops
from hub.clock import rfc3339, utc_now


def print_report(engine: Engine) -> bool:
    """Print the counts and the stops in force; returns whether the counts add up."""
    counts = Orders(engine, utc_now).counts()
    stops = Stops(engine, utc_now).all_active()
    parts = counts.issued + counts.voided + counts.cancelled + counts.open
    print(f"requested {counts.requested} = issued {counts.issued} + voided {counts.voided} + cancelled", end=" ")
    print(f"{counts.cancelled} + open {counts.open}  {'adds up' if parts == counts.requested else 'DOES NOT ADD UP'}")
    for stop in stops:
        since = rfc3339(datetime.fromtimestamp(stop.since_s, UTC))
        print(f"stopped  {stop.kind} {stop.subject} since {since}: {stop.cause}")
    return parts == counts.requested


def print_orders(engine: Engine) -> None:
    """Print one line an order, newest first."""
    rows = Orders(engine, utc_now).list(None, open_only=False)
    print(f"{'opened':20}  {'document_id':32}  {'kiosk':10}  {'type':28}  copies    yen  state")
    for row in rows:
        opened = rfc3339(datetime.fromtimestamp(row.opened_at_s, UTC))
        state = row.state + (f" ({row.cause})" if row.cause else "")
        what = f"{row.kiosk_id:10}  {row.type:28}  {row.copies:6}  {row.fee_yen:5}"
        print(f"{opened:20}  {row.document_id}  {what}  {state}")
