"""Desks over a centre's and a municipality's records of their own, real Chromium, and people with tokens.

The browser is shared by the tests of a process; each test has its own context, without scripts.
"""

import asyncio
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from open_desk import chromium, taken_seat
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.centre.records import open_records
from hub.centre.stops import Stops
from hub.clock import utc_now
from hub.desk.command import desk_running
from hub.desk.people import add_person
from hub.municipality.registers import registrations
from hub.municipality.registers.civil_registers import FamilyMember
from hub.municipality.setup import initialise, open_existing

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
KOGA = "402231"


@dataclass
class Desk:
    """A served desk: its address, a person's token, and how to open a page at it as that person."""

    url: str
    data: Path
    token: str
    browser: object

    def page(self, *, scripts: bool = False):
        """A page with the person seated; `scripts` only for tools that look at the page from inside."""
        return taken_seat(self.browser, self.url, self.token, scripts=scripts)


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
async def browser(anyio_backend):
    async with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def made_office(tmp_path_factory):
    """Koga's registers with two open requests: one that fits a person of the family registers, one that fits nobody."""
    data = tmp_path_factory.mktemp("office")
    initialise(data, {}, KOGA, clock=lambda: NOW)
    register = open_existing(data, KOGA)
    for serial, (kana, born) in enumerate((_somebody(register), ("ナイ ヒト", date(1980, 1, 1))), start=77):
        wish = registrations.Wish(kana, born, "09012345678")
        registrations.ask(register, serial, "kiosk-0001", wish, NOW.date())
    register.dispose()
    return data


def _somebody(register):
    with Session(register) as session, session.begin():
        member = session.scalars(select(FamilyMember).order_by(FamilyMember.id)).first()
        return f"{member.register.family_kana} {member.given_kana}", member.birth_date


@pytest.fixture
async def centre_desk(tmp_path, browser, anyio_backend):
    engine = open_records(tmp_path / "centre.sqlite")
    Stops(engine, utc_now).stop_type(KOGA, "resident_record", "mismatch:pages")
    engine.dispose()
    token = add_person(tmp_path, "centre", "見本 太郎")
    async with desk_running(tmp_path, "centre", 0) as url:
        yield Desk(url, tmp_path, token, browser)


@pytest.fixture
async def office_desk(tmp_path, browser, made_office, anyio_backend):
    data = tmp_path / "office"
    await asyncio.to_thread(shutil.copytree, made_office, data)
    token = add_person(data, KOGA, "見本 花子")
    async with desk_running(data, KOGA, 0, clock=lambda: NOW) as url:
        yield Desk(url, data, token, browser)
