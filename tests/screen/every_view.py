"""Every view a person can meet, with the longest plausible parameters, labelled for test names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.screens import idle_pages, pages
from firmware.app.screens.pages import Issue, MunicipalityChoice, Order, PersonChoice, Request, TypeChoice
from firmware.app.screens.pages.choosing import UNAVAILABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware.app.screens.texts import Texts
    from firmware.views import View

CONTACT = "古賀市役所 市民国保課 092-000-0000（平日 8:30～17:15）"
TYPES = (
    TypeChoice("resident_record", 250),
    TypeChoice("seal_registration", 250),
    TypeChoice("family_register", 400, available=False, reason="hours"),
    TypeChoice("family_register_supplement", 250),
    TypeChoice("income_tax", 250),
)
MUNICIPALITIES = (
    MunicipalityChoice("402231", "福岡県 古賀市"),
    MunicipalityChoice("082040", "茨城県 古河市", "closed"),
    MunicipalityChoice("131016", "東京都 千代田区", "maintenance"),
    MunicipalityChoice("141003", "神奈川県 横浜市", "down"),
    MunicipalityChoice("015555", "北海道 紋別郡遠軽町", "operator_not_contracted"),
)
ORDER = Order("福岡県 古賀市", "resident_record", "household", ("domicile", "relationship"), 10, 4000)
PERSONS = (
    PersonChoice("山田 花子", "本人", "1986-11-30"),
    PersonChoice("山田 太郎", "夫", "1984-01-07"),
    PersonChoice("山田 櫻子", "子", "2019-05-01"),
    PersonChoice("マリア・デ・ロス・アンヘレス・ゴンザレス・サントス", "妻の母", "1950-02-28"),
    PersonChoice("NGUYEN THI HOANG PHUONG ANH", "同居人", "2001-12-24"),
    PersonChoice("勘解由小路 左衛門之介", "父", "1925-00-00"),
    *(PersonChoice(f"山田 {name}", "孫", "2020-03-03") for name in ("一郎", "二郎", "三郎", "四郎")),
)
LONG_ORDER = Order(
    "北海道 紋別郡遠軽町",
    "resident_record",
    "members",
    ("relationship", "domicile", "nationality", "residence_status", "residence_card"),
    10,
    2500,
    tuple(person.name for person in PERSONS),
)
REQUESTS = (
    Request("202611230001", "requested", "2026-11-23"),
    Request("202604010002", "rejected", "2026-04-01", "2026-04-03", "not_found"),
)
ISSUES = tuple(
    Issue(1_795_000_000 - 86_400 * 37 * n, TYPES[n % 5].type, "kiosk-0001", n % 10 + 1, n or None) for n in range(50)
)


def every_view(texts: Texts) -> Iterator[tuple[str, View]]:
    """Give (label, view) for each name of the protocol and each variant of it."""
    yield "home", idle_pages.home(texts)
    yield "consent", pages.consent(texts, 60)
    yield "municipality", pages.municipality(texts, MUNICIPALITIES, 60)
    yield "municipality-one", pages.municipality(texts, MUNICIPALITIES[:1], 60)
    yield "hold_card", pages.hold_card(texts, countdown_s=60)
    yield "hold_card-again", pages.hold_card(texts, again=True, countdown_s=60)
    yield "wait", pages.wait(texts)
    yield "wait-no-card", pages.wait(texts, card=False, cancellable=True)
    yield "enter_pin", pages.enter_pin(texts, 2, 3, countdown_s=60)
    yield "enter_pin-wrong", pages.enter_pin(texts, 4, 2, wrong=True, countdown_s=60)
    yield "last_try", pages.last_try(texts, 60)
    yield "pin_locked", pages.pin_locked(texts, CONTACT)
    yield "take_card", pages.take_card(texts, 10)
    yield "choose_type", pages.choose_type(texts, TYPES, 60)
    yield "choose_type-one", pages.choose_type(texts, TYPES[:1], 60)
    yield "choose_type-all", pages.choose_type(texts, TYPES, 60, registration=True, history=True)
    for reason in UNAVAILABLE:
        choice = TypeChoice("income_tax", 250, available=False, reason=reason)
        yield f"choose_type-{reason}", pages.choose_type(texts, (TYPES[0], choice), 60)
    yield "choose_year", pages.choose_year(texts, (2026, 2025, 2024, 2023, 2022), 60)
    yield "choose_scope-family", pages.choose_scope(texts, ("whole", "individual"), 60)
    yield "choose_persons", pages.choose_persons(texts, PERSONS[:4], (0, 3), countdown_s=60)
    yield "choose_persons-many", pages.choose_persons(texts, PERSONS, (0, 3), countdown_s=60)
    yield "choose_persons-full", pages.choose_persons(texts, PERSONS, range(5), most=5, countdown_s=60)
    yield "choose_persons-one", pages.choose_persons(texts, PERSONS[:3], (), one_only=True, countdown_s=60)
    yield "choose_scope", pages.choose_scope(texts, ("self", "household", "members"), 60)
    yield "choose_items", pages.choose_items(texts, ("relationship", "domicile"), ("domicile",), 60)
    items = ("relationship", "domicile", "nationality", "residence_status", "residence_card")
    yield "choose_items-all", pages.choose_items(texts, items, items[:2], 60)
    yield "choose_copies", pages.choose_copies(texts, 1, 250, countdown_s=60)
    yield "confirm", pages.confirm(texts, ORDER, 60)
    yield "confirm-long", pages.confirm(texts, LONG_ORDER, 60)
    yield "confirm-year", pages.confirm(texts, Order("福岡県 古賀市", "income_tax", "self", (), 1, 250, (), 2026), 60)
    yield "preview", pages.preview(texts, ("/preview/1.png",), countdown_s=60)
    yield "preview-several", pages.preview(texts, ("/preview/2.png",), 2, 3, countdown_s=60)
    yield "issuing", pages.issuing(texts, cancellable=True)
    yield "pay", pages.pay(texts, 4000, 1250, countdown_s=119)
    yield "pay-card", pages.pay_after_card(texts, 4000, 1250, 19)
    yield "printing", pages.printing(texts, 0.4)
    yield from _endings(texts)


def _endings(texts: Texts) -> Iterator[tuple[str, View]]:
    yield "take_paper", pages.take_paper(texts, 60)
    yield "thanks", pages.thanks(texts)
    yield "thanks-unreceipted", pages.thanks(texts, "3f9a02bb71c4")
    yield from _registration(texts)
    yield "history", pages.history(texts, ISSUES, 60)
    yield "history-none", pages.history(texts, (), 60)
    yield "sorry-another", pages.sorry(texts, "tax_not_filed", contact=CONTACT, another=True, countdown_s=10)
    for cause in pages.SORRY_CAUSES:
        money = (
            "returned" if cause in ("printer_fault", "paper_out", "payment_returned", "overpaid") else "nothing_charged"
        )
        yield f"sorry-{cause}", pages.sorry(texts, cause, contact=CONTACT, money=money, countdown_s=10)
    yield "sorry-card", pages.sorry(texts, "not_my_number_card", contact=CONTACT, card=True)
    yield "sorry-returning", pages.sorry(texts, "printer_fault", contact=CONTACT, money="returning", countdown_s=10)
    yield "sorry-stuck", pages.sorry(texts, "printer_fault", contact=CONTACT, money="stuck", countdown_s=10)
    for cause in idle_pages.OUT_OF_SERVICE_CAUSES:
        yield f"out_of_service-{cause}", idle_pages.out_of_service(texts, (cause,), CONTACT)
    three = ("hub_down", "printer_offline", "camera_inoperative")
    yield "out_of_service-three", idle_pages.out_of_service(texts, three, CONTACT)
    yield "take_card_alarm", idle_pages.take_card_alarm(texts)
    yield "take_paper_alarm", idle_pages.take_paper_alarm(texts)


def _registration(texts: Texts) -> Iterator[tuple[str, View]]:
    yield "registration", pages.registration(texts, REQUESTS, countdown_s=60)
    yield "registration-none", pages.registration(texts, (), countdown_s=60)
    approved = (Request("202604010002", "approved", "2026-04-01", "2026-04-03"),)
    yield "registration-approved", pages.registration(texts, approved, can_register=False, countdown_s=60)
    for reason in ("not_confirmed", "incomplete"):
        rejected = (Request("202604010002", "rejected", "2026-04-01", "2026-04-03", reason),)
        yield f"registration-{reason}", pages.registration(texts, rejected, countdown_s=60)
    yield "register_name", pages.register_name(texts, "ヤマダ　ハナ", 60)
    yield "register_birth", pages.register_birth(texts, "198611", valid=False, countdown_s=60)
    yield "register_birth-wrong", pages.register_birth(texts, "19861331", valid=False, countdown_s=60)
    yield "register_phone", pages.register_phone(texts, "09012345678", 60)
    yield (
        "register_confirm",
        pages.register_confirm(
            texts,
            "北海道 紋別郡遠軽町",
            name_kana="カデノコウジ　サエモンノスケ",
            birth_date="1986-11-30",
            phone="09012345678",
            countdown_s=60,
        ),
    )
    yield "printing-slip", pages.printing_slip(texts)
    yield "take_paper-slip", pages.take_slip(texts)
    yield "registered", pages.registered(texts, "202611230001", countdown_s=60)
    yield "registered-unprinted", pages.registered(texts, "202611230001", printed=False, countdown_s=60)
