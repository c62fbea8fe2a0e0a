"""Signed records: strict form, and agreement with an independent COSE library (`cwt`) in both directions."""

import cbor2
import cwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from hub.cose import BadSignature, kid_of, peek_kid, sign1, verify1

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
RECORD = {"v": 1, "kind": "document", "pages": [{"sha256": bytes(32), "width_dots": 576}], "copies": 10}
SIGNED = sign1(RECORD, KEY, b"kid-0001")


def rebuilt(*, tag=18, protected=None, unprotected=None, payload=None, signature=None, sign=True) -> bytes:
    protected = cbor2.dumps({1: -8, 4: b"kid-0001"}) if protected is None else protected
    payload = cbor2.dumps(RECORD, canonical=True) if payload is None else payload
    if signature is None and sign:
        signature = KEY.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    parts = [protected, {} if unprotected is None else unprotected, payload, signature]
    return cbor2.dumps(cbor2.CBORTag(tag, parts))


def test_a_record_comes_back_as_it_was_signed():
    assert verify1(SIGNED, KEY.public_key()) == RECORD
    assert peek_kid(SIGNED) == b"kid-0001"
    assert rebuilt() == SIGNED


def test_cwt_accepts_what_we_sign():
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    payload = cwt.COSE.new().decode(SIGNED, cwt.COSEKey.from_pem(pem, kid=b"kid-0001"))
    assert cbor2.loads(payload) == RECORD


def test_we_accept_what_cwt_signs():
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    foreign = cwt.COSE.new().encode(
        cbor2.dumps(RECORD, canonical=True),
        cwt.COSEKey.from_pem(pem, kid=b"kid-0001"),
        protected={1: -8, 4: b"kid-0001"},
        unprotected={},
    )
    assert verify1(foreign, KEY.public_key()) == RECORD


def test_another_key_is_refused():
    with pytest.raises(BadSignature, match="does not fit"):
        verify1(SIGNED, OTHER.public_key())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("trailing byte", SIGNED + b"\x00"),
        ("other tag", rebuilt(tag=98)),
        ("no tag", SIGNED[1:]),
        ("another algorithm", rebuilt(protected=cbor2.dumps({1: -7, 4: b"kid-0001"}))),
        ("no algorithm", rebuilt(protected=cbor2.dumps({4: b"kid-0001"}))),
        ("no key id", rebuilt(protected=cbor2.dumps({1: -8}))),
        ("extra header", rebuilt(protected=cbor2.dumps({1: -8, 4: b"kid-0001", 5: b"iv"}))),
        ("header out of order", rebuilt(protected=cbor2.dumps({4: b"kid-0001", 1: -8}))),
        ("true in place of 1", rebuilt(protected=cbor2.dumps({4: b"kid-0001", True: -8}))),
        ("algorithm as a float", rebuilt(protected=cbor2.dumps({1: -8.0, 4: b"kid-0001"}, canonical=True))),
        ("text key id", rebuilt(protected=cbor2.dumps({1: -8, 4: "kid-0001"}))),
        ("unprotected header", rebuilt(unprotected={4: b"kid-0001"})),
        ("payload out of order", rebuilt(payload=cbor2.dumps({"copies": 1, "v": 1}))),
        ("payload with trailing byte", rebuilt(payload=cbor2.dumps({"v": 1}) + b"\x00")),
        ("payload not a map", rebuilt(payload=cbor2.dumps([1]))),
        ("payload with other keys", rebuilt(payload=cbor2.dumps({1: 2}))),
        ("detached payload", cbor2.dumps(cbor2.CBORTag(18, [b"", {}, None, bytes(64)]))),
        ("short signature", rebuilt(signature=bytes(63))),
        ("indefinite length", b"\xd2\x9f" + SIGNED[2:] + b"\xff"),
        ("nothing", b""),
        ("too deep", b"\x9f" * 5000),
    ],
)
def test_only_the_exact_form_is_accepted(name, data):
    with pytest.raises(BadSignature):
        verify1(data, KEY.public_key())


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_nothing_else_is_raised(data):
    with pytest.raises(BadSignature):
        verify1(data, KEY.public_key())


@given(st.integers(min_value=0, max_value=8 * len(SIGNED) - 1))
def test_any_flipped_bit_is_refused(bit):
    damaged = bytearray(SIGNED)
    damaged[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(BadSignature):
        verify1(bytes(damaged), KEY.public_key())


def test_a_key_id_is_eight_bytes_of_the_keys_digest():
    assert len(kid_of(KEY.public_key())) == 8
