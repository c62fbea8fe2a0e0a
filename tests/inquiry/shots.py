"""Pictures of the site for docs/screens: `python -m tests.inquiry.shots`. Not a test: people look at them."""

import asyncio
import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from tests.inquiry.paper import DOCUMENT, Paper, make_keys, scan
from tests.inquiry.site import running_site
from tests.inquiry.test_site import busy_place
from tests.screen.open_screen import chromium

FOLDER = Path(__file__).parents[2] / "docs/screens"


def file(picture: Image.Image) -> dict:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return {"name": "scan.png", "mimeType": "image/png", "buffer": out.getvalue()}


async def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        make_keys(data)
        paper = Paper(data)
        front = paper.front.copy()
        rows, columns = busy_place(paper)
        front[rows, columns] = front[rows.start + 60 : rows.stop + 60, columns]
        back, good, changed = scan(paper.back, "jpeg-200"), scan(paper.front), scan(front, "jpeg-200", 3)
        nothing = Image.fromarray(np.full((400, 400), 255, np.uint8))
        async with running_site(data, paper) as site, chromium() as browser:
            for language, name, files in (
                ("ja", "form", None),
                ("ja", "matches", ([back], [good])),
                ("ja", "differs", ([back], [changed])),
                ("en", "restored", ([back], [])),
                ("en", "unreadable", ([nothing], [])),
                ("ja", "void", ([back], [])),
            ):
                site.book.state = "voided" if name == "void" else "taken"
                page = await browser.new_page(viewport={"width": 1200, "height": 900})
                page.set_default_timeout(100_000)
                await page.goto(f"{site.url}/?lang={language}")
                if files is not None:
                    await page.locator("#back").set_input_files([file(each) for each in files[0]])
                    await page.locator("#front").set_input_files([file(each) for each in files[1]])
                    await page.locator("#number").fill(DOCUMENT)
                    await page.locator("button").click()
                    await page.wait_for_selector("[data-verdict]")
                path = FOLDER / f"inquiry-{name}.png"
                await page.screenshot(path=path, full_page=True)
                with Image.open(path) as picture:
                    small = picture.convert("RGB").quantize(200, method=Image.Quantize.MAXCOVERAGE)
                small.save(path, optimize=True)
                await page.close()


if __name__ == "__main__":
    asyncio.run(main())
