"""The review as an A4 PDF for the council: its lines and charts, set by typst.

Not responsible for the figures (`review.py`) nor for the words (`page.py`). Texts enter as data, so that nothing in
them can be markup.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from hub.municipality.renderer.glyphs import FONT
from hub.report import charts
from hub.report.page import page_of
from hub.report.recovery import MINUTES_GOAL, MINUTES_NOW, MINUTES_RECOVERED
from hub.report.review import Review
from hub.report.words import OPERATORS, TYPES, WEEKDAYS, word

TEMPLATE = Path(__file__).with_name("review.typ")


def as_pdf(review: Review) -> bytes:
    """Set the review; the same review gives the same bytes."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(charts.text_font().parent), str(FONT.parent)],
    )
    compiler = typst.Compiler(TEMPLATE, font_paths=fonts, ignore_system_fonts=True)
    made = compiler.compile(
        format="pdf", sys_inputs={"page": json.dumps({**page_of(review), "charts": _charts(review)})}, timestamp=0
    )
    if not isinstance(made, bytes):
        raise TypeError("typst did not answer with one PDF")
    return made


def _charts(review: Review) -> dict[str, str]:
    usage, money = review["usage"], review["money"]
    line = money["by_month"]
    return {
        "types": charts.bars({word(TYPES, kind): it["copies"] for kind, it in usage["by_type"].items()}, unit="通"),
        "months": charts.columns({f"{it}": n for it, n in usage["by_month"].items()}, width_mm=98),
        "hours": charts.columns(_hours(usage["by_hour"]), width_mm=charts.WIDTH_MM, height_mm=40),
        "weekdays": charts.columns({WEEKDAYS[int(it)]: n for it, n in usage["by_weekday"].items()}, width_mm=76),
        "places": charts.bars({_place(it): it["issued"] for it in usage["by_place"]}),
        "money": charts.months(
            [f"{it}月" for it in line],
            [it["fees_yen"] for it in line.values()],
            [it["commission_yen"] for it in line.values()],
        ),
        "recovery": _recovery_chart(review["recovery"]),
    }


def _hours(by_hour: Mapping[str, int]) -> dict[str, int]:
    """Leave out the hours at both ends in which nothing was issued."""
    used = [int(hour) for hour, count in by_hour.items() if count]
    return {str(it): by_hour[str(it)] for it in range(min(used, default=6), max(used, default=22) + 1)}


def _place(line: Mapping[str, Any]) -> str:
    return f"{line['place']}（{word(OPERATORS, line['operator'])}）"


def _recovery_chart(recovery: Mapping[str, Any]) -> str:
    lines: dict[str, list[dict[str, float]]] = {}
    measured, assumed = recovery["measured"], recovery["assumed"]
    for name, of, field in (
        ("改修費を含む（80％で回収）", measured, "net_yen"),
        ("改修費を含まない", measured, "before_system_cost_yen"),
        (
            f"改修費を含まない（利用 {assumed['assumptions']['copies_a_holder']}通の場合）",
            assumed,
            "before_system_cost_yen",
        ),
    ):
        lines[name] = [{"rate": it["rate"], "yen": it[field]} for it in of["line"]]
    points = [(MINUTES_NOW, "8％"), (MINUTES_GOAL, "目標30％"), (MINUTES_RECOVERED, "80％")]
    return charts.recovery(lines, points)
