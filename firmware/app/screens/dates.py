"""Dates as people in Japan write them: Japanese eras beside the common calendar, times in Japan's zone.

Eras from Meiji on, by their first days (laws on the change of era). Not responsible for which date is shown.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from firmware.app.screens.texts import Texts

TOKYO = ZoneInfo("Asia/Tokyo")
_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1868, 1, 25), "明治"),
)


def era_year(day: date) -> str:
    """Give the era and its year, such as 令和8 or 平成元; the common year before Meiji."""
    for first, name in _ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{name}{'元' if year == 1 else year}"
    return str(day.year)


def fiscal_year(texts: Texts, year: int) -> str:
    """Name a fiscal year: it begins in April."""
    return texts.say("unit.fiscal_year", era=era_year(date(year, 5, 1)), year=year)


def birth_date(texts: Texts, written: str) -> str:
    """Write a date like "1986-11-30" with its era; what is no whole date is left as it is."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return written
    return texts.say("unit.birth_date", era=era_year(day), year=day.year, month=day.month, day=day.day)


def plain_date(texts: Texts, written: str) -> str:
    """Write a date like "2026-11-30" for reading; what is no whole date is left as it is."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return written
    return texts.say("unit.date", year=day.year, month=day.month, day=day.day)


def moment(texts: Texts, at_s: int) -> str:
    """Write a moment (seconds since 1970) as date and time in Japan."""
    at = datetime.fromtimestamp(at_s, TOKYO)
    day = texts.say("unit.date", year=at.year, month=at.month, day=at.day)
    return f"{day} {at:%H:%M}"


def typed_birth_date(texts: Texts, digits: str) -> str:
    """Show digits YYYYMMDD as far as they are typed, gaps as low lines, the era once the year is there."""
    gaps = digits.ljust(8, "＿")
    year = gaps[:4]
    return texts.say("unit.typed_date", year=year, month=gaps[4:6], day=gaps[6:8])


def is_birth_date(digits: str, today: date) -> bool:
    """Whether digits YYYYMMDD are a day from Meiji on and not after `today`."""
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return len(digits) == len("YYYYMMDD") and _ERAS[-1][0] <= day <= today
