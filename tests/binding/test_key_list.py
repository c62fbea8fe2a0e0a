"""The key list: only the pinned root's, only while it is valid, only in the one form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from binding_answer import KOGA, NOW_S, Answer, Signer, cbor
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.app.clerk.key_list import KeyList, KeyListUntrusted, RootKeyUnusable, read_root_key

GOOD = Answer()
LISTED = GOOD.key_list()


def refused(data: bytes, root: bytes = GOOD.root.public, now_s: float = NOW_S) -> None:
    with pytest.raises(KeyListUntrusted):
        KeyList.verified(data, root, now_s)


def test_the_roots_list_gives_the_keys():
    listed = KeyList.verified(LISTED, GOOD.root.public, NOW_S)
    assert listed.centre == {GOOD.centre.kid: GOOD.centre.public}
    assert listed.municipalities[KOGA] == {GOOD.municipal.kid: GOOD.municipal.public}


def test_a_list_by_another_root_or_under_another_name_is_refused():
    refused(LISTED, Signer().public)
    refused(Signer(GOOD.root.key, named=b"Root").sign(cbor(GOOD.key_list_fields)))


@pytest.mark.parametrize("now_s", [NOW_S - 86_400 - 121, NOW_S + 86_400])
def test_a_list_is_refused_outside_its_time(now_s: float):
    refused(LISTED, now_s=now_s)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"more": 1},
        {"issued_at": "today"},
        {"expires_at": None},
        {"centre": []},
        {"centre": {"text": bytes(32)}},
        {"centre": {b"kid": bytes(31)}},
        {"centre": {bytes([n]): bytes(32) for n in range(17)}},
        {"municipalities": []},
        {"municipalities": {402231: {}}},
        {"municipalities": {KOGA: {b"kid": "key"}}},
    ],
)
def test_a_list_of_another_form_is_refused_though_the_root_signed_it(change: dict[str, Any]):
    refused(GOOD.root.sign(cbor({**GOOD.key_list_fields, **change})))


@given(position=st.integers(0, len(LISTED) - 1), flip=st.integers(1, 255))
@settings(max_examples=500, deadline=None)
def test_any_single_changed_byte_is_refused(position: int, flip: int):
    changed = bytearray(LISTED)
    changed[position] ^= flip
    refused(bytes(changed))


def test_the_pinned_key_is_read_from_pem_and_nothing_else(tmp_path: Path):
    pem = tmp_path / "root.pub.pem"
    with pytest.raises(RootKeyUnusable, match=r"root\.pub\.pem: cannot be read: No such file"):
        read_root_key(pem)
    pem.write_bytes(b"not PEM")
    with pytest.raises(RootKeyUnusable, match="is not a public key in PEM"):
        read_root_key(pem)
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem.write_bytes(curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(RootKeyUnusable, match="Ed25519"):
        read_root_key(pem)
    public = GOOD.root.key.public_key()
    pem.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert read_root_key(pem) == GOOD.root.public
