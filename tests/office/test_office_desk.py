"""The municipality's office, in a browser without scripts: approving, rejecting, the record of changes."""

import pypdfium2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.municipality.registers.civil_registers import UseRegistration
from hub.municipality.setup import open_existing

pytestmark = pytest.mark.anyio


def registrations(data) -> dict[str, tuple]:
    register = open_existing(data, "402231")
    try:
        with Session(register) as session, session.begin():
            rows = session.scalars(select(UseRegistration)).all()
            return {it.phone + it.serial: (it.state, it.decided_by, it.reason, it.member_id) for it in rows}
    finally:
        register.dispose()


async def test_a_request_is_approved_for_the_chosen_person_in_the_name_of_the_one_at_the_desk(office_desk):
    async with office_desk.page() as page:
        await page.get_by_role("radio").first.check()
        await page.get_by_role("button", name="この方として承認する").click()
        await page.get_by_text("承認しました。明日から利用できます。").wait_for()
        await page.get_by_role("link", name="決定済み").click()
        await page.get_by_role("cell", name="見本 花子").wait_for()
    decided = [it for it in registrations(office_desk.data).values() if it[0] != "requested"]
    assert [it[:2] for it in decided] == [("approved", "見本 花子")]
    assert decided[0][3] is not None


async def test_a_request_that_fits_nobody_can_only_be_rejected_with_a_reason(office_desk):
    async with office_desk.page() as page:
        misfit = page.locator("section").filter(has_text="合う方が戸籍にありません")
        assert await misfit.get_by_role("radio").count() == 0
        await misfit.get_by_label("却下の理由").select_option(label="該当する戸籍がない")
        await misfit.get_by_role("button", name="却下する").click()
        await page.get_by_text("却下しました。").wait_for()
    states = sorted(it[:3] for it in registrations(office_desk.data).values())
    assert ("rejected", "見本 花子", "not_found") in states


async def test_a_decision_that_came_too_late_says_so_and_changes_nothing(office_desk):
    async with office_desk.page() as first, office_desk.page() as second:
        for page in (first, second):
            await page.get_by_role("radio").first.check()
        await first.get_by_role("button", name="この方として承認する").click()
        await first.get_by_text("承認しました。").wait_for()
        await second.get_by_role("button", name="この方として承認する").click()
        await second.get_by_role("alert").get_by_text("承認できません").wait_for()


async def test_the_record_of_changes_can_be_read_and_printed(office_desk):
    async with office_desk.page() as page:
        await page.get_by_role("link", name="変更の記録").click()
        await page.get_by_role("cell", name="住民票の写し 手数料（円）").wait_for()
        answer = await page.request.get(office_desk.url + "changes.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        document = pypdfium2.PdfDocument(await answer.body())
        text = document[0].get_textpage().get_text_bounded()
        document.close()
    assert "古賀市" in text


async def test_nothing_personal_is_written_into_the_log(office_desk, capfd, caplog):
    async with office_desk.page() as page:
        shown = await page.locator("table td").nth(1).inner_text()
        await page.get_by_role("radio").first.check()
        await page.get_by_role("button", name="この方として承認する").click()
        await page.get_by_text("承認しました。").wait_for()
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    assert shown not in logged
    assert "09012345678" not in logged
