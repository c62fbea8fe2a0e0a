"""A certificate drawn while its preview is read: the page that would be set now, or none; checked as any other."""

import asyncio

import pytest
from sqlalchemy import update

from hub.municipality.registers.register import Resident, writing
from hub.municipality.samples.sample_register import resident_id
from hub.municipality.signer.raster import blank_pdf
from hub.municipality.signer.readings import Readings

from .conftest import SpyRenderer


class CountingRenderer(SpyRenderer):
    """Counts the pages that are not previews."""

    drawn = 0

    async def pdf(self, content):
        self.drawn += not content["preview"]
        return await super().pdf(content)


@pytest.fixture
def office(town):
    return town.office_with(CountingRenderer(town))


def previewed(town, office, session, **changes):
    """Ask for a preview, and let the office do what it does while the person reads it."""

    async def read():
        await office.answer(session.query("preview", {"order": session.choice(**changes)}))
        await office._ahead.close()

    town.runner.run(read())


def test_an_order_gets_the_page_that_was_drawn_while_its_preview_was_read(town, office):
    session = town.cards["hanako"].session()
    previewed(town, office, session)
    assert office._renderer.drawn == 1
    answer = town.issue(session.order(), office)
    assert office._renderer.drawn == 1, "it is not set again"
    statement = town.read(answer.statement)
    assert statement["document_id"] == answer.document_id
    assert statement["transaction_id"] == session.chain["transaction_id"]


def test_another_choice_is_drawn_anew(town, office):
    session = town.cards["hanako"].session()
    previewed(town, office, session)
    answer = town.issue(session.order(items=["domicile"]), office)
    assert office._renderer.drawn == 2
    assert town.read(answer.statement)["items"] == ["domicile"]


def test_a_register_that_changed_meanwhile_is_drawn_anew(town, office):
    session = town.cards["hanako"].session()
    here = Resident.id == resident_id("hanako")
    previewed(town, office, session)
    with writing(office._register) as changing, changing.begin():
        before = changing.get_one(Resident, resident_id("hanako")).kana
        changing.execute(update(Resident).where(here).values(kana="コガ ハナエ"))
    try:
        answer = town.issue(session.order(), office)
    finally:
        with writing(office._register) as changing, changing.begin():
            changing.execute(update(Resident).where(here).values(kana=before))
    assert office._renderer.drawn == 2
    assert answer.pages


def test_nobody_gets_what_was_drawn_in_anothers_transaction(town, office):
    first, second = (town.cards["hanako"].session() for _ in range(2))
    previewed(town, office, first)
    answer = town.issue(second.order(), office)
    assert office._renderer.drawn == 2
    assert town.read(answer.statement)["transaction_id"] == second.chain["transaction_id"]


def test_a_page_drawn_ahead_is_signed_only_after_the_signers_own_checks(town):
    def of_somebody_else(content):
        if content["preview"]:
            return content
        marks = [it if not it.startswith("holder=") else "holder=somebody" for it in content["marks"]]
        return {**content, "marks": marks}

    office = town.office_with(SpyRenderer(town, of_somebody_else))
    session = town.cards["hanako"].session()
    previewed(town, office, session)
    assert town.refusal(session.order(), office).refusal == "binding_mismatch"


def test_with_more_to_do_nothing_is_drawn_ahead(town, office):
    sessions = [town.cards["hanako"].session() for _ in range(2)]

    async def both():
        queries = (it.query("preview", {"order": it.choice()}) for it in sessions)
        await asyncio.gather(*(office.answer(it) for it in queries))
        await office._ahead.close()

    town.runner.run(both())
    assert office._renderer.drawn <= 1


def test_a_reading_begun_ahead_is_found_by_its_own_pdf_only_and_once():
    readings, pdf = Readings(), blank_pdf()
    readings.begin_ahead(pdf, 576)
    begun = readings._ahead[next(iter(readings._ahead))]
    assert readings.begin(pdf + b"\n", 576) is not begun
    assert readings.begin(pdf, 576) is begun
    assert readings.begin(pdf, 576) is not begun
