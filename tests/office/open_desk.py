"""Opening a desk's pages in real Chromium, with scripts off as a rule, and taking a seat with a token."""

from contextlib import asynccontextmanager

from playwright.async_api import async_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WINDOW = {"width": 1280, "height": 800}


@asynccontextmanager
async def chromium():
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield running
        finally:
            await running.close()


@asynccontextmanager
async def taken_seat(browser, url, token, *, scripts=False):
    """Open a page at a desk; with a token, its person has taken the seat."""
    looks = {"viewport": WINDOW, "locale": "ja-JP", "timezone_id": "Asia/Tokyo"}
    context = await browser.new_context(**looks, java_script_enabled=scripts, bypass_csp=scripts)
    context.set_default_timeout(10_000)
    try:
        page = await context.new_page()
        await page.goto(url)
        if token is not None:
            await page.get_by_label("合言葉").fill(token)
            await page.get_by_role("button", name="着席する").click()
            await page.wait_for_url(url)
        yield page
    finally:
        await context.close()
