"""The sealed document opens for its own session only, and an independent HPKE library (`pyhpke`) opens it too."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

from hub.seal import seal, unseal

KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
ID = "0123456789abcdef0123456789abcdef"


def test_pyhpke_opens_what_we_seal():
    sealed = seal(b"the page's dots", PUBLIC, ID)
    suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
    context = suite.create_recipient_context(
        sealed[:32], KEMKey.from_pyca_cryptography_key(KEY), info=b"kiosk-document-v1:" + ID.encode()
    )
    assert context.open(sealed[32:], aad=b"") == b"the page's dots"


def test_we_open_what_pyhpke_seals():
    suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
    enc, context = suite.create_sender_context(
        KEMKey.from_pyca_cryptography_key(KEY.public_key()), info=b"kiosk-document-v1:" + ID.encode()
    )
    assert unseal(enc + context.seal(b"dots", aad=b""), KEY, ID) == b"dots"


def test_another_transaction_cannot_open_it():
    with pytest.raises(InvalidTag):
        unseal(seal(b"dots", PUBLIC, ID), KEY, ID[::-1])


def test_another_session_cannot_open_it():
    with pytest.raises(InvalidTag):
        unseal(seal(b"dots", PUBLIC, ID), X25519PrivateKey.generate(), ID)


def test_a_changed_byte_is_noticed():
    sealed = bytearray(seal(b"dots", PUBLIC, ID))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        unseal(bytes(sealed), KEY, ID)
