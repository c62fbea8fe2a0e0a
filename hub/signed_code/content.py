"""What the signed code says, and its text: COSE_Sign1 by the centre's key, in Base45 behind `KC1:`.

Not responsible for the symbol (`symbol.py`) nor for which keys are the centre's (`verdict.py`).
Source: `docs/reference/signed-code.md`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.cose import BadSignature, peek_kid, sign1, verify1
from hub.signed_code import base45

PREFIX = "KC1:"
TYPES = ("resident_record", "seal_registration", "family_register", "family_register_supplement", "income_tax")
_LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Content:
    """One document: who issued what, when (seconds since 1970), and the digest of all its pages' dots."""

    issuer: str
    type: str
    issued_at: int
    document_id: str
    digest: bytes


class BadCode(ValueError):
    """The text is no signed code of this service, or not signed by it; says which and why."""


def digest_of(pages: Sequence[bytes]) -> bytes:
    """SHA-256 over the dots of all pages, one after the other, as the municipality signed them."""
    whole = sha256()
    for page in pages:
        whole.update(page)
    return whole.digest()


def signed_text(content: Content, key: Ed25519PrivateKey, kid: bytes) -> str:
    """Sign; returns the symbol's text."""
    record = {
        "v": 1,
        "iss": content.issuer,
        "typ": TYPES.index(content.type) + 1,
        "iat": content.issued_at,
        "id": bytes.fromhex(content.document_id),
        "sha": content.digest,
    }
    return PREFIX + base45.encoded(sign1(record, key, kid))


def read(text: str, centre: Mapping[bytes, Ed25519PublicKey]) -> Content:
    """Check the signature with the centre's keys and return what was signed; raises BadCode."""
    stripped = text.strip()
    if not stripped.startswith(PREFIX) or len(stripped) > _LONGEST_TEXT:
        raise BadCode(f"a signed code begins with {PREFIX}")
    try:
        data = base45.decoded(stripped.removeprefix(PREFIX))
        key = centre.get(peek_kid(data))
        record = None if key is None else verify1(data, key)
    except BadSignature as error:
        raise BadCode(str(error)) from error
    except ValueError as error:
        raise BadCode(f"the text is damaged: {error}") from error
    if record is None:
        raise BadCode("signed with a key that is not the centre's")
    match record:
        case {
            "v": 1,
            "iss": str() as issuer,
            "typ": int() as number,
            "iat": int() as issued_at,
            "id": bytes() as document_id,
            "sha": bytes() as digest,
        } if 1 <= number <= len(TYPES):
            return Content(issuer, TYPES[number - 1], issued_at, document_id.hex(), digest)
        case _:
            raise BadCode("signed by the centre, but of a version that is not known here")
