"""`python -m hub verify`: whether a signed code was signed by the centre, and whether a front page is the one it names.

Needs only the offline root's public key and the key list, no database and no network.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from PIL import Image

from hub.centre.keys import KeysError
from hub.cose import verify1
from hub.signed_code.content import PREFIX, BadCode, digest_of, read
from hub.signed_code.symbol import NoCode, read_picture

CentreKeys = dict[bytes, Ed25519PublicKey]


def centre_keys(pki: Path) -> CentreKeys:
    """Read the centre's public keys from `keys.cose`, checked with `root.pub.pem`; raises KeysError."""
    try:
        root = load_pem_public_key((pki / "root.pub.pem").read_bytes())
        if not isinstance(root, Ed25519PublicKey):
            raise KeysError(f"{pki}/root.pub.pem must be an Ed25519 key")
        record = verify1((pki / "keys.cose").read_bytes(), root)
    except (OSError, ValueError) as error:
        raise KeysError(f"{pki}: cannot read root.pub.pem and keys.cose ({error})") from error
    listed = cast("dict[bytes, bytes]", record["centre"])
    return {kid: Ed25519PublicKey.from_public_bytes(raw) for kid, raw in listed.items()}


def verified(code: str, keys: CentreKeys, fronts: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Judge a text (`KC1:…`) or the path of a picture; `fronts` are the restored pages, to be compared dot for dot.

    `verdict`: `genuine`, `altered` (a page differs from what was signed), `not_genuine`, `unreadable`.
    """
    try:
        text = code if code.startswith(PREFIX) else read_picture(Path(code))
    except (NoCode, OSError) as error:
        return {"verdict": "unreadable", "reason": str(error)}
    try:
        content = read(text, keys)
    except BadCode as error:
        return {"verdict": "not_genuine", "reason": str(error)}
    told: dict[str, Any] = {
        "verdict": "genuine",
        "issuer": content.issuer,
        "type": content.type,
        "issued_at": datetime.fromtimestamp(content.issued_at, UTC).isoformat(),
        "document_id": content.document_id,
        "digest": content.digest.hex(),
    }
    if fronts:
        same = digest_of([_dots(path) for path in fronts]) == content.digest
        told |= {"page": "same"} if same else {"page": "differs", "verdict": "altered"}
    return told


def _dots(path: Path) -> bytes:
    """Read a page's dots (1 = black) out of a picture of one sample a dot."""
    with Image.open(path) as picture:
        return bytes(0xFF ^ byte for byte in picture.convert("1").tobytes())
