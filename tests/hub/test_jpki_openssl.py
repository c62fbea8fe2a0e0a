"""The JPKI centre as an independent client sees it: `openssl ocsp`, `openssl crl`, and plain HTTP."""

import asyncio
import base64
import subprocess

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.clock import utc_now
from hub.jpki.authority import issue_card_certificate
from hub.jpki.register import Register
from hub.jpki.responder import Responder
from hub.jpki.store import load_authorities, load_delegations

pytestmark = pytest.mark.anyio


async def openssl(*arguments: object) -> subprocess.CompletedProcess:
    command = ["openssl", *map(str, arguments)]
    return await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=30, check=False)


async def asked(bench, certificate, kind="auth", *more) -> subprocess.CompletedProcess:
    ca = bench.data / "pki" / "jpki" / f"{kind}-ca.pem"
    return await openssl("ocsp", "-url", bench.hub.ocsp_url, "-issuer", ca, "-cert", certificate, "-CAfile", ca, *more)


def pem(tmp_path, der: bytes):
    path = tmp_path / "certificate.pem"
    path.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize("kind", ["auth", "sign"])
@pytest.mark.parametrize(("citizen", "status"), [("hanako", "good"), ("revoked", "revoked")])
async def test_openssl_agrees_about_good_and_revoked_cards(bench, tmp_path, kind, citizen, status):
    certificate = pem(tmp_path, (bench.data / "citizens" / citizen / f"{kind}_cert.der").read_bytes())
    answer = await asked(bench, certificate, kind)
    assert answer.returncode == 0, answer.stderr
    assert "Response verify OK" in answer.stderr
    assert "WARNING" not in answer.stderr  # openssl warns when the nonce is not echoed
    assert f"{certificate}: {status}" in answer.stdout


async def test_openssl_agrees_with_sha256_and_without_a_nonce(bench, tmp_path):
    certificate = pem(tmp_path, (bench.data / "citizens" / "hanako" / "auth_cert.der").read_bytes())
    ca = bench.data / "pki" / "jpki" / "auth-ca.pem"
    answer = await openssl(
        "ocsp", "-url", bench.hub.ocsp_url, "-sha256", "-issuer", ca, "-cert", certificate, "-CAfile", ca, "-no_nonce"
    )
    assert "Response verify OK" in answer.stderr
    assert ": good" in answer.stdout


async def test_openssl_agrees_that_a_number_never_issued_is_unknown(bench, tmp_path):
    authority = load_authorities(bench.data)[0]
    now = utc_now()
    never = issue_card_certificate(
        authority, authority.key.public_key(), now, now.replace(year=now.year + 1), "http://x/"
    )
    answer = await asked(bench, pem(tmp_path, never.public_bytes(Encoding.DER)))
    assert "Response verify OK" in answer.stderr
    assert ": unknown" in answer.stdout


async def test_another_authority_is_not_answered_for(bench, tmp_path):
    certificate = pem(tmp_path, (bench.data / "citizens" / "hanako" / "auth_cert.der").read_bytes())
    ca = bench.data / "pki" / "tls-ca.pem"
    answer = await openssl("ocsp", "-url", bench.hub.ocsp_url, "-issuer", ca, "-cert", certificate, "-CAfile", ca)
    assert "unauthorized" in answer.stdout + answer.stderr


async def test_openssl_reads_the_revocation_lists(bench, tmp_path):
    serial = x509.load_der_x509_certificate((bench.data / "citizens" / "revoked" / "auth_cert.der").read_bytes())
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{bench.hub.ocsp_url}/crl/auth.crl")
        assert (await http.get(f"{bench.hub.ocsp_url}/crl/none.crl")).status_code == 404
    assert answer.headers["content-type"] == "application/pkix-crl"
    path = tmp_path / "auth.crl"
    path.write_bytes(answer.content)
    ca = bench.data / "pki" / "jpki" / "auth-ca.pem"
    read = await openssl("crl", "-inform", "DER", "-in", path, "-CAfile", ca, "-noout", "-text")
    assert "verify OK" in read.stderr
    assert f"{serial.serial_number:X}" in read.stdout


def request_der(data) -> bytes:
    card = x509.load_der_x509_certificate((data / "citizens" / "hanako" / "auth_cert.der").read_bytes())
    authority = load_authorities(data)[0].certificate
    sha1 = hashes.SHA1()  # noqa: S303 - what openssl asks with
    return ocsp.OCSPRequestBuilder().add_certificate(card, authority, sha1).build().public_bytes(Encoding.DER)


async def test_get_and_post_are_answered_with_the_proper_media_types(bench):
    der = request_der(bench.data)
    async with httpx.AsyncClient(base_url=bench.hub.ocsp_url, trust_env=False) as http:
        posted = await http.post("/", content=der, headers={"Content-Type": "application/ocsp-request"})
        encoded = base64.b64encode(der).decode()
        got = await http.get("/" + encoded.replace("+", "%2B").replace("=", "%3D"))
        wrong = await http.post("/", content=der, headers={"Content-Type": "text/plain"})
        large = await http.post("/", content=bytes(5000), headers={"Content-Type": "application/ocsp-request"})
        garbage = await http.get("/!!!")
    for answer in (posted, got):
        assert answer.headers["content-type"] == "application/ocsp-response"
        assert ocsp.load_der_ocsp_response(answer.content).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert (wrong.status_code, large.status_code) == (415, 413)
    malformed = ocsp.load_der_ocsp_response(garbage.content).response_status
    assert malformed is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


async def test_any_bytes_get_a_response(made_data):
    register = Register(made_data / "jpki.sqlite")
    responder = Responder(load_delegations(made_data), register, utc_now)
    good = request_der(made_data)

    @settings(max_examples=100, deadline=None, database=None)
    @given(st.binary(max_size=120) | st.integers(0, 8 * len(good) - 1))
    def answered(given_bytes):
        if isinstance(given_bytes, int):
            flipped = bytearray(good)
            flipped[given_bytes // 8] ^= 1 << (given_bytes % 8)
            given_bytes = bytes(flipped)
        ocsp.load_der_ocsp_response(responder.answer(given_bytes))

    answered()
    register.close()
