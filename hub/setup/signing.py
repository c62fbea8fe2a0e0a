"""The offline root, the centre's signing key, and the key list that the root signs.

In a real deployment the root's private key lives in a safe; here it lies beside the rest, to renew the list.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.cose import kid_of, sign1, verify1
from hub.files import key_pem, load_key, write_new

LIST_VALIDITY = timedelta(days=3650)


def make_signing_keys(pki: Path) -> None:
    """Make `root.key`, `root.pub.pem` and `centre.key` where they are missing."""
    root = _key(pki / "root.key")
    write_new(pki / "root.pub.pem", root.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    _key(pki / "centre.key")


def make_key_list(pki: Path, municipalities: Mapping[str, bytes], now: datetime, say: Callable[[str], None]) -> None:
    """Make `keys.cose` if it is missing; `municipalities` maps code to raw Ed25519 public key."""
    path = pki / "keys.cose"
    say(f"{'made  ' if write_new(path, _signed_list(pki, municipalities, now)) else 'exists'} {path}")


def add_to_key_list(pki: Path, municipalities: Mapping[str, bytes], now: datetime) -> None:
    """Sign the key list again with these municipalities' keys added to those that are on it."""
    path = pki / "keys.cose"
    root = load_key(pki / "root.key", Ed25519PrivateKey).public_key()
    listed = verify1(path.read_bytes(), root)["municipalities"]
    known = {code: next(iter(keys.values())) for code, keys in listed.items()}
    beside = path.with_suffix(".new")
    beside.write_bytes(_signed_list(pki, {**known, **municipalities}, now))
    beside.replace(path)


def _signed_list(pki: Path, municipalities: Mapping[str, bytes], now: datetime) -> bytes:
    centre = load_key(pki / "centre.key", Ed25519PrivateKey).public_key()
    record = {
        "v": 1,
        "issued_at": int(now.timestamp()),
        "expires_at": int((now + LIST_VALIDITY).timestamp()),
        "centre": {kid_of(centre): centre.public_bytes_raw()},
        "municipalities": {code: {sha256(raw).digest()[:8]: raw} for code, raw in municipalities.items()},
    }
    return sign1(record, load_key(pki / "root.key", Ed25519PrivateKey), b"root")


def _key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        write_new(path, key_pem(Ed25519PrivateKey.generate()), secret=True)
    return load_key(path, Ed25519PrivateKey)
