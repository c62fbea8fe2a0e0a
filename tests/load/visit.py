"""One person's visit as clerk and kiosk would make it, checked in every field: whose, for whom, which dots.

Plain blocking code on `http.client`, which locust turns into greenlets. Not responsible for how many visits there are.
"""

import base64
import http.client
import json
import secrets
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from hub.base64url import from_base64url, to_base64url
from hub.cose import canonical, kid_of, peek_kid, verify1
from hub.cose import sign1 as sign
from hub.seal import unseal

TRIES = 4
WAIT_S = 40
OPERATOR = "seven_eleven"


class Swapped(Exception):
    """An answer that is not this person's, or not whole: the one thing that must never happen."""


class Refused(Exception):
    """The hub answered with a problem; the text is its code, `problem` the whole."""

    def __init__(self, problem: dict) -> None:
        super().__init__(problem["code"])
        self.problem = problem


@dataclass(frozen=True)
class Holder:
    """Somebody with a card: town, certificate (DER), how the card signs a content, and what that is called."""

    town: str
    certificate: bytes
    sign: Callable[[bytes], bytes]
    algorithm: str = "rsa2048-sha256"


@dataclass(frozen=True)
class Kiosk:
    """A kiosk's two certificates and what it trusts."""

    name: str
    address: tuple[str, int]
    clerk: ssl.SSLContext
    kiosk: ssl.SSLContext
    keys: dict


def people(data: Path, most: int) -> list[Holder]:
    """Read at most `most` people of each made town."""
    folder = data / "crowd"
    key = load_pem_private_key((folder / "key.pem").read_bytes(), None)
    sign = partial(key.sign, padding=PKCS1v15(), algorithm=hashes.SHA256())
    return [
        Holder(place.parent.name, base64.b64decode(each["certificate"]), sign)
        for place in sorted(folder.glob("*/cards.json"))
        for each in json.loads(place.read_text())[:most]
    ]


def kiosks(data: Path, address: tuple[str, int]) -> list[Kiosk]:
    """Read all kiosks' certificates and the signed key list."""
    root = load_pem_public_key((data / "pki" / "root.pub.pem").read_bytes())
    keys = verify1((data / "pki" / "keys.cose").read_bytes(), root)
    return [
        Kiosk(each.name, address, _tls(each, "clerk"), _tls(each, "kiosk"), keys)
        for each in sorted((data / "kiosks").iterdir())
    ]


def _tls(folder: Path, role: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(folder / "tls-ca.pem"))
    context.load_cert_chain(folder / f"{role}.pem", folder / f"{role}.key")
    return context


