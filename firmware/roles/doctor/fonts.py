"""The fonts of what is printed beside certificates: receipts and slips, in Japanese and the other languages.

Without Japan's font there is neither; without the other one both are in Japanese alone. The kiosk serves on.
"""

from __future__ import annotations

from firmware.app.clerk.strip import JAPANESE, NoFont, font_of, languages_on_paper
from firmware.app.screens import texts
from firmware.roles.doctor.finding import Finding, ok, warn

TEXT_DOTS = 26


async def check() -> Finding:
    """Look for them."""
    languages = sorted(texts.load())
    there = languages_on_paper(*languages)
    missing = [language for language in languages if language not in there]
    if not missing:
        return ok(f"receipts and slips in {', '.join(languages)}")
    try:
        font_of(JAPANESE if JAPANESE in missing else missing[0], TEXT_DOTS)
    except NoFont as error:
        what, _, remedy = str(error).partition(": ")
        lost = "no receipts, no slips" if JAPANESE in missing else f"receipts and slips without {', '.join(missing)}"
        return warn(f"{lost}: {what}", remedy)
    return ok(f"receipts and slips in {', '.join(there)}")
