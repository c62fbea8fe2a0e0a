"""Centre processes killed and added while people are served: no order is lost, none is made twice, none is swapped."""

import subprocess
import time
from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.centre.orders import Orders
from hub.centre.records import Order, Transaction, open_records
from hub.clock import utc_now
from hub.municipality.registers.register import Certificate, open_register
from hub.municipality.setup import codes_in, register_path
from tests.load import run
from tests.load.cluster import Cluster, cluster, make_data

CLERKS, LONGEST_S = 6, 240
# Who was being served by the process that died begins again; who comes when the machine is full comes later.
CUT_OFF = {"wrong-state", "document-gone", "nonce-reused"}
FULL = {"busy", "municipality-timeout", "municipality-down", "card-status-unknown"}
pytestmark = [pytest.mark.xdist_group("postgresql"), pytest.mark.timeout(LONGEST_S + 120)]


def test_centre_processes_come_and_go_under_load(tmp_path):
    make_data(tmp_path / "data", towns=2, residents=12, cards=8, kiosks=2)
    with cluster(tmp_path / "data", centres=2, durable=False) as hub:
        locust = run.start(hub, tmp_path / "out", LONGEST_S, CLERKS, pace_s=1.0)
        try:
            _served(hub, locust, CLERKS)
            hub.kill()
            _served(hub, locust, CLERKS)
            hub.add()
            _served(hub, locust, CLERKS)
        finally:
            locust.terminate()  # clerks end their visits
            locust.wait()
        found = run.found(tmp_path / "out", LONGEST_S, {})
        orders, transactions = _books(hub.settings.database)
        issued = _issued(tmp_path / "data")
    assert found.swaps == 0
    refused = {error.split("'")[1]: count for error, count in found.refused.items()}
    assert set(refused) <= CUT_OFF | FULL, found.refused
    assert sum(refused.get(code, 0) for code in CUT_OFF) <= CLERKS
    assert max(Counter(order.transaction_id for order in orders).values()) == 1, "an order was made twice"
    states = Counter(order.state for order in orders)
    assert set(states) <= {"taken", "cancelled"}, states
    assert states["taken"] == found.issues, "what clerks got and what the book says differ"
    assert {order.document_id for order in orders} <= issued, "an order without a certificate"
    open_still = [row for row in transactions if row.state not in {"finished", "cancelled"}]
    taken = {order.transaction_id for order in orders if order.state == "taken"}
    assert len(open_still) <= CLERKS  # the process died before it could say so; their time ends them
    assert {(row.state, row.id in taken) for row in open_still} <= {("opened", False), ("fetched", True)}


def _served(hub: Cluster, locust: subprocess.Popen, people: int) -> None:
    """Wait until so many more have taken their paper."""
    engine = open_records(hub.settings.database)
    try:
        orders = Orders(engine, utc_now)
        wanted, ends = orders.counts().issued + people, time.monotonic() + LONGEST_S
        while orders.counts().issued < wanted:
            assert locust.poll() is None, "locust ended"
            assert time.monotonic() < ends, "too few are served"
            time.sleep(0.1)
    finally:
        engine.dispose()


def _books(database: str) -> tuple[list[Order], list[Transaction]]:
    engine = open_records(database)
    with Session(engine, expire_on_commit=False) as session:
        books = [*session.scalars(select(Order))], [*session.scalars(select(Transaction))]
    engine.dispose()
    return books


def _issued(data) -> set[str]:
    found = set()
    for code in codes_in(data):
        register = open_register(register_path(data, code), read_only=True)
        with Session(register) as session, session.begin():
            found |= {*session.scalars(select(Certificate.document_id))}
        register.dispose()
    return found