class Line:
    """One certificate's connection; a request that was cut is made again with the same idempotency key."""

    def __init__(self, address: tuple[str, int], tls: ssl.SSLContext) -> None:
        self._address, self._tls = address, tls
        self._connection: http.client.HTTPSConnection | None = None
        self.cut = 0

    def ask(self, method: str, path: str, body: object = None) -> bytes:
        """Return the body of a good answer; raises Refused, or the OSError of the last try."""
        headers = {"Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(16)
        text = None if body is None else json.dumps(body)
        for left in reversed(range(TRIES)):
            try:
                answer = self._exchange(method, path, text, headers)
            except (OSError, http.client.HTTPException):
                self.close()
                self.cut += 1
                if left == 0:
                    raise
                continue
            return answer
        raise AssertionError("not reached")

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, path: str, text: str | None, headers: dict[str, str]) -> bytes:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(*self._address, timeout=WAIT_S, context=self._tls)
        self._connection.request(method, path, text, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status >= 400:
            raise Refused({"code": str(answer.status)} | json.loads(body))
        return body


@dataclass
class Visit:
    """One person at one kiosk. `document_id` is known once the order was taken."""

    kiosk: Kiosk
    holder: Holder
    head_dots: int = 576
    signing: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    encryption: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    transaction_id: str | None = None
    document_id: str | None = None
    issued_s: float = 0.0

    def __post_init__(self) -> None:
        self.line = Line(self.kiosk.address, self.kiosk.clerk)

    def issue(self) -> None:
        """From an open transaction to an opened, checked document; what fails is cancelled, as a clerk does."""
        try:
            self._issue()
        except Exception:
            self._cancel()
            raise
        finally:
            self.line.close()

    def _cancel(self) -> None:
        if self.transaction_id is not None:
            with suppress(Refused, OSError):
                self.line.ask("POST", f"/v1/transactions/{self.transaction_id}/cancel", {"cause": "hub"})

    def check_card(self) -> dict:
        """Open a transaction and present the card; returns the offer of a resident record."""
        wanted = {"municipality": self.holder.town, "operator": OPERATOR, "head_dots": self.head_dots}
        opened = json.loads(self.line.ask("POST", "/v1/transactions", wanted))
        self.transaction_id, self.centre_nonce = opened["transaction_id"], from_base64url(opened["centre_nonce"])
        card = json.loads(self.line.ask("POST", f"/v1/transactions/{self.transaction_id}/card", self._proof()))
        if card["card_fingerprint"] != sha256(self.holder.certificate).hexdigest():
            raise Swapped("card_fingerprint")
        return next(each for each in card["offers"] if each["type"] == "resident_record" and each["available"])

    def _issue(self) -> None:
        order = self._order(self.check_card()["fee_yen"])
        path = f"/v1/transactions/{self.transaction_id}"
        began = time.monotonic()
        signed = sign(order, self.signing, kid_of(self.signing.public_key()))
        taken = json.loads(self.line.ask("POST", f"{path}/order", {"order": to_base64url(signed)}))
        self.document_id = taken["document_id"]
        sealed = self.line.ask("GET", f"{path}/document")
        self._check(sealed, order, taken)
        self.issued_s = time.monotonic() - began

    def settle(self, line: Line) -> None:
        """Report the order's states as the kiosk does while it is paid, printed and taken."""
        for version, state in enumerate(("paid", "printing", "printed", "taken"), start=1):
            try:
                line.ask("PUT", f"/v1/orders/{self.document_id}/state", {"state": state, "version": version})
            except Refused as refused:
                if refused.problem.get("current") != {"state": state, "version": version + 1}:
                    raise  # else it was written, and the answer was cut off

    def _proof(self) -> dict:
        own = [it.public_key().public_bytes_raw() for it in (self.signing, self.encryption)]
        nonces = [self.centre_nonce, self.nonce]
        content = canonical(["kiosk-card-auth-v1", *nonces, self.transaction_id, self.kiosk.name, *own])
        return {
            "v": 2,
            "clerk_nonce": to_base64url(self.nonce),
            "signing_key": to_base64url(own[0]),
            "encryption_key": to_base64url(own[1]),
            "certificate": to_base64url(self.holder.certificate),
            "signature": to_base64url(self.holder.sign(content)),
            "algorithm": self.holder.algorithm,
        }

    def _order(self, fee_yen: int) -> dict:
        return {
            "v": 2,
            "transaction_id": self.transaction_id,
            "municipality": self.holder.town,
            "type": "resident_record",
            "scope": "self",
            "persons": [],
            "items": [],
            "fiscal_year": None,
            "copies": 1,
            "fee_yen": fee_yen,
            "head_dots": self.head_dots,
            "clerk_nonce": self.nonce,
        }

    def _check(self, sealed: bytes, order: dict, taken: dict) -> None:
        """Hold every field against what this clerk knows itself; raises Swapped naming the first that differs."""
        try:
            whole = cbor2.loads(unseal(sealed, self.encryption, self.transaction_id))
            said = verify1(whole["statement"], self._key("municipalities", self.holder.town, whole["statement"]))
            layers = verify1(whole["layers"], self._key("centre", None, whole["layers"]))
        except Exception as error:
            raise Swapped(f"sealed or signed for somebody else ({type(error).__name__})") from error
        own = b"".join(it.public_key().public_bytes_raw() for it in (self.signing, self.encryption))
        expected = {name: value for name, value in order.items() if name != "v"} | {
            "kind": "document",
            "centre_nonce": self.centre_nonce,
            "kiosk_id": self.kiosk.name,
            "card_fingerprint": sha256(self.holder.certificate).digest(),
            "session_key_hash": sha256(own).digest(),
            "document_id": taken["document_id"],
        }
        for name, value in expected.items():
            if said.get(name) != value:
                raise Swapped(name)
        if [sha256(page).digest() for page in whole["pages"]] != [line["sha256"] for line in said["pages"]]:
            raise Swapped("pages")
        bound = (layers["transaction_id"], layers["document_id"], layers["statement_sha256"])
        if bound != (self.transaction_id, taken["document_id"], sha256(whole["statement"]).digest()):
            raise Swapped("layers")

    def _key(self, whose: str, town: str | None, signed: bytes) -> Ed25519PublicKey:
        listed = self.kiosk.keys[whose] if town is None else self.kiosk.keys[whose][town]
        return Ed25519PublicKey.from_public_bytes(listed[peek_kid(signed)])
