"""Every view a person can meet, with the longest plausible parameters, labelled for test names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.screens import idle_pages, pages
from firmware.app.screens.pages import MunicipalityChoice, Order, TypeChoice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware.app.screens.texts import Texts
    from firmware.views import View

CONTACT = "古賀市役所 市民国保課 092-000-0000（平日 8:30～17:15）"
TYPES = (
    TypeChoice("resident_record", 250),
    TypeChoice("seal_registration", 250),
    TypeChoice("family_register", 400, available=False),
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
ORDER = Order("福岡県 古賀市", "family_register_supplement", "household", ("domicile", "relationship"), 10, 4000)


def every_view(texts: Texts) -> Iterator[tuple[str, View]]:
    """Give (label, view) for each name of the protocol and each variant of it."""
    yield "home", idle_pages.home(texts)
    yield "consent", pages.consent(texts, 60)
    yield "municipality", pages.municipality(texts, MUNICIPALITIES, 60)
    yield "municipality-one", pages.municipality(texts, MUNICIPALITIES[:1], 60)
    yield "hold_card", pages.hold_card(texts, countdown_s=60)
    yield "hold_card-again", pages.hold_card(texts, again=True, countdown_s=60)
    yield "wait", pages.wait(texts)
    yield "wait-no-card", pages.wait(texts, card=False)
    yield "enter_pin", pages.enter_pin(texts, 2, 3, countdown_s=60)
    yield "enter_pin-wrong", pages.enter_pin(texts, 4, 2, wrong=True, countdown_s=60)
    yield "last_try", pages.last_try(texts, 60)
    yield "pin_locked", pages.pin_locked(texts, CONTACT)
    yield "take_card", pages.take_card(texts, 10)
    yield "choose_type", pages.choose_type(texts, TYPES, 60)
    yield "choose_type-one", pages.choose_type(texts, TYPES[:1], 60)
    yield "choose_scope", pages.choose_scope(texts, ("self", "household"), 60)
    yield "choose_items", pages.choose_items(texts, ("relationship", "domicile"), ("domicile",), 60)
    yield "choose_copies", pages.choose_copies(texts, 1, 250, countdown_s=60)
    yield "confirm", pages.confirm(texts, ORDER, 60)
    yield "issuing", pages.issuing(texts)
    yield "pay", pages.pay(texts, 4000, 1250, countdown_s=119)
    yield "printing", pages.printing(texts, 0.4)
    yield "take_paper", pages.take_paper(texts, 60)
    yield "thanks", pages.thanks(texts)
    for cause in pages.SORRY_CAUSES:
        money = (
            "returned" if cause in ("printer_fault", "paper_out", "payment_returned", "overpaid") else "nothing_charged"
        )
        yield f"sorry-{cause}", pages.sorry(texts, cause, contact=CONTACT, money=money, countdown_s=10)
    for cause in idle_pages.OUT_OF_SERVICE_CAUSES:
        yield f"out_of_service-{cause}", idle_pages.out_of_service(texts, (cause,), CONTACT)
    three = ("hub_down", "printer_offline", "camera_inoperative")
    yield "out_of_service-three", idle_pages.out_of_service(texts, three, CONTACT)
    yield "take_card_alarm", idle_pages.take_card_alarm(texts)
    yield "take_paper_alarm", idle_pages.take_paper_alarm(texts)
