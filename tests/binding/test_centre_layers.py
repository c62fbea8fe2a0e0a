"""The centre's layers over a good document: each attack changes one thing of them."""

from __future__ import annotations

from typing import Any

import pytest
from binding_answer import AREA, NOW_S, Answer, cbor, dots

from firmware.app.clerk.binding import Document, check
from firmware.app.clerk.claims import BindingMismatch

OTHER = bytes(32)
GOOD = Answer()
GOOD_PARTS = GOOD.parts()


def checked(answer: Answer, plaintext: bytes | None = None) -> Document:
    return check(answer.plaintext() if plaintext is None else plaintext, answer.expected, answer.trusted, NOW_S)


def refused(answer: Answer, plaintext: bytes | None = None) -> str:
    """Return the field that the refusal names."""
    with pytest.raises(BindingMismatch) as caught:
        checked(answer, plaintext)
    return caught.value.field


LAYER_CHANGES: dict[str, Any] = {
    "v": 2,
    "kind": "document",
    "transaction_id": "f" * 32,
    "document_id": "e" * 32,
    "statement_sha256": OTHER,
    "background": {"kind": "seeded", "seed": 1},
    "signed_code": {"kind": "picture"},
}


@pytest.mark.parametrize("field", LAYER_CHANGES)
def test_properly_signed_layers_with_one_other_value_are_refused_by_that_field(field: str):
    answer = Answer()
    answer.layers[field] = LAYER_CHANGES[field]
    assert refused(answer) == f"layers.{field}"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "placeholder"},
        {"width_dots": 832},
        {"height_rows": 23},
        {"sha256": OTHER},
        {"more": 1},
        {"height_rows": None},
    ],
)
def test_properly_signed_layers_with_another_back_panel_are_refused(change: dict[str, Any]):
    answer = Answer()
    answer.layers["back_panels"][1].update(change)
    assert refused(answer) == "back_panels"


def test_properly_signed_layers_with_a_panel_more_or_less_are_refused():
    answer = Answer()
    answer.layers["back_panels"].append(answer.layers["back_panels"][0])
    assert refused(answer) == "back_panels"
    answer.back_panels.append(answer.back_panels[0])
    assert refused(answer) == "back_panels"
    del answer.layers["back_panels"][2:], answer.back_panels[2:]
    assert refused(answer) == "back_panels"
    answer.layers["back_panels"] = []
    assert refused(answer) == "back_panels"


def test_the_panel_of_another_page_is_refused():
    parts = GOOD.parts()
    parts["back_panels"] = [parts["back_panels"][2], *parts["back_panels"][1:]]
    assert refused(GOOD, cbor(parts)) == "back_panels"


def test_a_square_for_the_code_that_is_not_blank_or_not_on_the_page_is_refused():
    for change in ({"top_rows": 0}, {"left_dots": 552}, {"left_dots": -8}, {"top_rows": 16}, {"side_dots": 0}):
        answer = Answer()
        answer.statement["code_area"] = AREA | change
        assert refused(answer) == "code_area"


def test_a_signed_code_in_the_square_is_taken():
    answer = Answer()
    answer.layers["signed_code"] = {"kind": "qr", **AREA, "modules": 21, "bits": bytes(56)}
    code = checked(answer).front.code
    assert code is not None
    assert code.modules == 21


@pytest.mark.parametrize("left_dots", [0, AREA["left_dots"] + 8])
def test_a_signed_code_for_a_square_that_the_municipality_did_not_name_is_refused(left_dots: int):
    answer = Answer()
    square = {"left_dots": left_dots, "top_rows": 0, "side_dots": 27}
    answer.layers["signed_code"] = {"kind": "qr", **square, "modules": 21, "bits": bytes(56)}
    assert refused(answer) == "layers.signed_code"


def test_layers_of_another_document_of_the_same_transaction_are_refused():
    answer = Answer()
    before = answer.parts()
    answer.statement["copies"] = 1
    assert refused(answer, cbor({**answer.parts(), "statement": before["statement"]})) == "layers.statement_sha256"


def test_layers_with_a_field_more_or_less_are_refused():
    answer = Answer()
    answer.layers["remark"] = 1
    assert refused(answer) == "layers"
    del answer.layers["remark"], answer.layers["kind"]
    assert refused(answer) == "layers"


def test_another_back_panel_than_the_signed_one_is_refused():
    assert refused(GOOD, cbor({**GOOD_PARTS, "back_panels": [dots(24, 5), *GOOD.back_panels[1:]]})) == "back_panels"
