"""Any changed byte and any garbage is refused, and only the session's own key opens what was sealed for it."""

from __future__ import annotations

import pytest
from binding_answer import DOCUMENT, NOW_S, TRANSACTION, Answer, cbor, seal
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.app.clerk.binding import BindingMismatch, check
from firmware.app.clerk.session_keys import NotForThisSession, SessionKeys, SessionOver

GOOD = Answer()
GOOD_PARTS = GOOD.parts()


def refused(plaintext: bytes) -> None:
    with pytest.raises(BindingMismatch):
        check(plaintext, GOOD.expected, GOOD.trusted, NOW_S)


def test_the_unchanged_answer_is_taken():
    assert check(GOOD.plaintext(), GOOD.expected, GOOD.trusted, NOW_S).document_id == DOCUMENT


@pytest.mark.parametrize("part", ["statement", "layers"])
def test_every_single_byte_of_what_is_signed_counts(part: str):
    whole: bytes = GOOD_PARTS[part]
    for position in range(len(whole)):
        changed = whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :]
        refused(cbor({**GOOD_PARTS, part: changed}))


@given(part=st.sampled_from(["statement", "layers", ("pages", 0), ("pages", 2), ("back_panels", 1)]), data=st.data())
@settings(max_examples=400, deadline=None)
def test_any_single_changed_byte_of_a_part_is_refused(part: str | tuple[str, int], data: st.DataObject):
    name, at = part if isinstance(part, tuple) else (part, None)
    whole: bytes = GOOD_PARTS[name] if at is None else GOOD_PARTS[name][at]
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    if at is None:
        refused(cbor({**GOOD_PARTS, name: bytes(changed)}))
    else:
        sides = list(GOOD_PARTS[name])
        sides[at] = bytes(changed)
        refused(cbor({**GOOD_PARTS, name: sides}))


@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_any_single_changed_byte_of_the_whole_document_is_refused(data: st.DataObject):
    changed = bytearray(GOOD.plaintext())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    refused(bytes(changed))


@given(garbage=st.binary(max_size=400))
@settings(max_examples=400, deadline=None)
def test_garbage_is_refused_and_breaks_nothing(garbage: bytes):
    refused(garbage)
    refused(cbor({**GOOD_PARTS, "statement": garbage}))
    refused(cbor({**GOOD_PARTS, "layers": garbage}))
    refused(cbor({**GOOD_PARTS, "layers": GOOD.centre.sign(garbage)}))
    refused(cbor({**GOOD_PARTS, "statement": GOOD.municipal.sign(garbage)}))


def test_a_document_opens_for_its_session_and_transaction_only():
    keys = SessionKeys()
    sealed = seal(b"plaintext", keys.encryption_key, TRANSACTION)
    assert keys.open(sealed, TRANSACTION) == b"plaintext"
    attacks = [
        (SessionKeys(), sealed, TRANSACTION),
        (keys, sealed, DOCUMENT),
        (keys, sealed[:-1], TRANSACTION),
        (keys, sealed[:31], TRANSACTION),
        (keys, b"", TRANSACTION),
        (keys, bytes(32) + sealed[32:], TRANSACTION),
        (keys, sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:], TRANSACTION),
    ]
    for who, what, transaction in attacks:
        with pytest.raises(NotForThisSession):
            who.open(what, transaction)


def test_after_the_session_nothing_opens_and_nothing_is_signed():
    keys = SessionKeys()
    sealed = seal(b"plaintext", keys.encryption_key, TRANSACTION)
    keys.drop()
    with pytest.raises(SessionOver):
        keys.open(sealed, TRANSACTION)
    with pytest.raises(SessionOver):
        keys.sign(b"")
