"""A centre's answer built without the firmware's code: COSE by `cwt`, HPKE by `pyhpke`.

Not a test. Written from `docs/reference/hub-protocol.md`.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cwt import COSE, COSEKey
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

from firmware.app.clerk.binding import Expected
from firmware.app.clerk.claims import Session
from firmware.app.clerk.key_list import KeyList
from firmware.app.clerk.order import Choice, Order
from firmware.app.clerk.session_keys import SessionKeys

NOW_S = 1_790_000_000
TRANSACTION, DOCUMENT = "0123456789abcdef" * 2, "fedcba9876543210" * 2
KOGA, TSUKUBA = "402231", "082201"
HEAD_DOTS = 576
CERTIFICATE = b"the card's certificate, DER"
PERSONS = ("1a" * 16, "2b" * 16)
AREA = {"left_dots": 528, "top_rows": 8, "side_dots": 32}


def cbor(value: Any) -> bytes:
    return cbor2.dumps(value, canonical=True)


@dataclass
class Signer:
    """One who signs, by `cwt`; the key id is the first bytes of the key's digest unless given."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    named: bytes | None = None

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def kid(self) -> bytes:
        return self.named or hashlib.sha256(self.public).digest()[:8]

    def sign(
        self, payload: bytes, protected: dict[int, Any] | None = None, unprotected: dict[int, Any] | None = None
    ) -> bytes:
        cose_key = COSEKey.new({1: 1, 3: -8, -1: 6, -2: self.public, -4: self.key.private_bytes_raw()})
        header = {1: -8, 4: self.kid} if protected is None else protected
        return COSE.new().encode_and_sign(payload, cose_key, protected=header, unprotected=unprotected or {})


def dots(rows: int, seed: int, width_dots: int = HEAD_DOTS) -> bytes:
    """Return a page that differs from any other by its seed."""
    return hashlib.shake_256(bytes([seed])).digest(width_dots // 8 * rows)


def first_page(seed: int, rows: int = 40) -> bytes:
    """Return a page that is blank in `AREA`."""
    whole = bytearray(dots(rows, seed))
    for row in range(AREA["top_rows"], AREA["top_rows"] + AREA["side_dots"]):
        start = row * HEAD_DOTS // 8 + AREA["left_dots"] // 8
        whole[start : start + AREA["side_dots"] // 8] = bytes(AREA["side_dots"] // 8)
    return bytes(whole)


def claim(bits: bytes, width_dots: int = HEAD_DOTS) -> dict[str, Any]:
    return {
        "width_dots": width_dots,
        "height_rows": len(bits) * 8 // width_dots,
        "sha256": hashlib.sha256(bits).digest(),
    }


class Answer:
    """A correct answer to a session of its own; change any part of it, then take `plaintext()`."""

    def __init__(self, municipality: str = KOGA, transaction: str = TRANSACTION, document: str = DOCUMENT) -> None:
        self.root, self.centre = Signer(named=b"root"), Signer()
        self.municipal, self.other_municipal = Signer(), Signer()
        self.keys = SessionKeys()
        self.choice = Choice("resident_record", "members", ("relationship", "domicile"), 2, PERSONS[::-1])
        self.centre_nonce = hashlib.sha256(transaction.encode()).digest()
        self.pages = [first_page(1), dots(32, 2), dots(32, 3)]
        self.back_panels = [dots(24, 4), dots(32, 6), dots(24, 7)]
        self.bound: dict[str, Any] = {
            "v": 2,
            "municipality": municipality,
            "transaction_id": transaction,
            "centre_nonce": self.centre_nonce,
            "clerk_nonce": self.keys.clerk_nonce,
            "kiosk_id": "kiosk-0001",
            "card_fingerprint": hashlib.sha256(CERTIFICATE).digest(),
            "session_key_hash": hashlib.sha256(self.keys.signing_key + self.keys.encryption_key).digest(),
            "issued_at": NOW_S - 1,
            "expires_at": NOW_S + 600,
        }
        self.statement: dict[str, Any] = {
            **self.bound,
            "kind": "document",
            "document_id": document,
            "type": "resident_record",
            "scope": "members",
            "persons": list(PERSONS),
            "items": ["domicile", "relationship"],
            "fiscal_year": None,
            "copies": 2,
            "fee_yen": 500,
            "head_dots": HEAD_DOTS,
            "pages": [claim(page) for page in self.pages],
            "code_area": AREA,
        }
        self.layers: dict[str, Any] = {
            "v": 1,
            "kind": "layers",
            "transaction_id": transaction,
            "document_id": document,
            "background": {"kind": "dots", "seed": bytes(32), "fine_pitch": 3, "coarse_pitch": [6, 6], "quiet_dots": 3},
            "signed_code": {"kind": "none"},
            "back_panels": [{"kind": "scramble", **claim(panel)} for panel in self.back_panels],
        }
        self.key_list_fields: dict[str, Any] = {
            "v": 1,
            "issued_at": NOW_S - 86_400,
            "expires_at": NOW_S + 86_400,
            "centre": {self.centre.kid: self.centre.public},
            "municipalities": {
                KOGA: {self.municipal.kid: self.municipal.public},
                TSUKUBA: {self.other_municipal.kid: self.other_municipal.public},
            },
        }

    @property
    def session(self) -> Session:
        """What the clerk of this session knows by itself."""
        return Session(
            transaction_id=TRANSACTION,
            municipality=KOGA,
            kiosk_id="kiosk-0001",
            centre_nonce=self.centre_nonce,
            clerk_nonce=self.keys.clerk_nonce,
            card_fingerprint=hashlib.sha256(CERTIFICATE).digest(),
            session_key_hash=hashlib.sha256(self.keys.signing_key + self.keys.encryption_key).digest(),
            head_dots=HEAD_DOTS,
            opened_at=NOW_S - 60.5,
        )

    @property
    def expected(self) -> Expected:
        """What the clerk expects of the document it ordered."""
        return Expected(self.session, Order(TRANSACTION, KOGA, self.choice, 500, HEAD_DOTS), DOCUMENT)

    def key_list(self) -> bytes:
        return self.root.sign(cbor(self.key_list_fields))

    @property
    def trusted(self) -> KeyList:
        return KeyList.verified(self.key_list(), self.root.public, NOW_S)

    def signed_statement(self) -> bytes:
        return self.municipal.sign(cbor(self.statement))

    def signed_layers(self, statement: bytes) -> bytes:
        return self.centre.sign(cbor({"statement_sha256": hashlib.sha256(statement).digest(), **self.layers}))

    def parts(self) -> dict[str, Any]:
        statement = self.signed_statement()
        layers = self.signed_layers(statement)
        return {"statement": statement, "layers": layers, "pages": self.pages, "back_panels": self.back_panels}

    def plaintext(self) -> bytes:
        return cbor(self.parts())


def seal(plaintext: bytes, encryption_key: bytes, transaction: str, label: bytes = b"kiosk-document-v1:") -> bytes:
    """Seal by `pyhpke`."""
    suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
    to = KEMKey.from_jwk({"kty": "OKP", "crv": "X25519", "x": _b64(encryption_key)})
    enc, sender = suite.create_sender_context(to, info=label + transaction.encode())
    return enc + sender.seal(plaintext)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
