"""The answer to a query is shown only when every byte of it is this person's; each attack changes one thing."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import cbor2
import pytest
from binding_answer import HEAD_DOTS, NOW_S, PERSONS, TSUKUBA, Answer, Signer, cbor, claim, dots
from hypothesis import given, settings
from hypothesis import strategies as st
from query_answer import ANSWERS, ISSUE, PERSON, QUERIES, REQUEST, QueryAnswer

from firmware.app.clerk import answer as answers
from firmware.app.clerk.claims import BindingMismatch

KINDS = tuple(QUERIES)
GOOD = {kind: QueryAnswer(kind) for kind in KINDS}
OTHER = bytes(32)


def checked(answer: QueryAnswer, plaintext: bytes | None = None, now_s: float = NOW_S) -> answers.Answer[Any]:
    whole = answer.plaintext() if plaintext is None else plaintext
    return answers.check(whole, answer.asked, answer.of.trusted, now_s)


def refused(answer: QueryAnswer, plaintext: bytes | None = None, now_s: float = NOW_S) -> str:
    """Return the field that the refusal names."""
    with pytest.raises(BindingMismatch) as caught:
        checked(answer, plaintext, now_s)
    return caught.value.field


def test_a_household_is_told_as_the_municipality_signed_it():
    told = checked(GOOD["household"]).said
    assert [person.ref for person in told.persons] == list(PERSONS)
    assert [person.own for person in told.persons] == [True, False]
    assert (told.persons[0].name, told.persons[0].birth_date) == ("古賀　花子", date(1986, 11, 30))
    assert (told.scopes, told.items) == (("self", "household", "members"), ("relationship", "domicile"))


def test_the_sheets_of_a_preview_are_told_dot_for_dot():
    answer = checked(GOOD["preview"])
    assert [page.bits for page in answer.pages] == GOOD["preview"].pages
    assert answer.said.sheets == 2


def test_registration_register_and_history_are_told():
    [request] = checked(GOOD["registration"]).said.requests
    assert (request.number, request.state, request.decided_on) == ("123456789012", "rejected", date(2026, 10, 5))
    assert checked(GOOD["register"]).said.requests[0].state == "requested"
    [issue] = checked(GOOD["history"]).said.issues
    assert (issue.issued_at, issue.type, issue.kiosk_id, issue.checks) == (
        1_789_000_000,
        "income_tax",
        "kiosk-0002",
        None,
    )


CHANGES: dict[str, Any] = {
    "v": 1,
    "kind": "document",
    "municipality": TSUKUBA,
    "transaction_id": "f" * 32,
    "centre_nonce": OTHER,
    "clerk_nonce": OTHER,
    "kiosk_id": "kiosk-0002",
    "card_fingerprint": OTHER,
    "session_key_hash": OTHER,
    "query_sha256": OTHER,
    "answer": {},
    "pages": [claim(dots(24, 9)), claim(dots(16, 9))],
    "issued_at": NOW_S - 86_400,
    "expires_at": NOW_S,
}
STRANGE = (None, True, 2.0, b"", "", [None], {}, -1, 2**70, [[]], cbor2.undefined, cbor2.CBORTag(2, b"\x01"))


def test_the_changes_leave_out_no_field():
    assert all(CHANGES.keys() == good.statement.keys() for good in GOOD.values())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("field", CHANGES)
def test_a_properly_signed_answer_with_one_other_value_is_refused_by_that_field(kind: str, field: str):
    answer = QueryAnswer(kind)
    answer.statement[field] = CHANGES[field]
    assert refused(answer) == field


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("field", CHANGES)
def test_a_value_of_another_kind_is_refused(kind: str, field: str):
    for strange in STRANGE:
        answer = QueryAnswer(kind)
        answer.statement[field] = strange
        refused(answer)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("field", CHANGES)
def test_a_field_less_or_one_more_is_refused(kind: str, field: str):
    answer = QueryAnswer(kind)
    del answer.statement[field]
    assert refused(answer) == "statement"
    answer = QueryAnswer(kind)
    answer.statement[f"{field}_"] = answer.statement[field]
    assert refused(answer) == "statement"


def every_place(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of everything in an answer that is no list and no map itself."""
    if isinstance(value, dict):
        return [place for key, inner in value.items() for place in every_place(inner, (*path, key))]
    if isinstance(value, list):
        return [place for at, inner in enumerate(value) for place in every_place(inner, (*path, at))]
    return [path]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a copy with another value in one place."""
    if not path:
        return new
    whole = dict(value) if isinstance(value, dict) else list(value)
    whole[path[0]] = changed(whole[path[0]], path[1:], new)
    return whole


PLACES = [(kind, place) for kind in KINDS for place in every_place(ANSWERS[kind])]


@pytest.mark.parametrize(("kind", "place"), PLACES)
def test_every_value_of_an_answer_counts_once_it_is_signed(kind: str, place: tuple[Any, ...]):
    """Tampering on the way: the value changes, the signature does not."""
    answer = QueryAnswer(kind)
    tag = cbor2.loads(answer.signed_statement())
    statement = cbor2.loads(tag.value[2])
    statement["answer"] = changed(statement["answer"], place, "another")
    tag.value[2] = cbor(statement)
    assert refused(answer, cbor({**answer.parts(), "statement": cbor(tag)})) == "statement.signature"


@pytest.mark.parametrize(("kind", "place"), PLACES)
@pytest.mark.parametrize("strange", [1.5, b"x", [], {}, "", "\x00", "x" * 300, -1, 2**70, cbor2.undefined])
def test_a_signed_answer_of_another_form_is_refused(kind: str, place: tuple[Any, ...], strange: Any):
    if strange == "" and place[-1] in ("kana", "relationship"):
        return  # a person may have neither
    answer = QueryAnswer(kind)
    answer.statement["answer"] = changed(ANSWERS[kind], place, strange)
    assert refused(answer) == "answer"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("household", {"persons": [{**PERSON, "more": 1}]}),
        ("household", {"persons": [{key: value for key, value in PERSON.items() if key != "ref"}]}),
        ("household", {"persons": [PERSON, PERSON]}),
        ("household", {"persons": [PERSON, {**PERSON, "ref": PERSONS[1]}]}),  # two holders of one card
        ("household", {"persons": [{**PERSON, "ref": f"{number:032x}", "self": False} for number in range(101)]}),
        ("household", {"persons": [{**PERSON, "birth_date": "1986-02-30"}]}),
        ("household", {"persons": [{**PERSON, "birth_date": "1986-11-30T00:00:00"}]}),
        ("household", {"scopes": []}),
        ("household", {"scopes": ["everybody"]}),
        ("household", {"items": ["my_number"]}),
        ("household", {"fiscal_years": [True]}),
        ("household", {"more": 1}),
        ("preview", {"sheets": 0}),
        ("preview", {"sheets": 21}),
        ("registration", {"requests": [{**REQUEST, "number": "12345678901"}]}),
        ("registration", {"requests": [{**REQUEST, "state": "lost"}]}),
        ("register", {"requests": []}),
        ("history", {"issues": [ISSUE] * 51}),
        ("history", {"issues": [{**ISSUE, "copies": True}]}),
    ],
)
def test_a_signed_answer_that_the_protocol_does_not_know_is_refused(kind: str, told: dict[str, Any]):
    answer = QueryAnswer(kind)
    answer.statement["answer"] = ANSWERS[kind] | told
    assert refused(answer) == "answer"


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_to_another_query_of_the_same_session_is_refused(kind: str):
    """Even to the same question, asked a moment before: each has its own nonce."""
    session = Answer()
    before, now = QueryAnswer(kind, session), QueryAnswer(kind, session)
    assert refused(now, before.plaintext()) == "query_sha256"


@pytest.mark.parametrize("kind", KINDS)
def test_a_strangers_answer_is_refused(kind: str):
    answer, stranger = QueryAnswer(kind), QueryAnswer(kind)
    stranger.of.municipal = answer.of.municipal  # the same municipality
    assert refused(answer, stranger.plaintext()) in {"clerk_nonce", "session_key_hash"}


def test_an_answer_of_the_wrong_time_is_refused():
    times = [(-181, 600, "issued_at"), (121, 600, "issued_at"), (-1, 3600, "expires_at"), (-1, 0, "expires_at")]
    for issued, expires, field in times:
        answer = QueryAnswer("household")
        answer.statement.update(issued_at=NOW_S + issued, expires_at=NOW_S + expires)
        assert refused(answer) == field


def test_only_the_keys_of_this_municipality_sign_its_answers():
    for other in (GOOD["household"].of.other_municipal, GOOD["household"].of.centre, Signer()):
        answer = GOOD["household"]
        signed = other.sign(cbor(answer.statement))
        assert refused(answer, cbor({"statement": signed, "pages": []})) == "statement.kid"
        named = Signer(other.key, named=answer.of.municipal.kid)
        signed = named.sign(cbor(answer.statement))
        assert refused(answer, cbor({"statement": signed, "pages": []})) == "statement.signature"


def test_a_key_list_that_ran_out_signs_nothing():
    answer = QueryAnswer("history")
    answer.of.key_list_fields["expires_at"] = NOW_S + 10
    trusted = answer.of.trusted
    with pytest.raises(BindingMismatch, match=r"statement\.kid"):
        answers.check(answer.plaintext(), answer.asked, trusted, NOW_S + 11)


@pytest.mark.parametrize(
    "attack",
    [
        lambda pages: pages[::-1],
        lambda pages: pages[:1],
        lambda pages: [*pages, pages[0]],
        lambda pages: [pages[0], dots(16, 77)],
        lambda pages: [pages[0][:-72], pages[1]],
        lambda pages: [pages[0] + bytes(72), pages[1]],
        lambda _: [],
        lambda pages: pages * 20,
        lambda pages: pages[0],
    ],
)
def test_sheets_of_a_preview_that_are_not_the_signed_ones_are_refused(attack: Any):
    parts = GOOD["preview"].parts()
    assert refused(GOOD["preview"], cbor({**parts, "pages": attack(parts["pages"])})) == "pages"


@pytest.mark.parametrize(("width_dots", "height_rows"), [(832, 16), (HEAD_DOTS, 7), (HEAD_DOTS, 20_001), (0, 16)])
def test_signed_sheets_of_an_impossible_size_are_refused(width_dots: int, height_rows: int):
    answer = QueryAnswer("preview")
    bits = bytes(width_dots // 8 * height_rows)
    answer.pages = [bits, answer.pages[1]]
    line = {"width_dots": width_dots, "height_rows": height_rows, "sha256": hashlib.sha256(bits).digest()}
    answer.statement["pages"] = [line, answer.statement["pages"][1]]
    assert refused(answer) == "pages"


def test_sheets_that_nobody_asked_for_or_that_were_not_counted_are_refused():
    answer = QueryAnswer("household")
    answer.pages = [dots(24, 8)]
    assert refused(answer) == "pages"
    answer.statement["pages"] = [claim(page) for page in answer.pages]
    assert refused(answer) == "pages"
    answer = QueryAnswer("preview")
    answer.statement["answer"] = {"sheets": 1}
    assert refused(answer) == "pages"


@pytest.mark.parametrize("kind", KINDS)
def test_every_single_byte_of_the_signed_statement_counts(kind: str):
    parts = GOOD[kind].parts()
    whole: bytes = parts["statement"]
    trusted = GOOD[kind].of.trusted
    for position in range(len(whole)):
        flipped = whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :]
        with pytest.raises(BindingMismatch):
            answers.check(cbor({**parts, "statement": flipped}), GOOD[kind].asked, trusted, NOW_S)


def test_the_refusal_carries_the_statement_when_there_is_one():
    good = GOOD["household"]
    for plaintext, carried in ((good.plaintext(), good.signed_statement()), (b"garbage", None)):
        with pytest.raises(BindingMismatch) as caught:
            answers.check(plaintext, QueryAnswer("household", good.of).asked, good.of.trusted, NOW_S)
        assert caught.value.statement == carried


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates().map(str),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=12,
)


@given(kind=st.sampled_from(KINDS), data=st.data())
@settings(max_examples=200, deadline=None)
def test_any_shape_in_any_place_is_read_or_refused_but_breaks_nothing(kind: str, data: st.DataObject):
    """Properly signed, so nothing but the form stands between it and the page."""
    place = data.draw(st.sampled_from([(), *every_place(ANSWERS[kind])]))
    good = GOOD[kind]
    told = changed(ANSWERS[kind], place, data.draw(ANYTHING))
    statement = good.of.municipal.sign(cbor({**good.statement, "answer": told}))
    whole = cbor({**good.parts(), "statement": statement})
    try:
        said = answers.check(whole, good.asked, good.of.trusted, NOW_S).said
    except BindingMismatch:
        return
    assert type(said) is QUERIES[kind].answer


@given(garbage=st.binary(max_size=400), kind=st.sampled_from(KINDS))
@settings(max_examples=200, deadline=None)
def test_garbage_is_refused_and_breaks_nothing(garbage: bytes, kind: str):
    good = GOOD[kind]
    signed = good.of.municipal.sign(garbage)
    for plaintext in (
        garbage,
        cbor({**good.parts(), "statement": garbage}),
        cbor({**good.parts(), "statement": signed}),
    ):
        refused(good, plaintext)
