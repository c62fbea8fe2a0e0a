"""The site in real Chromium: an upload without scripts, the same with them, and axe-core's judgement of both pages."""

import io

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.inquiry.paper import DOCUMENT, scan
from tests.inquiry.site import running_site
from tests.screen.open_screen import chromium

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("inquiry")]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def file(dots, condition):
    out = io.BytesIO()
    scan(dots, condition).save(out, "JPEG", quality=80, dpi=(200, 200))
    return {"name": "スキャン.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


async def complaints(page):
    results = await Axe().run(page, options=RULES)
    return [(each["id"], each["nodes"][0]["html"][:120]) for each in results.response["violations"]]


async def test_an_office_without_scripts_uploads_both_sides_and_reads_the_answer(data, paper):
    async with running_site(data, paper) as site, chromium() as browser:
        context = await browser.new_context(locale="ja-JP", java_script_enabled=False)
        page = await context.new_page()
        page.set_default_timeout(100_000)
        await page.goto(site.url)
        await page.get_by_label("裏面の画像").set_input_files([file(paper.back, "jpeg-200")])
        await page.get_by_label("表面の画像（省略できます）").set_input_files([file(paper.front, "plain-300")])
        await page.get_by_label("証明書の番号").fill(DOCUMENT)
        await page.get_by_role("button", name="確認する").click()
        await page.wait_for_selector('[data-verdict="matches"]')
        assert await page.get_by_role("img").count() == 2
        widths = [await picture.evaluate("it => it.naturalWidth") for picture in await page.get_by_role("img").all()]
        assert widths == [576, 576]
        await context.close()


async def test_with_scripts_the_page_says_that_it_works_and_nothing_is_broken_for_anybody(data, paper):
    async with running_site(data, paper) as site, chromium() as browser:
        context = await browser.new_context(locale="en-GB", bypass_csp=True)
        page = await context.new_page()
        page.set_default_timeout(100_000)
        await page.goto(site.url)
        assert await complaints(page) == []
        await page.get_by_label("Scan of the back").set_input_files([file(paper.back, "jpeg-200")])
        assert not await page.get_by_role("status").is_visible()
        await page.get_by_role("button", name="Check").click(no_wait_after=True)
        await page.wait_for_function("document.querySelector('#working:not([hidden]), [data-verdict]')")
        await page.wait_for_selector('[data-verdict="restored"]')
        assert await complaints(page) == []
        await page.get_by_role("link", name="日本語").click()
        assert await page.get_by_role("button", name="確認する").is_visible()
        await context.close()
