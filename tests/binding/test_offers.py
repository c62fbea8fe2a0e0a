"""What the centre says of the types is taken in the protocol's form or not at all, whatever shape it has."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from exchange_play import OFFERS
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.app.clerk.order import Offer

PLACES = [(at, name) for at, offer in enumerate(OFFERS) for name in offer]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def read(offers: Any) -> tuple[Offer, ...]:
    return msgspec.json.decode(json.dumps(offers).encode(), type=tuple[Offer, ...])


def with_other(at: int, name: str, value: Any) -> Any:
    return [offer | {name: value} if number == at else offer for number, offer in enumerate(OFFERS)]


def test_offers_are_read_as_they_are_told():
    assert [offer.type for offer in read(OFFERS)] == [offer["type"] for offer in OFFERS]


@pytest.mark.parametrize(("at", "name"), PLACES)
def test_an_offer_that_lacks_a_field_is_refused(at: int, name: str):
    lacking = [
        {key: value for key, value in offer.items() if (number, key) != (at, name)}
        for number, offer in enumerate(OFFERS)
    ]
    with pytest.raises(msgspec.ValidationError):
        read(lacking)


@given(place=st.sampled_from(PLACES), value=JSON)
@settings(max_examples=200, deadline=None)
def test_any_shape_in_any_place_is_in_the_protocols_bounds_or_refused(place: tuple[int, str], value: Any):
    at, name = place
    try:
        offer = read(with_other(at, name, value))[at]
    except (msgspec.ValidationError, OverflowError):
        return
    assert 0 <= offer.fee_yen <= 100_000
    assert 1 <= offer.copies_max <= 10
    assert all(1989 <= year <= 2999 for year in offer.fiscal_years)
    assert 1 <= len(offer.scopes) <= 5
    assert offer.reason is None or offer.reason.isascii()
