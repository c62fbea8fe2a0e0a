"""Dates as Japanese certificates write them: 令和8年11月23日. Not responsible for time zones: it takes a date.

Eras by the first day of each (改元の日).
"""

from datetime import date

_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1873, 1, 1), "明治"),  # the first day of the Gregorian calendar in Japan
)
_MEIJI_OFFSET = 5  # 1873 was 明治6年


def japanese_date(day: date) -> str:
    """`day` in its era; the first year is 元年. Before 1873: ValueError."""
    for first, era in _ERAS:
        if day >= first:
            year = day.year - first.year + 1 + (_MEIJI_OFFSET if era == "明治" else 0)
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise ValueError(f"{day} is before the Gregorian calendar in Japan")


def western_date(day: date) -> str:
    """`day` as it is written for foreign nationals: 1990年4月12日."""
    return f"{day.year}年{day.month}月{day.day}日"
