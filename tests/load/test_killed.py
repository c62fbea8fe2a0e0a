"""Centre processes killed and added while people are served: no order is lost, none is made twice, none is swapped."""

import os
import time
from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.centre.records import Order, Transaction, open_records
from hub.municipality.registers.register import Certificate, open_register
from hub.municipality.setup import codes_in, register_path
from tests.load import run
from tests.load.cluster import cluster, make_data

CLERKS, SECONDS = 6, 24
pytestmark = [pytest.mark.xdist_group("postgresql"), pytest.mark.timeout(300)]


def test_centre_processes_come_and_go_under_load(tmp_path):
    make_data(tmp_path / "data", towns=2, residents=12, cards=8, kiosks=2)
    with cluster(tmp_path / "data", centres=2, durable=False) as hub:
        locust = run.start(hub, tmp_path / "out", SECONDS, CLERKS, pace_s=1.0)
        time.sleep(SECONDS / 3)  # people are being served
        hub.kill()
        time.sleep(SECONDS / 6)
        hub.add()
        _, status, _ = os.wait4(locust.pid, 0)
        locust.returncode = os.waitstatus_to_exitcode(status)
        found = run.found(tmp_path / "out", SECONDS, {})
        orders, transactions = _books(hub.settings.database)
        issued = _issued(tmp_path / "data")
    assert found.swaps == 0
    assert found.issues >= CLERKS, "too little was issued to say anything"
    cut_off = {f"Refused('{code}')" for code in ("wrong-state", "document-gone", "nonce-reused")}
    assert set(found.refused) <= cut_off | {"Refused('busy')"}, found.refused
    assert sum(found.refused.get(each, 0) for each in cut_off) <= CLERKS  # who was being served when it died
    assert max(Counter(order.transaction_id for order in orders).values()) == 1, "an order was made twice"
    states = Counter(order.state for order in orders)
    assert set(states) <= {"taken", "cancelled"}, states
    assert states["taken"] == found.issues, "what clerks got and what the book says differ"
    assert {order.document_id for order in orders} <= issued, "an order without a certificate"
    assert {row.state for row in transactions} <= {"finished", "cancelled"}


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
