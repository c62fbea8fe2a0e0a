"""Pictures of every page for docs/screens: `python -m tests.screen.shots [LANG…]`.

Japanese pages in full, and one contact sheet for each language and for each look. Not a test: people look at them.
"""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path

from PIL import Image

from firmware.app.screens import texts
from tests.screen.every_view import every_view
from tests.screen.open_screen import chromium, screen

FOLDER = Path(__file__).parents[2] / "docs/screens"
PANEL = {"width": 1280, "height": 800}
COLUMNS = 5
THUMB = (384, 240)
COLOURS = 40
QUALITY = 40
# Variants that differ in a sentence only are in the contact sheets.
ALIKE = ("sorry-", "out_of_service-", "choose_type-", "registration-")
FULL = ("sorry-printer_fault", "out_of_service-three", "choose_type-all", "registration-none")
LOOKS = {"large": ("large", "normal"), "contrast": ("normal", "high")}


async def pictures_of(browser, lang: str, size: str = "normal", contrast: str = "normal") -> dict[str, Image.Image]:
    """Show every view and give its picture by label."""
    made = {}
    async with screen(voice=True) as served:
        served.look(size, contrast)
        served.server._voice = size == "large"
        page = await browser.new_page(viewport=PANEL, reduced_motion="reduce")
        await page.goto(served.url)
        for label, view in every_view(texts.load()[lang]):
            number = served.show_anew(view)
            await page.wait_for_selector(f'body[data-view="{number}"]')
            await page.evaluate("Promise.all([...document.images].map(each => each.decode()))")
            made[label] = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
        await page.close()
    return made


def contact_sheet(pictures: dict[str, Image.Image]) -> Image.Image:
    """Lay the pictures out in rows."""
    width, height = THUMB
    sheet = Image.new("RGB", (COLUMNS * width, -(-len(pictures) // COLUMNS) * height))
    for index, picture in enumerate(pictures.values()):
        sheet.paste(
            picture.resize(THUMB, Image.Resampling.LANCZOS), (index % COLUMNS * width, index // COLUMNS * height)
        )
    return sheet


def _full(pictures: dict[str, Image.Image]) -> dict[str, Image.Image]:
    return {label: each for label, each in pictures.items() if label in FULL or not label.startswith(ALIKE)}


async def _shoot(languages: list[str]) -> None:
    async with chromium() as browser:
        for lang in languages:
            pictures = await pictures_of(browser, lang)
            contact_sheet(pictures).save(FOLDER / f"sheet-{lang}.webp", quality=QUALITY, method=6)
            if lang == "ja":
                for label, picture in _full(pictures).items():
                    picture.quantize(COLOURS, kmeans=2, dither=Image.Dither.NONE).save(
                        FOLDER / f"ja-{label}.png", optimize=True
                    )
        for name, (size, contrast) in LOOKS.items():
            pictures = await pictures_of(browser, languages[0], size, contrast)
            contact_sheet(pictures).save(FOLDER / f"sheet-{languages[0]}-{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    asyncio.run(_shoot(sys.argv[1:] or [each.id for each in texts.load()["ja"].languages]))
