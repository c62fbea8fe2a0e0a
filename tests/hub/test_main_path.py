"""A person gets a document: from the open transaction to the order that is taken."""

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hub_bench import OPEN, fingerprint

from hub.centre.orders import Counts
from hub.cose import peek_kid, verify1
from hub.seal import unseal

pytestmark = pytest.mark.anyio


async def test_health_and_availability(bench):
    assert (await bench.clerk.get("/v1/health")).json()["status"] == "ok"
    told = (await bench.kiosk.get("/v1/availability?operator=seven_eleven")).json()["municipalities"]
    assert told[0]["status"] == "open"
    assert told[0]["hours"] == {"open": "06:30", "close": "23:00"}
    assert (told[0]["notice"], told[0]["registration"]) == (None, False)
    assert told[0]["types"][0] == {
        "type": "resident_record",
        "fee_yen": 250,
        "hours": {"open": "06:30", "close": "23:00"},
        "available": True,
        "reason": None,
        "holders": ["resident"],
    }
    elsewhere = (await bench.kiosk.get("/v1/availability?operator=corner_shop")).json()["municipalities"]
    assert elsewhere[0]["status"] == "operator_not_contracted"
    assert not any(line["available"] for line in elsewhere[0]["types"])


async def test_a_card_is_accepted_and_told_what_is_offered(bench):
    person = await bench.person()
    answer = (await bench.clerk.post(f"{person.path}/card", person.proof())).json()
    assert answer["card_fingerprint"] == fingerprint(person.certificate).hex()
    assert answer["offers"][0] == {
        "type": "resident_record",
        "fee_yen": 250,
        "copies_max": 10,
        "hours": {"open": "00:00", "close": "24:00"},
        "available": True,
        "reason": None,
        "scopes": ["self", "household", "members"],
        "items": ["relationship", "domicile"],
        "fiscal_years": [],
    }
    assert answer["offers"][1]["fiscal_years"] == [2026, 2025]
    assert answer["version"] == 2


async def test_the_document_opens_for_the_session_and_everything_in_it_is_signed(bench):
    person, document_id = await bench.ordered()
    sealed = await bench.clerk.get(f"{person.path}/document")
    assert sealed.headers["content-type"] == "application/octet-stream"
    whole = cbor2.loads(unseal(sealed.content, person.encryption, person.opened["transaction_id"]))
    root = load_pem_public_key((bench.data / "kiosks" / "kiosk-0001" / "root.pub.pem").read_bytes())
    listed = verify1((await bench.clerk.get("/v1/keys")).content, root)

    key = listed["municipalities"]["402231"][peek_kid(whole["statement"])]
    statement = verify1(whole["statement"], Ed25519PublicKey.from_public_bytes(key))
    assert statement["document_id"] == document_id
    assert [page["sha256"] for page in statement["pages"]] == [fingerprint(page) for page in whole["pages"]]

    key = listed["centre"][peek_kid(whole["layers"])]
    layers = verify1(whole["layers"], Ed25519PublicKey.from_public_bytes(key))
    assert layers["statement_sha256"] == fingerprint(whole["statement"])
    assert layers["background"]["kind"] == "dots"
    assert len(layers["background"]["seed"]) == 32
    assert len(layers["back_panels"]) == len(whole["back_panels"]) == len(whole["pages"])
    for panel, dots in zip(layers["back_panels"], whole["back_panels"], strict=True):
        assert panel["kind"] == "scramble"
        assert panel["sha256"] == fingerprint(dots)
        assert len(dots) == panel["width_dots"] // 8 * panel["height_rows"]


async def test_the_municipality_gets_the_whole_chain(bench):
    person, _ = await bench.ordered()
    request = bench.municipality.requests[0]
    assert request.certificate_der == person.certificate
    assert request.transaction_id == person.opened["transaction_id"]
    assert request.clerk_nonce == person.nonce
    assert request.kiosk_id == "kiosk-0001"


async def test_an_order_goes_from_held_to_taken_and_the_counts_add_up(bench):
    _, document_id = await bench.ordered()
    listed = (await bench.kiosk.get("/v1/orders?open=true")).json()["orders"]
    assert listed[0]["document_id"] == document_id
    assert (listed[0]["state"], listed[0]["version"], listed[0]["fee_yen"], listed[0]["copies"]) == (
        "document_held",
        1,
        500,
        2,
    )
    for version, state in enumerate(("paid", "printing", "printed", "taken"), start=1):
        answer = await bench.kiosk.put(f"/v1/orders/{document_id}/state", {"state": state, "version": version})
        assert answer.json() == {"state": state, "version": version + 1}
    assert (await bench.kiosk.get("/v1/orders?open=true")).json() == {"orders": []}
    assert len((await bench.kiosk.get("/v1/orders?open=false")).json()["orders"]) == 1
    assert bench.hub.centre.orders.counts() == Counts(requested=1, issued=1, voided=0, cancelled=0, open=0)
    assert bench.hub.centre.sessions.card_ids() == []


async def test_answers_are_not_to_be_stored(bench):
    assert (await bench.clerk.post("/v1/transactions", OPEN)).headers["cache-control"] == "no-store"
    assert (await bench.clerk.get("/nowhere")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("version", [None, 1, 3, True, "2"])
async def test_a_card_request_of_another_version_is_refused_and_leaves_the_transaction_open(bench, version):
    person = await bench.person()
    proof = person.proof() | ({"v": version} if version is not None else {})
    if version is None:
        del proof["v"]
    assert (await bench.clerk.post(f"{person.path}/card", proof)).status_code == 422
    assert (await bench.clerk.post(f"{person.path}/card", person.proof())).status_code == 200
