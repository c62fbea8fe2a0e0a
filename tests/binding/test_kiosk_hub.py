"""The kiosk process's view of the centre: bounded answers, what is true after a stale one, and a light process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from binding_answer import DOCUMENT, TRANSACTION
from fake_client import FakeClient

from firmware.app.availability import ask_availability
from firmware.app.hub_errors import HubGarbled, HubRefused
from firmware.app.kiosk.hub import KioskHub, Stale, VoidReason
from firmware.app.kiosk.vocabulary import OrderState

AVAILABILITY: dict[str, Any] = {
    "time": "2026-10-20T01:02:03Z",
    "municipalities": [
        {
            "code": "402231",
            "name": {"ja": "古賀市", "en": "Koga City"},
            "contact": {"ja": "市民国保課 092-942-1111", "en": "Citizens' desk +81-92-942-1111"},
            "hours": {"open": "06:30", "close": "23:00"},
            "status": "open",
            "notice": None,
            "registration": False,
            "types": [{"type": "resident_record", "fee_yen": 250, "available": True}],
        }
    ],
}
ORDER = {
    "document_id": DOCUMENT,
    "transaction_id": TRANSACTION,
    "state": "printing",
    "version": 3,
    "fee_yen": 500,
    "copies": 2,
}


def hub(**answers: Any) -> tuple[KioskHub, FakeClient]:
    client = FakeClient(answers)
    return KioskHub(client), client  # type: ignore[arg-type]


def test_availability_is_asked_for_this_operator_and_read():
    client: Any = FakeClient({"availability": AVAILABILITY})
    [koga] = asyncio.run(ask_availability(client, "seven eleven&co", 10)).municipalities
    assert client.asked[0].path == "/v1/availability?operator=seven%20eleven%26co"
    assert (koga.code, koga.name.ja, koga.hours.close, koga.status) == ("402231", "古賀市", "23:00", "open")
    assert (koga.types[0].type, koga.types[0].fee_yen, koga.types[0].available) == ("resident_record", 250, True)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("code",), "4022310"),
        (("name", "ja"), "古" * 201),
        (("name", "en"), "Koga\n"),
        (("contact",), None),
        (("hours", "open"), "24:01"),
        (("status",), "sleeping"),
        (("types",), [AVAILABILITY["municipalities"][0]["types"][0]] * 21),
        (("types", 0, "fee_yen"), -1),
        (("types", 0, "available"), 1),
        (("types", 0, "type"), "<b>"),
    ],
)
def test_an_availability_out_of_bounds_is_garbled(place: tuple[Any, ...], value: Any):
    broken = deepcopy(AVAILABILITY)
    inner = broken["municipalities"][0]
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    client: Any = FakeClient({"availability": broken})
    with pytest.raises(HubGarbled, match="Availability"):
        asyncio.run(ask_availability(client, "seven_eleven", 10))


def test_a_state_is_put_with_the_version_believed_current():
    kiosk, client = hub(state={"state": "paid", "version": 2})
    assert asyncio.run(kiosk.put_state(DOCUMENT, OrderState.PAID, 1)) == (OrderState.PAID, 2)
    assert (client.asked[0].method, client.asked[0].path) == ("PUT", f"/v1/orders/{DOCUMENT}/state")
    assert client.asked[0].body == {"state": "paid", "version": 1}


def test_a_stale_version_tells_what_is_true():
    kiosk, _ = hub(state=HubRefused(409, "stale-version", None, ("voided", 7)))
    with pytest.raises(Stale) as caught:
        asyncio.run(kiosk.put_state(DOCUMENT, OrderState.PAID, 1))
    assert (caught.value.state, caught.value.version) == (OrderState.VOIDED, 7)


@pytest.mark.parametrize("current", [None, ("no such state", 7)])
def test_a_stale_answer_without_what_is_true_is_garbled(current: tuple[str, int] | None):
    kiosk, _ = hub(state=HubRefused(409, "stale-version", None, current))
    with pytest.raises(HubGarbled, match="current"):
        asyncio.run(kiosk.put_state(DOCUMENT, OrderState.PAID, 1))


def test_another_refusal_is_passed_on():
    kiosk, _ = hub(state=HubRefused(404, "unknown-order"))
    with pytest.raises(HubRefused, match="unknown-order"):
        asyncio.run(kiosk.put_state(DOCUMENT, OrderState.PAID, 1))


def test_open_orders_are_listed():
    kiosk, client = hub(orders={"orders": [ORDER]})
    [order] = asyncio.run(kiosk.open_orders())
    assert client.asked[0].path == "/v1/orders?open=true"
    assert (order.document_id, order.state, order.version, order.fee_yen) == (DOCUMENT, OrderState.PRINTING, 3, 500)
    with pytest.raises(HubGarbled):
        asyncio.run(hub(orders={"orders": [{**ORDER, "state": "lost"}]})[0].open_orders())


def test_voiding_twice_is_one_request_to_the_centre():
    kiosk, client = hub(void={"state": "voided", "version": 5})
    assert asyncio.run(kiosk.void(DOCUMENT, VoidReason.LEFT_BEHIND)) == (OrderState.VOIDED, 5)
    asyncio.run(kiosk.void(DOCUMENT, VoidReason.LEFT_BEHIND))
    asyncio.run(kiosk.void(DOCUMENT, VoidReason.UNKNOWN))
    keys = [asked.idempotency_key for asked in client.asked]
    assert keys[0] == keys[1] != keys[2]
    assert client.asked[0].body == {"reason": "left_behind"}


def test_the_kiosk_process_loads_no_cryptography_for_it():
    root = Path(__file__).parents[2]
    code = (
        "import sys, firmware.app.kiosk.hub, firmware.app.availability, firmware.app.hub_client\n"
        "heavy = ('cryptography', 'cbor2', 'pycose', 'numpy', 'httpx', 'aiohttp')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
