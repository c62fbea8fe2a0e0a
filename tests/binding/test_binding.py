"""A document is taken only when every byte of it is this person's; each attack changes one thing of a good answer."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import cbor2
import pytest
from binding_answer import (
    AREA,
    DOCUMENT,
    HEAD_DOTS,
    NOW_S,
    TSUKUBA,
    Answer,
    Signer,
    cbor,
    claim,
    dots,
    first_page,
)

from firmware.app.clerk.binding import Document, check
from firmware.app.clerk.claims import BindingMismatch

OTHER = bytes(32)
GOOD = Answer()
GOOD_PARTS = GOOD.parts()


def checked(answer: Answer, plaintext: bytes | None = None, now_s: float = NOW_S) -> Document:
    return check(answer.plaintext() if plaintext is None else plaintext, answer.expected, answer.trusted, now_s)


def refused(answer: Answer, plaintext: bytes | None = None, now_s: float = NOW_S) -> str:
    """Return the field that the refusal names."""
    with pytest.raises(BindingMismatch) as caught:
        checked(answer, plaintext, now_s)
    return caught.value.field


def test_a_correct_answer_is_taken_whole():
    document = checked(GOOD)
    assert document.document_id == DOCUMENT
    assert (document.fee_yen, document.copies, document.head_dots) == (500, 2, HEAD_DOTS)
    assert [page.bits for page in document.pages] == GOOD.pages
    assert [page.height_rows for page in document.pages] == [40, 32, 32]
    assert [panel.bits for panel in document.back_panels] == GOOD.back_panels
    rows = 2 * (40 + 32 + 32 + 3 * (16 + 2 + 16) + 24 + 32 + 24)
    assert document.length_mm == -(-rows // 8)


CHANGES: dict[str, Any] = {
    "v": 1,
    "kind": "history",
    "municipality": TSUKUBA,
    "transaction_id": "f" * 32,
    "centre_nonce": OTHER,
    "clerk_nonce": OTHER,
    "kiosk_id": "kiosk-0002",
    "card_fingerprint": OTHER,
    "session_key_hash": OTHER,
    "document_id": "e" * 32,
    "type": "income_tax",
    "scope": "individual",
    "persons": ["1a" * 16],
    "items": ["domicile"],
    "fiscal_year": 2026,
    "copies": 1,
    "fee_yen": 250,
    "head_dots": 832,
    "pages": [claim(first_page(9)), claim(dots(32, 2)), claim(dots(32, 3))],
    "code_area": AREA | {"left_dots": 520},
    "issued_at": NOW_S - 86_400,
    "expires_at": NOW_S,
}


def test_the_changes_below_leave_out_no_field():
    assert CHANGES.keys() == GOOD.statement.keys()


@pytest.mark.parametrize("field", CHANGES)
def test_a_properly_signed_statement_with_one_other_value_is_refused_by_that_field(field: str):
    answer = Answer()
    answer.statement[field] = CHANGES[field]
    assert refused(answer) == field


STRANGE = (None, True, 1.0, b"", "", [], {}, -1, 2**70)


@pytest.mark.parametrize(
    ("field", "strange"),
    [(field, strange) for field in CHANGES for strange in STRANGE if (field, strange) != ("fiscal_year", None)],
)
def test_a_statement_with_a_value_of_another_kind_is_refused(field: str, strange: Any):
    answer = Answer()
    answer.statement[field] = strange
    refused(answer)


@pytest.mark.parametrize("field", CHANGES)
def test_a_statement_that_lacks_a_field_is_refused(field: str):
    answer = Answer()
    del answer.statement[field]
    assert refused(answer) == "statement"


def test_a_statement_with_one_field_more_is_refused():
    answer = Answer()
    answer.statement["remark"] = ""
    assert refused(answer) == "statement"


def test_true_is_not_one():
    answer = Answer()
    answer.statement["copies"] = answer.statement["v"] = 1
    answer.statement["v"] = True
    assert refused(answer) == "v"


@pytest.mark.parametrize(
    ("issued_at", "expires_at", "field"),
    [
        (NOW_S - 181, NOW_S + 600, "issued_at"),  # before the transaction was opened, beyond the clocks' difference
        (NOW_S + 121, NOW_S + 600, "issued_at"),
        (NOW_S - 1, NOW_S - 1 + 3601, "expires_at"),
        (NOW_S - 1, NOW_S, "expires_at"),
    ],
)
def test_a_statement_of_another_time_is_refused(issued_at: int, expires_at: int, field: str):
    answer = Answer()
    answer.statement.update(issued_at=issued_at, expires_at=expires_at)
    assert refused(answer) == field


def test_yesterdays_answer_is_refused_today():
    answer = Answer()
    answer.key_list_fields["expires_at"] = NOW_S + 10 * 86_400
    assert refused(answer, now_s=NOW_S + 86_400) == "expires_at"


def test_a_key_list_that_ran_out_since_the_session_began_signs_nothing():
    answer = Answer()
    answer.key_list_fields["expires_at"] = NOW_S + 10
    trusted = answer.trusted
    with pytest.raises(BindingMismatch, match=r"statement\.kid"):
        check(answer.plaintext(), answer.expected, trusted, NOW_S + 11)


def test_an_answer_for_another_session_is_refused():
    answer, stranger = Answer(), Answer()
    with pytest.raises(BindingMismatch):
        check(stranger.plaintext(), answer.expected, answer.trusted, NOW_S)


def test_an_answer_for_another_transaction_of_the_same_card_is_refused():
    answer = Answer(transaction="a" * 32)
    assert refused(answer) == "transaction_id"


def test_another_municipalitys_key_signs_nothing_here():
    answer = Answer()
    answer.municipal = answer.other_municipal
    assert refused(answer) == "statement.kid"


def test_another_municipalitys_key_under_this_ones_key_id_signs_nothing():
    answer = Answer()
    trusted, kid = answer.trusted, answer.municipal.kid
    answer.municipal = Signer(answer.other_municipal.key, named=kid)
    with pytest.raises(BindingMismatch, match=r"statement\.signature"):
        check(answer.plaintext(), answer.expected, trusted, NOW_S)


def test_a_key_that_comes_with_the_answer_signs_nothing():
    answer, fresh = Answer(), Signer()
    trusted = answer.trusted
    parts = answer.parts()
    parts["statement"] = fresh.sign(cbor(answer.statement), unprotected={-1: fresh.public})
    with pytest.raises(BindingMismatch, match="statement"):
        check(cbor(parts), answer.expected, trusted, NOW_S)
    parts["statement"] = fresh.sign(cbor(answer.statement))
    with pytest.raises(BindingMismatch, match=r"statement\.kid"):
        check(cbor(parts), answer.expected, trusted, NOW_S)


@pytest.mark.parametrize("swapped", ["municipal", "centre"])
def test_the_centre_cannot_sign_for_the_municipality_nor_the_other_way_round(swapped: str):
    answer = Answer()
    trusted = answer.trusted
    answer.municipal = answer.centre = getattr(answer, swapped)
    with pytest.raises(BindingMismatch, match=r"(statement|layers)\.kid"):
        check(answer.plaintext(), answer.expected, trusted, NOW_S)


@pytest.mark.parametrize(
    "protected",
    [
        {1: -7, 4: b"k"},
        {1: -8},
        {4: b"k"},
        {1: -8, 4: b"k", 3: 0},
        {1: -8, 4: "k"},
        {True: -8, 4: b"k"},
        {},
        {1.0: -8, 4: b"k"},
    ],
)
def test_a_header_with_another_algorithm_or_more_or_less_than_it_needs_is_refused(protected: dict[Any, Any]):
    answer = Answer()
    by_kid = {name: (GOOD.municipal.kid if value == b"k" else value) for name, value in protected.items()}
    four = cbor2.loads(GOOD_PARTS["statement"]).value
    four[0] = cbor(by_kid)
    structure = ["Signature1", cbor({1: -8, 4: GOOD.municipal.kid}), b"", four[2]]
    four[3] = GOOD.municipal.key.sign(cbor(structure))
    statement = cbor(cbor2.CBORTag(18, four))
    assert answer.keys is not GOOD.keys
    assert refused(GOOD, cbor({**GOOD_PARTS, "statement": statement})) == "statement"


@pytest.mark.parametrize("broken", ["untagged", "other tag", "trailing", "five parts", "detached", "short signature"])
def test_a_signed_message_of_another_form_is_refused(broken: str):
    message = cbor2.loads(GOOD_PARTS["statement"])
    four = list(message.value)
    forms = {
        "untagged": cbor(four),
        "other tag": cbor(cbor2.CBORTag(98, four)),
        "trailing": GOOD_PARTS["statement"] + b"\x00",
        "five parts": cbor(cbor2.CBORTag(18, [*four, b""])),
        "detached": cbor(cbor2.CBORTag(18, [four[0], {}, None, four[3]])),
        "short signature": cbor(cbor2.CBORTag(18, [*four[:3], four[3][:-1]])),
    }
    assert refused(GOOD, cbor({**GOOD_PARTS, "statement": forms[broken]})) == "statement"


def test_a_statement_that_is_not_canonical_is_refused_though_properly_signed():
    answer = Answer()
    backwards = cbor2.dumps(dict(sorted(answer.statement.items(), reverse=True)))
    answer.signed_statement = lambda: answer.municipal.sign(backwards)  # type: ignore[method-assign]
    assert refused(answer) == "statement"


def test_a_statement_with_a_key_twice_is_refused_though_properly_signed():
    answer = Answer()
    written = cbor(answer.statement)
    twice = bytes([written[0] + 1]) + written[1:] + cbor("v") + cbor(2)
    assert cbor2.loads(twice) == answer.statement, "the attack is built wrongly"
    answer.signed_statement = lambda: answer.municipal.sign(twice)  # type: ignore[method-assign]
    assert refused(answer) == "statement"


@pytest.mark.parametrize(
    ("attack", "field"),
    [
        (lambda pages: [pages[1], pages[0], pages[2]], "pages"),
        (lambda pages: [pages[0], pages[2], pages[1]], "pages"),  # same size, other order
        (lambda pages: pages[:2], "pages"),
        (lambda pages: [*pages, pages[0]], "pages"),
        (lambda pages: [pages[0], dots(32, 77), pages[2]], "pages"),  # Tokushima 2023: page 2 is somebody else's
        (lambda pages: [pages[0][:-72], *pages[1:]], "pages"),
        (lambda pages: [pages[0] + bytes(72), *pages[1:]], "pages"),
        (lambda _: [], "pages"),
        (lambda pages: pages * 40, "pages"),
        (lambda pages: [list(pages[0]), *pages[1:]], "pages"),
        (lambda pages: pages[0], "pages"),
    ],
)
def test_pages_that_are_not_the_signed_ones_in_their_order_are_refused(attack: Any, field: str):
    assert refused(GOOD, cbor({**GOOD_PARTS, "pages": attack(GOOD_PARTS["pages"])})) == field


@pytest.mark.parametrize(
    ("width_dots", "height_rows", "length"),
    [(832, 40, 104 * 40), (576, 7, 72 * 7), (576, 20_001, 72 * 20_001), (576, 40, 72 * 39), (576, -8, 0), (0, 8, 0)],
)
def test_signed_pages_of_an_impossible_size_are_refused(width_dots: int, height_rows: int, length: int):
    answer = Answer()
    bits = bytes(length)
    answer.pages = [bits]
    digest = hashlib.sha256(bits).digest()
    answer.statement["pages"] = [{"width_dots": width_dots, "height_rows": height_rows, "sha256": digest}]
    assert refused(answer) == "pages"


@pytest.mark.parametrize("name", ["statement", "layers", "pages", "back_panels"])
def test_a_document_that_lacks_a_part_is_refused(name: str):
    assert refused(GOOD, cbor({key: value for key, value in GOOD_PARTS.items() if key != name})) == "document"


def test_a_document_with_one_part_more_is_refused():
    assert refused(GOOD, cbor({**GOOD_PARTS, "front": b""})) == "document"


def test_a_document_that_is_not_canonical_is_refused():
    backwards = cbor2.dumps(dict(reversed(cbor2.loads(GOOD.plaintext()).items())))
    assert refused(GOOD, backwards) == "document"
    assert refused(GOOD, GOOD.plaintext() + b"\x00") == "document"
    assert refused(GOOD, GOOD.plaintext()[:-1]) == "document"


def test_an_oversized_statement_is_refused_before_it_is_read():
    assert refused(GOOD, cbor({**GOOD_PARTS, "statement": bytes(16 * 1024 + 1)})) == "document"


def test_the_mismatch_carries_the_statement_to_be_submitted_when_there_is_one():
    with pytest.raises(BindingMismatch) as caught:
        checked(GOOD, cbor({**GOOD_PARTS, "back_panels": [b"", b"", b""]}))
    assert caught.value.statement == GOOD_PARTS["statement"]
    with pytest.raises(BindingMismatch) as caught:
        checked(GOOD, b"")
    assert caught.value.statement is None


def test_the_check_of_a_large_document_takes_a_few_milliseconds():
    answer = Answer()
    answer.pages = [first_page(0, 2200), *(dots(2200, seed) for seed in range(1, 4))]
    answer.statement["pages"] = [claim(page) for page in answer.pages]
    answer.back_panels.append(answer.back_panels[0])
    answer.layers["back_panels"].append(answer.layers["back_panels"][0])
    plaintext, expected, trusted = answer.plaintext(), answer.expected, answer.trusted
    took_ms = []
    for _ in range(7):
        began = time.perf_counter()
        check(plaintext, expected, trusted, NOW_S)
        took_ms.append((time.perf_counter() - began) * 1000)
    assert sorted(took_ms)[3] < 100, took_ms
