"""Answers with a person's data: signed, for this session alone, and only what the question is about."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import delete

from hub.municipality.registers import registrations
from hub.municipality.registers.civil_registers import UseRegistration
from hub.municipality.registers.register import writing
from hub.municipality.samples.sample_register import resident_id
from hub.municipality.setup import open_existing
from hub.municipality.signer.page_check import plain
from hub.municipality.signer.raster import read_pages

from .conftest import SpyRenderer

TODAY = "2026-11-24"


@pytest.fixture(autouse=True)
def _no_registrations_left(town):
    yield
    with writing(town.office._register) as session, session.begin():
        session.execute(delete(UseRegistration))


def ask(town, citizen, kind, of=None, session=None):
    return town.ask((session or town.cards[citizen].session()).query(kind, of or {}))


def test_a_household_is_listed_with_references_of_this_transaction(town):
    session = town.cards["hanako"].session()
    query = session.query("household", {"type": "resident_record"})
    statement = town.ask(query)
    assert statement["kind"] == "household"
    assert statement["v"] == 2
    assert statement["query_sha256"] == sha256(query.query_cose).digest()
    assert statement["card_fingerprint"] == sha256(query.certificate_der).digest()
    assert statement["session_key_hash"] == sha256(query.signing_key + query.encryption_key).digest()
    assert statement["pages"] == []
    persons = statement["answer"]["persons"]
    assert [(it["name"], it["self"], it["relationship"]) for it in persons] == [
        ("古賀 太郎", False, "世帯主"),
        ("古賀 花子", True, "妻"),
        ("古賀 陽翔", False, "子"),
        ("古賀 澪", False, "子"),
    ]
    assert set(persons[0]) == {"ref", "name", "kana", "self", "relationship", "birth_date", "foreign"}
    assert statement["answer"]["scopes"] == ["self", "household", "members"]
    assert statement["answer"]["items"] == ["domicile", "relationship"]
    again = ask(town, "hanako", "household", {"type": "resident_record"})["answer"]["persons"]
    assert not {it["ref"] for it in persons} & {it["ref"] for it in again}, "nobody can be followed by a reference"
    chosen = sorted(persons[place]["ref"] for place in (1, 3))
    assert town.issue(session.order(scope="members", persons=chosen)).pages


def test_choices_without_sense_are_not_offered_to_this_person(town):
    alone = ask(town, "revoked", "household", {"type": "resident_record"})["answer"]
    assert alone["scopes"] == ["self"]
    mixed = ask(town, "foreign", "household", {"type": "resident_record"})["answer"]
    assert "nationality" in mixed["items"]
    assert [it["foreign"] for it in mixed["persons"]] == [True, False]
    tax = ask(town, "taro", "household", {"type": "income_tax"})["answer"]
    assert (len(tax["persons"]), tax["scopes"], tax["fiscal_years"]) == (1, ["self"], [2026, 2025, 2024])
    family = ask(town, "taro", "household", {"type": "family_register"})["answer"]
    assert [it["relationship"] for it in family["persons"]] == ["夫", "妻", "長男", "長女"]


@pytest.mark.parametrize(
    ("citizen", "kind", "refusal"),
    [
        ("support_measure", "resident_record", "other"),
        ("moved_in_today", "resident_record", "moved_in_today"),
        ("moved_out", "resident_record", "moved_out"),
        ("cancelled_seal", "seal_registration", "seal_not_registered"),
        ("cancelled_seal", "family_register", "register_change_pending"),
        ("foreign", "family_register", "domicile_elsewhere"),
        ("stranger", "family_register", "not_registered"),
        ("stranger", "resident_record", "not_resident"),
        ("hanako", "unheard_of", "closed"),
    ],
)
def test_who_cannot_have_a_type_is_told_before_choosing(town, citizen, kind, refusal):
    assert town.refusal(town.cards[citizen].session().query("household", {"type": kind})).refusal == refusal


def test_a_preview_shows_the_form_and_nothing_of_anybody(town):
    session = town.cards["hanako"].session()
    spy = SpyRenderer(town)
    choice = session.choice(scope="household", items=["domicile", "relationship"])
    answer = town.runner.run(town.office_with(spy).answer(session.query("preview", {"order": choice})))
    statement = town.read(answer.statement)
    assert statement["answer"] == {"sheets": len(answer.pages)}
    assert [it["sha256"] for it in statement["pages"]] == [sha256(it).digest() for it in answer.pages]
    text = plain(read_pages(spy.last, 576)[0].text)
    assert all(wanted in text for wanted in ("住民票", "氏名", "生年月日", "〇〇", "確認用"))
    secrets = ("古賀太郎", "コガハナコ", "昭和61年11月30日", "駅東一丁目", "1234番地", "妻", "この写しは")
    assert not any(secret in text for secret in secrets)


@pytest.mark.parametrize("kind", ["seal_registration", "income_tax", "family_register", "family_register_supplement"])
def test_every_type_has_a_preview(town, kind):
    session = town.cards["taro"].session()
    scope = "whole" if kind.startswith("family") else "self"
    year = 2026 if kind == "income_tax" else None
    spy = SpyRenderer(town)
    query = session.query("preview", {"order": session.choice(type=kind, scope=scope, fiscal_year=year)})
    town.ask(query, town.office_with(spy))
    page = read_pages(spy.last, 576)[0]
    assert "古賀太郎" not in plain(page.text)
    assert page.pictures == ()


def test_a_preview_that_shows_somebody_is_not_signed(town):
    def unmasked(content):
        return {**content, "persons": [{**it, "kana": "コガ ハナコ"} for it in content["persons"]]}

    session = town.cards["hanako"].session()
    query = session.query("preview", {"order": session.choice()})
    assert town.refusal(query, town.office_with(SpyRenderer(town, unmasked))).refusal == "binding_mismatch"


def test_a_preview_of_what_cannot_be_had_is_refused(town):
    session = town.cards["cancelled_seal"].session()
    order = session.choice(type="seal_registration")
    assert town.refusal(session.query("preview", {"order": order})).refusal == "seal_not_registered"
    assert (
        town.refusal(session.query("preview", {"order": {"type": "seal_registration"}})).refusal == "binding_mismatch"
    )


@pytest.mark.parametrize(
    ("kind", "of", "changes"),
    [
        ("gossip", {}, {}),
        ("history", {"type": "income_tax"}, {}),
        ("household", {}, {}),
        ("household", {"type": 1}, {}),
        ("preview", {"order": []}, {}),
        ("history", {}, {"v": 1}),
        ("history", {}, {"query_nonce": b"short"}),
        ("history", {}, {"transaction_id": "0" * 32}),
        ("history", {}, {"clerk_nonce": bytes(32)}),
        ("history", {}, {"surplus": 1}),
        ("register", {"name_kana": "ホンセキ コガ", "birth_date": "yesterday", "phone": "0901234567"}, {}),
        ("register", {"name_kana": "本籍 古賀", "birth_date": "1975-08-08", "phone": "0901234567"}, {}),
        ("register", {"name_kana": "ホンセキ コガ", "birth_date": "1975-08-08", "phone": "110"}, {}),
    ],
)
def test_a_query_that_does_not_fit_is_refused(town, kind, of, changes):
    assert town.refusal(town.cards["stranger"].session().query(kind, of, **changes)).refusal == "binding_mismatch"


def test_ones_own_history_is_listed_newest_first_and_nobody_elses(town):
    town.issue(town.cards["foreign"].request())
    town.now += timedelta(minutes=5)
    answer = town.issue(town.cards["foreign"].request(copies=2))
    issues = ask(town, "foreign", "history")["answer"]["issues"]
    assert issues[0] == {
        "issued_at": int(town.now.timestamp()),
        "type": "resident_record",
        "document_id": answer.document_id,
        "copies": 2,
        "fee_yen": 500,
        "kiosk_id": "kiosk-0001",
        "checks": None,
    }
    assert issues[1]["issued_at"] == issues[0]["issued_at"] - 300
    counted = replace(town.cards["foreign"].session().query("history", {}), checks={answer.document_id: 3, "f" * 32: 9})
    assert [it["checks"] for it in town.ask(counted)["answer"]["issues"]] == [3, *[None] * (len(issues) - 1)]
    others = ask(town, "large_family", "history")["answer"]["issues"]
    assert answer.document_id not in [it["document_id"] for it in others]


def test_nothing_is_answered_while_closed(town):
    town.now += timedelta(hours=12)
    assert town.refusal(town.cards["hanako"].session().query("history", {})).refusal == "closed"


WISH = {"name_kana": "ホンセキ コガ", "birth_date": "1975-08-08", "phone": "09012345678"}


def test_use_from_elsewhere_is_asked_for_decided_and_usable_the_next_day(town):
    card = town.cards["elsewhere"]
    assert ask(town, "elsewhere", "registration")["answer"] == {"requests": []}
    (made,) = ask(town, "elsewhere", "register", WISH)["answer"]["requests"]
    assert {name: made[name] for name in ("state", "requested_on", "decided_on", "reason")} == {
        "state": "requested",
        "requested_on": TODAY,
        "decided_on": None,
        "reason": None,
    }
    assert len(made["number"]) == 12
    assert ask(town, "elsewhere", "register", WISH)["answer"]["requests"] == [made], "asked twice, entered once"
    family = {"type": "family_register", "scope": "whole"}
    assert town.refusal(card.request(**family)).refusal == "registration_pending"

    office = open_existing(town.data, "402231")
    ((request, fitting),) = registrations.list_open(office)
    assert [it.id for it in fitting] == [resident_id("family member elsewhere")]
    with pytest.raises(ValueError, match="who fits"):
        registrations.approve(office, request.number, resident_id("family member taro"), "係員", town.now.date())
    registrations.approve(office, request.number, fitting[0].id, "係員", town.now.date())
    with pytest.raises(ValueError, match="no open request"):
        registrations.reject(office, request.number, "not_found", "係員", town.now.date())
    office.dispose()

    assert ask(town, "elsewhere", "registration")["answer"]["requests"][0]["state"] == "approved"
    assert town.refusal(card.request(**family)).refusal == "moved_in_today"
    town.now += timedelta(days=1)
    spy = SpyRenderer(town)
    town.issue(card.request(**family), town.office_with(spy))
    text = plain(read_pages(spy.last, 576)[0].text)
    assert "【名】古賀" in text
    assert "青柳三丁目45番地" in text
    assert town.refusal(card.request()).refusal == "not_resident", "still nobody who lives here"
    assert ask(town, "elsewhere", "history")["answer"]["issues"][0]["type"] == "family_register"


def test_a_rejected_request_can_be_made_again(town):
    ask(town, "stranger", "register", WISH | {"name_kana": "ダレカ ベツ"})
    office = open_existing(town.data, "402231")
    ((request, fitting),) = registrations.list_open(office)
    assert fitting == []
    with pytest.raises(ValueError, match="no reason"):
        registrations.reject(office, request.number, "because", "係員", town.now.date())
    registrations.reject(office, request.number, "not_found", "係員", town.now.date())
    office.dispose()
    told = ask(town, "stranger", "registration")["answer"]["requests"]
    assert [(it["state"], it["reason"]) for it in told] == [("rejected", "not_found")]
    refused = town.refusal(town.cards["stranger"].request(type="family_register", scope="whole"))
    assert refused.refusal == "not_registered"
    assert len(ask(town, "stranger", "register", WISH)["answer"]["requests"]) == 2


def test_residents_need_no_registration(town):
    assert town.refusal(town.cards["taro"].session().query("register", WISH)).refusal == "other"
