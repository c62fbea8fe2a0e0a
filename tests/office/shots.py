"""Pictures of the desks and of a yearly review for docs/screens: `python tests/office/shots.py`.

Not a test: people look at them.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
from open_desk import WINDOW, chromium, taken_seat
from PIL import Image
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[2]))

from hub.centre.decisions import decision
from hub.centre.notices import EVERYWHERE, Notice, Notices
from hub.centre.records import open_records
from hub.centre.stops import Stops
from hub.clock import utc_now
from hub.desk.command import desk_running
from hub.desk.people import add_person
from hub.ledger.tariffs import own_tariffs
from hub.municipality.registers import registrations
from hub.municipality.registers.civil_registers import FamilyMember
from hub.municipality.setup import initialise, open_existing
from hub.report.history import Wanted, make_history
from hub.report.pdf import as_pdf
from hub.report.review import review_of

FOLDER = Path(__file__).parents[2] / "docs/screens"
PERSON = "見本 花子"
SCALE = 1.1
PAGES = {
    "centre": {
        "state": "",
        "notices": "notices",
        "reconciliation": "reconciliation?date={day}",
        "decisions": "decisions",
    },
    "402231": {"requests": "", "decided": "decided", "changes": "changes"},
}


def filled(data: Path) -> str:
    """Fill records that are worth looking at; returns a day with documents."""
    engine = open_records(data / "centre.sqlite")
    places = make_history(engine, Wanted("402231", 2025, 5000, 3), own_tariffs())
    lines = [f'{kiosk} = "{name}"\n' for kiosk, name in places.items()]
    (data / "places.toml").write_text("".join(lines), encoding="utf-8")
    stops = Stops(engine, utc_now)
    stops.stop_type("402231", "resident_record", "mismatch:pages.0.sha256")
    stops.stop_kiosk("kiosk-0003", "unconfirmed:session_key_hash")
    begins_s = int((utc_now() + timedelta(days=3)).timestamp()) // 3600 * 3600
    texts = {"text_ja": "装置の交換のため休止します", "text_en": "Closed while equipment is replaced"}
    given = Notice(municipality=EVERYWHERE, begins_s=begins_s, ends_s=begins_s + 7200, **texts)
    Notices(engine, utc_now).give(given, PERSON, "装置の交換")
    now_s = int(utc_now().timestamp())
    with Session(engine) as session, session.begin():
        session.add(decision(now_s, PERSON, "settled", "00" * 16, "映像を確認。用紙は出ていない。返金した"))
    engine.dispose()
    initialise(data, {}, "402231")
    register = open_existing(data, "402231")
    with Session(register) as session, session.begin():
        members = session.query(FamilyMember).order_by(FamilyMember.id).limit(3).all()
        asked = [(f"{it.register.family_kana} {it.given_kana}", it.birth_date) for it in members]
    asked.append(("ヨソノ ダレカ", datetime(1980, 1, 1, tzinfo=UTC).date()))
    for serial, (kana, born) in enumerate(asked, start=1):
        registrations.ask(
            register, serial, "kiosk-0001", registrations.Wish(kana, born, "09000000000"), utc_now().date()
        )
    done = registrations.list_open(register)
    registrations.approve(register, done[1][0].number, done[1][1][0].id, PERSON, utc_now().date())
    registrations.reject(register, done[2][0].number, "not_confirmed", PERSON, utc_now().date())
    register.dispose()
    return "2026-03-16"


async def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        day = filled(data)
        report(data)
        async with chromium() as browser:
            for desk, pages in PAGES.items():
                token = add_person(data, desk, PERSON)
                async with desk_running(data, desk, 0) as url, taken_seat(browser, url, token) as page:
                    for name, path in pages.items():
                        await page.goto(url + path.format(day=day))
                        await save(page, "centre" if desk == "centre" else "office", name)
                    if desk == "centre":
                        await page.get_by_role("button", name="退席").click()
                        await page.wait_for_url("**/login")
                        await save(page, "desk", "login")


def report(data: Path) -> None:
    """Keep the pages of a yearly review side by side."""
    engine = open_records(data / "centre.sqlite")
    review = review_of(engine, data, "402231", 2025, utc_now, tariffs=own_tariffs())
    engine.dispose()
    document = pypdfium2.PdfDocument(as_pdf(review))
    pages = [page.render(scale=SCALE).to_pil() for page in document]
    document.close()
    width, height = pages[0].size
    sheet = Image.new("RGB", (width * 3, height * 2), "#888888")
    for at, picture in enumerate(pages):
        sheet.paste(picture, (at % 3 * width, at // 3 * height))
    sheet.quantize(64).save(FOLDER / "hub-report.png", optimize=True)


async def save(page, desk: str, name: str) -> None:
    """Keep a page as a small PNG."""
    path = FOLDER / f"hub-{desk}-{name}.png"
    await page.set_viewport_size(WINDOW)
    await page.screenshot(path=path)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(96)
    small.save(path, optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
