"""The centre's own signing key and the key list, signed by the offline root, that says whose signatures count.

Not responsible for making keys (`hub/setup/`). Source: `docs/reference/hub-protocol.md`, "The key list".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from hub.cose import kid_of, verify1
from hub.scramble.key import PanelKeyError, load_panel_keys
from hub.settings import Unconfigured


class KeysError(Unconfigured):
    """Keys or key list cannot be used; the text names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class Keys:
    """`key_list` is served as it is; `municipalities` maps code to key id to key.

    `background_key` makes seeds; `panel_keys` by their ids encrypt the scrambled images.
    """

    centre_key: Ed25519PrivateKey
    centre_kid: bytes
    key_list: bytes
    municipalities: Mapping[str, Mapping[bytes, Ed25519PublicKey]]
    background_key: bytes
    panel_keys: Mapping[int, bytes]


def load_keys(pki: Path, now_s: int) -> Keys:
    """Read `centre.key`, `root.pub.pem`, `keys.cose`, `background.key`, `panel-N.key` of DIR/pki; raises KeysError."""
    try:
        root = load_pem_public_key((pki / "root.pub.pem").read_bytes())
        centre = load_pem_private_key((pki / "centre.key").read_bytes(), None)
        key_list = (pki / "keys.cose").read_bytes()
        background_key = (pki / "background.key").read_bytes()
        panel_keys = load_panel_keys(pki)
    except PanelKeyError as error:
        raise KeysError(str(error)) from error
    except (OSError, ValueError) as error:
        raise KeysError(f"{pki}: cannot read the keys ({type(error).__name__}); run `python -m hub init`") from error
    if not isinstance(root, Ed25519PublicKey) or not isinstance(centre, Ed25519PrivateKey):
        raise KeysError(f"{pki}: root.pub.pem and centre.key must be Ed25519 keys")
    try:
        record = verify1(key_list, root)
    except ValueError as error:
        raise KeysError(f"{pki}/keys.cose: {error}; sign it again with the root's key") from error
    if record["expires_at"] <= now_s:
        raise KeysError(f"{pki}/keys.cose has expired; sign it again with the root's key")
    kid = kid_of(centre.public_key())
    if record["centre"].get(kid) != centre.public_key().public_bytes_raw():
        raise KeysError(f"{pki}/keys.cose does not name the key in centre.key; sign it again with the root's key")
    return Keys(centre, kid, key_list, _municipalities(record), background_key, panel_keys)


def load_session_secret(pki: Path) -> bytes:
    """Read `session.key`, with which the centre's processes encrypt what they share; raises KeysError."""
    try:
        return (pki / "session.key").read_bytes()
    except OSError as error:
        raise KeysError(
            f"{pki}/session.key cannot be read; run `python -m hub init` again: it keeps the rest"
        ) from error


def _municipalities(record: dict[str, Any]) -> dict[str, dict[bytes, Ed25519PublicKey]]:
    listed = cast("dict[str, dict[bytes, bytes]]", record["municipalities"])
    return {
        code: {kid: Ed25519PublicKey.from_public_bytes(raw) for kid, raw in keys.items()}
        for code, keys in listed.items()
    }
