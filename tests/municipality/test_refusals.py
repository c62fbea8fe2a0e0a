"""Every reason for which nothing is issued."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from hub.municipality.interface import Refused
from hub.municipality.registers.register import Card as RegisteredCard


@pytest.mark.parametrize(
    ("citizen", "refusal"),
    [
        ("moved_in_today", "moved_in_today"),
        ("moved_out", "moved_out"),
        ("support_measure", "other"),
        ("missing_glyph", "glyph_missing"),
        ("under_age", "under_age"),
        ("stranger", "not_resident"),
        ("expired", "bad_signature"),
        ("forged", "bad_signature"),
    ],
)
def test_a_citizen_is_refused_for_the_right_reason(town, request_of, citizen, refusal):
    assert town.refusal(request_of(citizen)).refusal == refusal


def test_no_refusal_tells_a_name(town, request_of):
    for citizen in ("moved_in_today", "moved_out", "support_measure", "missing_glyph", "under_age"):
        assert town.refusal(request_of(citizen)).detail.isascii()


def test_a_support_measure_is_known_to_the_municipality_alone(town, request_of):
    request = request_of("support_measure")
    refused = town.refusal(request)
    assert "support" not in str(refused)
    with town.office._register.connect() as connection:
        outcome = connection.exec_driver_sql(
            "SELECT outcome FROM requests WHERE transaction_id = ?", (request.transaction_id,)
        ).scalar_one()
    assert outcome == "refused:support_measure"


def test_who_moved_in_today_can_come_tomorrow(town, request_of):
    town.now += timedelta(days=1)
    assert town.issue(request_of("moved_in_today")).pages


def test_a_card_registered_today_is_usable_tomorrow(town, request_of):
    serial_of = town.office._register
    with Session(serial_of) as session, session.begin():
        from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415

        serial = load_der_x509_certificate(town.cards["revoked"].certificate_der).serial_number
        card = session.get_one(RegisteredCard, f"{serial:x}")
        before, card.registered_on = card.registered_on, date(2026, 11, 24)
    try:
        assert town.refusal(request_of("revoked")).refusal == "moved_in_today"
    finally:
        with Session(serial_of) as session, session.begin():
            session.get_one(RegisteredCard, f"{serial:x}").registered_on = before


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 24, 14, 0, tzinfo=UTC),  # 23:00 in Tokyo
        datetime(2026, 11, 23, 21, 29, tzinfo=UTC),  # 06:29
        datetime(2026, 12, 30, 3, 0, tzinfo=UTC),
        datetime(2027, 1, 3, 3, 0, tzinfo=UTC),
    ],
)
def test_nothing_is_issued_while_closed(town, request_of, moment):
    town.now = moment
    assert town.refusal(request_of("hanako")).refusal == "closed"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"type": "family_register"}, "binding_mismatch"),  # scope self
        ({"type": "income_tax"}, "binding_mismatch"),  # no year
        ({"type": "income_tax", "fiscal_year": 2019}, "binding_mismatch"),
        ({"fiscal_year": 2026}, "binding_mismatch"),
        ({"scope": "members"}, "binding_mismatch"),  # nobody chosen
        ({"scope": "members", "persons": ["0" * 32]}, "binding_mismatch"),
        ({"persons": ["0" * 32]}, "binding_mismatch"),
        ({"type": "unheard_of"}, "closed"),
        ({"scope": "everybody"}, "binding_mismatch"),
        ({"items": ["my_number"]}, "binding_mismatch"),
        ({"items": ["relationship", "domicile"]}, "binding_mismatch"),  # not sorted
        ({"items": ["domicile", "domicile"]}, "binding_mismatch"),
        ({"copies": 0, "fee_yen": 0}, "binding_mismatch"),
        ({"copies": 11}, "binding_mismatch"),
        ({"copies": True}, "binding_mismatch"),
        ({"fee_yen": 200}, "binding_mismatch"),
        ({"head_dots": 384}, "binding_mismatch"),
        ({"municipality": "401307"}, "binding_mismatch"),
        ({"transaction_id": "0" * 32}, "binding_mismatch"),
        ({"clerk_nonce": bytes(32)}, "binding_mismatch"),
        ({"v": 3}, "binding_mismatch"),
        ({"v": True}, "binding_mismatch"),
        ({"v": 1}, "binding_mismatch"),
        ({"drop": ("persons",)}, "binding_mismatch"),
        ({"v": 1, "drop": ("persons", "fiscal_year")}, "binding_mismatch"),
        ({"extra": 1}, "binding_mismatch"),
    ],
)
def test_an_order_that_does_not_fit_is_refused(town, request_of, change, refusal):
    assert town.refusal(request_of("hanako", **change)).refusal == refusal


@pytest.mark.parametrize(
    "field",
    ["transaction_id", "centre_nonce", "kiosk_id", "clerk_nonce", "signing_key", "encryption_key", "signature"],
)
def test_a_field_of_another_session_breaks_the_chain(town, request_of, field):
    mine, other = request_of("hanako"), request_of("taro")
    foreign = "kiosk-0002" if field == "kiosk_id" else getattr(other, field)
    assert town.refusal(replace(mine, **{field: foreign})).refusal == "bad_signature"


def test_the_order_of_another_session_breaks_the_chain(town, request_of):
    mine, other = request_of("hanako"), request_of("taro")
    assert town.refusal(replace(mine, order_cose=other.order_cose)).refusal == "bad_signature"


def test_a_truncated_order_or_certificate_is_refused(town, request_of):
    mine = request_of("hanako")
    assert town.refusal(replace(mine, order_cose=mine.order_cose[:-1])).refusal == "bad_signature"
    assert town.refusal(replace(mine, certificate_der=mine.certificate_der[:-1])).refusal == "bad_signature"
    assert town.refusal(replace(mine, encryption_key=b"short")).refusal == "binding_mismatch"


def test_another_municipality_is_refused(town, request_of):
    assert town.refusal(replace(request_of("hanako"), municipality="401307")).refusal == "binding_mismatch"


def test_a_transaction_is_answered_once(town, request_of):
    request = request_of("hanako")
    town.issue(request)
    assert town.refusal(request).refusal == "binding_mismatch"


def test_a_nonce_is_used_for_one_transaction(town, request_of):
    first = request_of("hanako")
    town.issue(first)
    assert town.refusal(request_of("taro", centre_nonce=first.centre_nonce)).refusal == "binding_mismatch"


def test_after_a_refusal_the_same_transaction_may_choose_again(town, request_of):
    request = request_of("hanako")
    town.now = datetime(2026, 12, 30, 3, 0, tzinfo=UTC)
    assert town.refusal(request).refusal == "closed"
    town.now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    assert town.issue(request).pages


def test_more_work_than_it_can_hold_is_told_as_busy(town, request_of):
    town.office._at_work, before = 32, town.office._at_work
    try:
        assert town.refusal(request_of("hanako")).refusal == "busy"
    finally:
        town.office._at_work = before


def test_a_refusal_is_an_exception_with_code_and_detail():
    refused = Refused("closed", "why")
    assert (refused.refusal, refused.detail) == ("closed", "why")
