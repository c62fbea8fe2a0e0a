"""The centre does not guess: every OCSP answer that proves nothing means the card's status is unknown."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hub_bench import SETTINGS, code_of, hub_bench
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from hub.centre.card_status import CardStatus
from hub.clock import utc_now
from hub.jpki.authority import issue_responder
from hub.jpki.register import Register
from hub.jpki.responder import Delegation, Responder
from hub.jpki.store import load_authorities, load_delegations
from hub.web.problem import Problem
from hub.web.server import Listener

pytestmark = pytest.mark.anyio
TYPE = "application/ocsp-response"


def card_of(data, name="hanako") -> x509.Certificate:
    return x509.load_der_x509_certificate((data / "citizens" / name / "auth_cert.der").read_bytes())


async def status(data, reply) -> str:
    """Ask a responder that answers a request with `reply(request_der, responder)`; "good" or the problem code."""
    register = Register(data / "jpki.sqlite")
    responder = Responder(load_delegations(data), register, utc_now)

    async def post(request) -> Response:
        answer = reply(await request.body(), responder)
        return answer if isinstance(answer, Response) else Response(answer, media_type=TYPE)

    listener = Listener(Starlette(routes=[Route("/", post, methods=["POST"])]), "127.0.0.1", 0)
    await listener.start()
    authority = load_authorities(data)[0].certificate
    client = CardStatus(f"http://127.0.0.1:{listener.port}/", authority, utc_now, 2)
    try:
        await client.require_good(card_of(data))
    except Problem as problem:
        return problem.code
    else:
        return "good"
    finally:
        await client.close()
        await listener.stop()
        register.close()


def signed(data, request_der, *, delegation=None, age_s=0, life_s=600, **changes) -> bytes:
    """Build an answer with single parts exchanged."""
    request = ocsp.load_der_ocsp_request(request_der)
    delegation = delegation or load_delegations(data)[0]
    now = utc_now() - timedelta(seconds=age_s)
    nonce = request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    single = {
        "issuer_name_hash": request.issuer_name_hash,
        "issuer_key_hash": request.issuer_key_hash,
        "serial_number": request.serial_number,
        "algorithm": hashes.SHA256(),
        "cert_status": ocsp.OCSPCertStatus.GOOD,
        "this_update": now,
        "next_update": None if life_s is None else now + timedelta(seconds=life_s),
        "revocation_time": None,
        "revocation_reason": None,
    }
    single |= {name: value for name, value in changes.items() if name in single}
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(**single)
        .responder_id(ocsp.OCSPResponderEncoding.NAME, delegation.certificate)
    )
    if changes.get("certificates", True):
        builder = builder.certificates([delegation.certificate])
    nonce = changes.get("nonce", nonce)
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.sign(delegation.key, changes.get("hash", hashes.SHA256())).public_bytes(Encoding.DER)


async def test_a_proper_answer_is_good(made_data):
    assert await status(made_data, lambda der, responder: responder.answer(der)) == "good"
    assert await status(made_data, lambda der, _: signed(made_data, der)) == "good"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("stale", {"age_s": 1200, "life_s": 600}),
        ("old though its time is not over", {"age_s": 1200, "life_s": 86400}),
        ("from the future", {"age_s": -600}),
        ("without an end", {"life_s": None}),
        ("another question's nonce", {"nonce": bytes(32)}),
        ("no nonce", {"nonce": None}),
        ("another certificate", {"serial_number": 7}),
        ("another authority", {"issuer_key_hash": bytes(32)}),
        ("no signer named", {"certificates": False}),
        ("weak signature", {"hash": hashes.SHA1()}),  # noqa: S303
        ("status unknown", {"cert_status": ocsp.OCSPCertStatus.UNKNOWN}),
    ],
)
async def test_an_answer_with_one_wrong_part_proves_nothing(made_data, name, changes):
    got = await status(made_data, lambda der, _: signed(made_data, der, **changes))
    assert got == "card-status-unknown", name


async def test_responders_without_a_right_to_answer(made_data):
    auth, sign = load_delegations(made_data)
    authority = load_authorities(made_data)[0]
    card_key = load_card_key(made_data)
    other_ca = Delegation("auth", auth.authority, sign.certificate, sign.key)
    a_card = Delegation("auth", auth.authority, card_of(made_data), card_key)
    itself = Delegation("auth", auth.authority, authority.certificate, authority.key)
    expired = issue_responder(authority, auth.key.public_key(), utc_now() - timedelta(days=3700))
    old = Delegation("auth", auth.authority, expired, auth.key)
    other_key = Delegation("auth", auth.authority, auth.certificate, sign.key)
    for wrong in (other_ca, a_card, itself, old, other_key):
        got = await status(made_data, lambda der, _, wrong=wrong: signed(made_data, der, delegation=wrong))
        assert got == "card-status-unknown"


def load_card_key(data):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    return load_pem_private_key((data / "citizens" / "hanako" / "auth_key.pem").read_bytes(), None)


async def test_answers_that_are_no_ocsp_responses(made_data):
    unsigned = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER)
    for reply in (
        unsigned,
        b"",
        b"garbage",
        bytes(40_000),
        Response("no", 500, media_type=TYPE),
        Response("<html>", media_type="text/html"),
        Response("", 302, headers={"Location": "http://127.0.0.1:1/"}),
    ):
        assert await status(made_data, lambda _der, _responder, reply=reply: reply) == "card-status-unknown"


async def test_a_flipped_bit_in_the_signature(made_data):
    def flipped(der, responder) -> bytes:
        answer = bytearray(responder.answer(der))
        signature = ocsp.load_der_ocsp_response(bytes(answer)).signature
        answer[bytes(answer).index(signature) + 100] ^= 1
        return bytes(answer)

    assert await status(made_data, flipped) == "card-status-unknown"


async def test_nobody_answers(made_data):
    client = CardStatus("http://127.0.0.1:1/", load_authorities(made_data)[0].certificate, utc_now, 1)
    with pytest.raises(Problem) as caught:
        await client.require_good(card_of(made_data))
    assert caught.value.code == "card-status-unknown"
    await client.close()


async def test_a_card_of_unknown_status_gets_no_service(data):
    async with hub_bench(data, SETTINGS) as bench:
        person = await bench.person()
        bench.hub.centre.card_status._url = "http://127.0.0.1:1/"
        answer = await bench.clerk.post(f"{person.path}/card", person.proof())
        assert code_of(answer) == (503, "card-status-unknown")
        assert bench.municipality.requests == []
