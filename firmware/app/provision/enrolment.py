"""Asks the hub for a new kiosk's certificates with a token. The hub is known by the token before the token is sent.

A token is `KIOSK.SECRET.FINGERPRINT`. The authority's certificate is fetched without trust and must have this SHA-256;
then the hub must show a certificate by that authority. Not responsible for keys and files (`identity.py`).
"""

from __future__ import annotations

import http.client
import re
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from firmware.app.provision.identity import PUBLIC, check, request_for
from firmware.app.whole_file import write

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_S = 20.0
LARGEST_ANSWER = 64 * 1024
_TOKEN = re.compile(r"(kiosk-[0-9]{4,6})\.[0-9a-f]{40}\.([0-9a-f]{64})")


class NotEnrolled(Exception):
    """No certificates were given; the text says why and what to do."""


class Answer(msgspec.Struct, frozen=True):
    """What the hub gives for a token: PEM."""

    kiosk_id: str
    kiosk_certificate: str
    clerk_certificate: str
    tls_ca: str
    root_key: str


class _Problem(msgspec.Struct, frozen=True):
    detail: str = "no reason given"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, taken apart."""

    text: str
    kiosk_id: str
    fingerprint: str


def read_token(text: str) -> Token:
    """Take a token apart; `NotEnrolled` when it is none."""
    found = _TOKEN.fullmatch(text.strip())
    if found is None:
        raise NotEnrolled("this is no token: it looks like kiosk-0042.SECRET.FINGERPRINT; copy the whole of it")
    return Token(text.strip(), found[1], found[2])


def enrol(url: str, token: Token, folder: Path) -> None:
    """Make keys in the folder, ask, check and write the certificates. `NotEnrolled`, `IdentityError`, `OSError`."""
    authority = _authority(url, token)
    names = {"kiosk": token.kiosk_id, "clerk": f"{token.kiosk_id}.clerk"}
    requests = {f"{who}_csr": request_for(folder / f"{who}.key", name) for who, name in names.items()}
    trusted = ssl.create_default_context(cadata=authority)
    body = msgspec.json.encode({"token": token.text, **requests})
    answer = _decoded(ask(url, trusted, "POST", "/v1/enrol", body))
    issuer = x509.load_pem_x509_certificate(authority.encode())
    certificates = {"kiosk": answer.kiosk_certificate, "clerk": answer.clerk_certificate}
    for who, pem in certificates.items():
        check(pem, folder / f"{who}.key", names[who], issuer)
    write(folder / "tls-ca.pem", authority.encode(), PUBLIC)
    write(folder / "root.pub.pem", answer.root_key.encode(), PUBLIC)
    for who, pem in certificates.items():
        write(folder / f"{who}.pem", pem.encode(), PUBLIC)


def _authority(url: str, token: Token) -> str:
    """Fetch the authority's certificate and believe it only by its fingerprint."""
    blind = ssl.create_default_context()
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    pem = ask(url, blind, "GET", "/v1/authority", None)
    try:
        found = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()
    except ValueError as error:
        raise NotEnrolled(f"{url} answers with no certificate; is this the hub's address for new kiosks?") from error
    if found != token.fingerprint:
        raise NotEnrolled(f"{url} is not the hub that made this token: its authority is another. Nothing was sent.")
    return pem.decode()


def ask(url: str, context: ssl.SSLContext, method: str, path: str, body: bytes | None) -> bytes:
    """Ask the hub's enrolment and return the body of its answer; `NotEnrolled` says why there is none."""
    place = urlsplit(url)
    line = http.client.HTTPSConnection(place.hostname or "", place.port or 443, timeout=TIMEOUT_S, context=context)
    try:
        line.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = line.getresponse()
        text = answer.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise NotEnrolled(f"{url}: {error}; check address, network and clock") from error
    finally:
        line.close()
    if answer.status >= 400:  # noqa: PLR2004 - HTTP's own border
        raise NotEnrolled(f"the hub refuses: {_reason(text)}")
    return text


def _reason(text: bytes) -> str:
    try:
        return msgspec.json.decode(text, type=_Problem).detail
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Problem().detail


def _decoded(text: bytes) -> Answer:
    try:
        return msgspec.json.decode(text, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotEnrolled(f"the hub's answer cannot be read: {error}") from error
