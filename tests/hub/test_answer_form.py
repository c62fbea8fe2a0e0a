"""Only answers of the protocol's form pass the centre: whatever else a municipality signs stops what was asked for."""

from typing import Any

import pytest
from fake_municipality import ANSWERS, ISSUE, PERSON, REQUEST

from hub.centre.answer_form import is_answer

LISTS = {
    "household": ("persons", PERSON),
    "registration": ("requests", REQUEST),
    "register": ("requests", REQUEST),
    "history": ("issues", ISSUE),
}
FIELDS = [(kind, name) for kind, (_, each) in LISTS.items() for name in each]


def changed(kind: str, **changes: Any) -> dict[str, Any]:
    name, each = LISTS[kind]
    return ANSWERS[kind] | {name: [each | changes]}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_has_its_form_and_no_other(kind):
    assert is_answer(kind, ANSWERS[kind])
    assert not is_answer(kind, ANSWERS[kind] | {"remark": ""})
    for name in ANSWERS[kind]:
        assert not is_answer(kind, {key: value for key, value in ANSWERS[kind].items() if key != name})
    for other in (None, "", b"", [], {}, 1):
        assert not is_answer(kind, other)


@pytest.mark.parametrize(("kind", "name"), FIELDS)
@pytest.mark.parametrize("strange", [1.5, b"x", [], {}, -1, "\x00", "x" * 201])
def test_a_value_of_another_form_is_none(kind, name, strange):
    assert not is_answer(kind, changed(kind, **{name: strange}))


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_a_field_less_is_none(kind, name):
    listed, each = LISTS[kind]
    assert not is_answer(kind, ANSWERS[kind] | {listed: [{key: each[key] for key in each if key != name}]})


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("household", changed("household", birth_date="1986-02-30")),
        ("household", changed("household", birth_date="19861130")),
        ("household", changed("household", self=1)),
        ("household", changed("household", ref="0" * 31)),
        ("household", changed("household", name="")),
        ("household", ANSWERS["household"] | {"persons": [PERSON] * 101}),
        ("household", ANSWERS["household"] | {"scopes": []}),
        ("household", ANSWERS["household"] | {"fiscal_years": [True]}),
        ("preview", {"sheets": 0}),
        ("registration", changed("registration", number="1" * 13)),
        ("registration", changed("registration", state="lost")),
        ("register", {"requests": []}),
        ("history", changed("history", copies=11)),
        ("history", {"issues": [ISSUE] * 51}),
    ],
)
def test_what_the_protocol_does_not_know_is_none(kind, answer):
    assert not is_answer(kind, answer)
