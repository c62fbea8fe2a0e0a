"""The desks under axe-core, an independent judge of WCAG 2.2 AA; and that they have no scripts of their own."""

import pytest
from axe_playwright_python.async_playwright import Axe

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

pytestmark = pytest.mark.anyio


async def complaints(desk, paths) -> dict:
    found = {}
    async with desk.page(scripts=True) as page:
        for path in paths:
            await page.goto(desk.url + path)
            assert await page.locator("script, [onclick], [onsubmit]").count() == 0
            results = await Axe().run(page, options=RULES)
            broken = [
                (it["id"], [node["html"][:90] for node in it["nodes"][:3]]) for it in results.response["violations"]
            ]
            if broken:
                found[path] = broken
    return found


async def test_axe_finds_nothing_at_the_centres_desk(centre_desk):
    assert await complaints(centre_desk, ["", "notices", "reconciliation", "decisions", "login"]) == {}


async def test_axe_finds_nothing_at_the_offices_desk(office_desk):
    assert await complaints(office_desk, ["", "decided", "changes"]) == {}
