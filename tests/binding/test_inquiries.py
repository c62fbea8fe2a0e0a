"""The clerk's questions before an order, from the machine's commands to its events; what is personal stays in Known."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from binding_answer import PERSONS
from exchange_play import Session
from PIL import Image
from query_answer import ANSWERS, PERSON, REQUEST

from firmware.app.clerk import vocabulary as v
from firmware.app.clerk.failures import told
from firmware.app.clerk.inquiries import Inquiries
from firmware.app.clerk.known import Known
from firmware.app.clerk.visit import Field, Wanted
from firmware.app.hub_errors import CODES, REFUSALS, HubRefused, HubTimeout
from firmware.app.messages import EndCause
from firmware.app.screens.pages import SORRY_CAUSES

HOUSEHOLD = v.AskHousehold(7, "resident_record")


class Desk:
    """A clerk's inquiries over a fake centre that answers correctly."""

    def __init__(self, folder: Path) -> None:
        self.session = Session(folder)
        self.known = Known()
        self.pictures: dict[str, bytes] = {}
        self.inquiries = Inquiries(lambda: self.session.exchange, self.known, self.offer)

    def offer(self, pictures: Any) -> None:
        self.pictures = dict(pictures)

    def ask(self, *inquiries: v.Inquiry) -> list[v.Event]:
        async def scenario() -> list[v.Event]:
            await self.session.until_the_offers()
            return [await self.inquiries.answer(each) for each in inquiries]

        return asyncio.run(scenario())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_household_is_counted_for_the_machine_and_known_by_name_to_the_page(desk: Desk):
    [event] = desk.ask(HOUSEHOLD)
    assert event == v.HouseholdCame(7, 2, ("self", "household", "members"), ("relationship", "domicile"), ())
    assert [person.name for person in desk.known.persons] == [PERSON["name"]] * 2


def test_more_than_was_offered_is_garbled(desk: Desk):
    desk.session.tamper = {"answer": {**ANSWERS["household"], "items": ["residence_card"]}}
    assert desk.ask(HOUSEHOLD) == [v.WorkFailed(7, "hub_garbled", EndCause.HUB)]
    assert desk.known.persons == ()


def test_persons_chosen_by_place_are_ordered_by_reference(desk: Desk):
    desk.ask(HOUSEHOLD)
    chosen = desk.inquiries.choice(Wanted("resident_record", "members", (0, 1), ("domicile",), None, 3))
    assert (chosen.persons, chosen.items, chosen.copies) == (PERSONS, ("domicile",), 3)
    assert desk.inquiries.choice(Wanted("resident_record", "self", (0,))).persons == ()


def test_the_sheets_of_a_preview_are_pictures_until_they_are_withdrawn(desk: Desk):
    wanted = Wanted("resident_record", "self")
    [_, event] = desk.ask(HOUSEHOLD, v.AskPreview(8, wanted))
    assert event == v.PreviewCame(8, 2)
    assert list(desk.pictures) == ["/preview/1.png", "/preview/2.png"]
    assert desk.known.pictures == 2
    answer = desk.session.query_answer
    assert answer is not None
    picture = Image.open(io.BytesIO(desk.pictures["/preview/1.png"]))
    assert (picture.mode, picture.size) == ("1", (576, 24))
    assert bytes(byte ^ 0xFF for byte in picture.tobytes()) == answer.pages[0], "black is 1 in the protocol"
    desk.inquiries.withdraw()
    assert (desk.pictures, desk.known.pictures) == ({}, 0)


@pytest.mark.parametrize("state", ["requested", "approved", "rejected"])
def test_one_may_ask_for_registration_unless_a_request_is_open_or_approved(desk: Desk, state: str):
    desk.session.tamper = {"answer": {"requests": [{**REQUEST, "state": state}, REQUEST]}}
    assert desk.ask(v.AskRegistration(3)) == [v.RegistrationCame(3, state == "rejected")]
    assert [request.state for request in desk.known.requests] == [state, "rejected"]


def test_a_registration_is_asked_for_with_what_was_typed(desk: Desk):
    desk.known.typed = {Field.NAME: "コガ　ハナコ", Field.BIRTH: "19861130", Field.PHONE: "0929421111"}
    assert desk.ask(v.Register(4)) == [v.Registered(4)]
    assert desk.known.requests[0].state == "requested"


def test_the_history_is_known_to_the_page_alone(desk: Desk):
    assert desk.ask(v.AskHistory(5)) == [v.HistoryCame(5)]
    assert [issue.type for issue in desk.known.issues] == ["income_tax"]


@pytest.mark.parametrize(
    ("error", "cause", "end"),
    [
        (HubRefused(403, "refused", "tax_not_filed"), "tax_not_filed", EndCause.REFUSED),
        (HubRefused(403, "refused", "other"), "refused", EndCause.REFUSED),
        (HubRefused(403, "refused", "of tomorrow"), "refused", EndCause.REFUSED),
        (HubRefused(403, "not-resident"), "not_resident", EndCause.REFUSED),
        (HubRefused(409, "closed"), "type_closed", EndCause.REFUSED),
        (HubRefused(503, "busy"), "hub_slow", EndCause.REFUSED),
        (HubRefused(504, "municipality-timeout"), "hub_slow", EndCause.HUB),
        (HubTimeout(), "hub_slow", EndCause.HUB),
    ],
)
def test_a_refusal_is_told_by_its_code(desk: Desk, error: Exception, cause: str, end: EndCause):
    desk.session.client.answers["query"] = error
    assert desk.ask(HOUSEHOLD) == [v.WorkFailed(7, cause, end)]


def test_a_strangers_answer_ends_the_dialogue_and_nothing_of_it_is_known(desk: Desk):
    desk.session.tamper = {"clerk_nonce": bytes(32)}
    assert desk.ask(HOUSEHOLD) == [v.WorkFailed(7, "mismatch", EndCause.MISMATCH)]
    assert desk.known.persons == ()


def test_no_event_of_an_inquiry_holds_a_name_a_date_or_a_reference(desk: Desk):
    every = (HOUSEHOLD, v.AskPreview(2, Wanted("resident_record", "self")), v.AskHistory(3), v.AskRegistration(4))
    told = " ".join(map(repr, desk.ask(*every)))
    personal = (PERSON["name"], PERSON["kana"], PERSON["birth_date"], *PERSONS, REQUEST["number"], "bytes")
    assert not [word for word in personal if word in told]


def test_every_problem_and_refusal_of_the_protocol_has_its_words_on_the_screen():
    errors = [HubRefused(400, code) for code in CODES] + [HubRefused(403, "refused", code) for code in REFUSALS]
    assert {told(error)[0] for error in errors} <= set(SORRY_CAUSES)
    assert REFUSALS - {"other"} <= {told(error)[0] for error in errors}
