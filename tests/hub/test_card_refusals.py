"""Cards that are not accepted, each for its own reason, and before anything is made."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from hub_bench import OPEN, code_of, hub_bench

from hub.base64url import from_base64url, to_base64url
from hub.clock import utc_now
from hub.jpki.authority import issue_card_certificate, make_authority
from hub.jpki.register import Register
from hub.jpki.store import load_authorities

pytestmark = pytest.mark.anyio


async def refused(bench, person, **changes) -> tuple[int, str]:
    answer = await bench.clerk.post(f"{person.path}/card", person.proof(**changes))
    assert bench.hub.centre.sessions.card_ids() == []
    return code_of(answer)


async def test_a_revoked_card(bench):
    assert await refused(bench, await bench.person("revoked")) == (403, "card-revoked")


async def test_an_expired_card(bench):
    assert await refused(bench, await bench.person("expired")) == (403, "card-expired")


async def test_a_card_revoked_while_the_hub_runs(data):
    async with hub_bench(data) as bench:
        person = await bench.person()
        register = Register(data / "jpki.sqlite")
        assert register.revoke("auth", x509.load_der_x509_certificate(person.certificate).serial_number, utc_now())
        register.close()
        assert await refused(bench, person) == (403, "card-revoked")


async def test_a_signature_certificate_is_not_for_authentication(bench):
    person = await bench.person()
    other = to_base64url((person.card / "sign_cert.der").read_bytes())
    assert await refused(bench, person, certificate=other) == (403, "card-chain")


async def test_a_certificate_of_the_right_authority_for_another_purpose(bench):
    person = await bench.person()
    pem = (bench.data / "pki" / "jpki" / "ocsp.pem").read_bytes()
    responder = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    assert await refused(bench, person, certificate=to_base64url(responder)) == (403, "card-chain")


async def test_a_certificate_of_another_authority(bench):
    person = await bench.person()
    key = load_authorities(bench.data)[1].key  # any RSA key that is not the trusted authority's
    now = utc_now()
    foreign = make_authority("auth", key, now)
    forged = issue_card_certificate(foreign, key.public_key(), now, now.replace(year=now.year + 1), "http://x/")
    assert await refused(bench, person, certificate=to_base64url(forged.public_bytes(Encoding.DER))) == (
        403,
        "card-chain",
    )


async def test_a_signature_over_something_else(bench):
    person = await bench.person()
    person.kiosk_id = "kiosk-0002"
    assert await refused(bench, person) == (403, "bad-signature")


async def test_a_signature_of_another_transaction_cannot_be_replayed(bench):
    first, second = await bench.person(), await bench.person()
    old = first.proof()
    assert (await bench.clerk.post(f"{first.path}/card", old)).status_code == 200
    assert code_of(await bench.clerk.post(f"{second.path}/card", old)) == (409, "nonce-reused")
    second.nonce = from_base64url(to_base64url(bytes(32)))
    assert code_of(await bench.clerk.post(f"{second.path}/card", second.proof(signature=old["signature"]))) == (
        403,
        "bad-signature",
    )


async def test_a_nonce_counts_as_used_even_when_the_card_was_refused(bench):
    person = await bench.person("revoked")
    assert await refused(bench, person) == (403, "card-revoked")
    assert await refused(bench, person) == (409, "nonce-reused")


async def test_keys_exchanged_on_the_way_are_noticed(bench):
    person = await bench.person()
    stranger = to_base64url(X25519PrivateKey.generate().public_key().public_bytes_raw())
    assert await refused(bench, person, encryption_key=stranger) == (403, "bad-signature")


@pytest.mark.parametrize(
    "changes",
    [
        {"certificate": to_base64url(bytes(500))},
        {"algorithm": "rsa1024-md5"},
        {"encryption_key": to_base64url(bytes(32))},
        {"clerk_nonce": to_base64url(bytes(31))},
        {"clerk_nonce": "A" * 44},
        {"clerk_nonce": "A" * 42 + "B"},
        {"clerk_nonce": None},
        {"signing_key": 7},
        {"surplus": "field"},
    ],
)
async def test_a_body_of_the_wrong_form(bench, changes):
    person = await bench.person()
    assert await refused(bench, person, **changes) == (422, "bad-request")


async def test_a_card_is_accepted_once_in_a_transaction(bench):
    person = await bench.checked()
    person.nonce = bytes(32)
    answer = await bench.clerk.post(f"{person.path}/card", person.proof())
    assert code_of(answer) == (409, "wrong-state")


async def test_a_transaction_expires(bench):
    person = await bench.person()
    bench.clock.move(601)
    assert await refused(bench, person) == (410, "expired-transaction")
    bench.hub.centre.sweep()
    assert await refused(bench, person) == (410, "expired-transaction")


async def test_closed_before_a_card_is_asked_for(bench):
    bench.municipality.status = "closed"
    assert code_of(await bench.clerk.post("/v1/transactions", OPEN)) == (409, "closed")
    bench.municipality.status = "down"
    assert code_of(await bench.clerk.post("/v1/transactions", OPEN)) == (503, "municipality-down")


async def test_closed_between_opening_and_card(bench):
    person = await bench.person()
    bench.municipality.status = "maintenance"
    assert await refused(bench, person) == (409, "closed")


async def test_the_unknown_municipality_operator_or_head(bench):
    for change, status in (({"municipality": "999999"}, 422), ({"head_dots": 577}, 422), ({"operator": "A"}, 422)):
        assert code_of(await bench.clerk.post("/v1/transactions", OPEN | change)) == (status, "bad-request")
    uncontracted = await bench.clerk.post("/v1/transactions", OPEN | {"operator": "corner_shop"})
    assert code_of(uncontracted) == (409, "closed")
