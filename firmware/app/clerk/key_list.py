"""The list of who may sign: municipalities and centre, signed by the offline root that is pinned in the kiosk.

Not responsible for fetching it. A key that is not in this list signs nothing, wherever else it came from.
Source: `docs/reference/hub-protocol.md`, "The key list".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from firmware.app.clerk import cose

_FIELDS = frozenset({"v", "issued_at", "expires_at", "centre", "municipalities"})
_ROOT_KID = b"root"
_KEY_BYTES = 32
_LONGEST_KID = 32
_MOST_KEYS = 16
_MOST_MUNICIPALITIES = 4096
_CLOCK_SKEW_S = 120


class KeyListUntrusted(Exception):
    """The list is not one of our root's that is valid now; the reason is in our own words."""


class RootKeyUnusable(Exception):
    """The pinned key's file cannot be used; names the file and the reason."""


@dataclass(frozen=True)
class KeyList:
    """Raw Ed25519 public keys by key id; valid until `expires_at` (integer seconds since 1970)."""

    expires_at: int
    centre: dict[bytes, bytes]
    municipalities: dict[str, dict[bytes, bytes]]

    @classmethod
    def verified(cls, data: bytes, root: bytes, now_s: float) -> KeyList:
        """Return the list in the COSE bytes when the raw key `root` signed it and it is valid at `now_s`."""
        try:
            signed = cose.Signed.read(data, "key list")
            if signed.kid != _ROOT_KID or not signed.is_by(root):
                raise KeyListUntrusted("not signed by the pinned root")
            fields = cose.record(signed.payload, _FIELDS, "key list")
            issued_at, expires_at = fields["issued_at"], fields["expires_at"]
            if type(issued_at) is not int or type(expires_at) is not int or fields["v"] != 1:
                raise KeyListUntrusted("not a key list of version 1")
            if not issued_at - _CLOCK_SKEW_S <= now_s < expires_at:
                raise KeyListUntrusted("not valid now")
            return cls(expires_at, _keys(fields["centre"]), _municipalities(fields["municipalities"]))
        except cose.Malformed as error:
            raise KeyListUntrusted("malformed") from error


def read_root_key(path: Path) -> bytes:
    """Return the raw Ed25519 public key in a PEM file; `RootKeyUnusable` when there is none."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise RootKeyUnusable(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RootKeyUnusable(f"{path}: is not a public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise RootKeyUnusable(f"{path}: the root's key is an Ed25519 key")
    return key.public_bytes_raw()


def _keys(value: object) -> dict[bytes, bytes]:
    if type(value) is not dict or len(cast("dict[object, object]", value)) > _MOST_KEYS:
        raise KeyListUntrusted("keys are a map")
    for kid, key in cast("dict[object, object]", value).items():
        if (
            not isinstance(kid, bytes)
            or not isinstance(key, bytes)
            or len(kid) > _LONGEST_KID
            or len(key) != _KEY_BYTES
        ):
            raise KeyListUntrusted("a key is 32 bytes under a key id")
    return cast("dict[bytes, bytes]", value)


def _municipalities(value: object) -> dict[str, dict[bytes, bytes]]:
    if type(value) is not dict or len(cast("dict[object, object]", value)) > _MOST_MUNICIPALITIES:
        raise KeyListUntrusted("municipalities are a map")
    keys: dict[str, dict[bytes, bytes]] = {}
    for code, theirs in cast("dict[object, object]", value).items():
        if not isinstance(code, str):
            raise KeyListUntrusted("a municipality's code is text")
        keys[code] = _keys(theirs)
    return keys
