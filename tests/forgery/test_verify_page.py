"""The static page in a real Chromium: opened from a file, it checks codes with the browser's own Ed25519."""

import asyncio

from hub.signed_code.page import page_with
from tests.forgery.test_signed_code import CONTENT, KEYS, TEXT
from tests.screen.open_screen import chromium


async def verdicts(path, *texts):
    found, asked, spoken = [], [], []
    async with chromium() as browser:
        page = await browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: spoken.append(message.text))
        await page.goto(path.as_uri())
        for text in texts:
            await page.fill("#text", text)
            await page.evaluate("document.getElementById('verdict').hidden = true")
            await page.click("button")
            await page.wait_for_selector("#verdict", state="visible", timeout=10_000)
            found.append((await page.get_attribute("#verdict", "class"), await page.inner_text("#verdict")))
    assert asked == [path.as_uri()]
    assert spoken == []
    return found


def test_the_page_tells_genuine_from_changed_and_sends_nothing(tmp_path):
    page = tmp_path / "verify.html"
    page.write_text(page_with(KEYS), encoding="utf-8")
    changed = TEXT[:60] + ("A" if TEXT[60] != "A" else "B") + TEXT[61:]
    genuine, altered, nonsense = asyncio.run(verdicts(page, f" {TEXT}\n", changed, "hello"))
    assert genuine[0] == "genuine"
    assert "住民票の写し" in genuine[1]
    assert "-".join(CONTENT.document_id[at : at + 4] for at in range(0, 32, 4)) in genuine[1]
    assert CONTENT.digest.hex() in genuine[1]
    assert altered[0] == nonsense[0] == "not_genuine"


def test_a_page_with_other_keys_does_not_accept_the_code(tmp_path):
    page = tmp_path / "verify.html"
    page.write_text(page_with({bytes(8): next(iter(KEYS.values()))}), encoding="utf-8")
    ((verdict, told),) = asyncio.run(verdicts(page, TEXT))
    assert verdict == "not_genuine"
    assert "not the centre's" in told
