"""The review's charts as SVG: bars and one line diagram, with all letters as outlines: no font is needed later.

Drawn by matplotlib. Not responsible for the figures (`usage.py`, `money.py`, `recovery.py`) nor for pages (`pdf.py`).
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from hub.municipality.renderer.glyphs import FONT

FONTS: Sequence[Path] = (
    Path("/usr/share/fonts/truetype/bizud-gothic/BIZUDPGothic-Regular.ttf"),
    Path("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"),
    FONT,
)
WIDTH_MM, SMALL_MM = 180, 87
_INK, _LIGHT, _LOSS = "#1f4e79", "#9fb9d0", "#b5482a"
_LABEL: dict[str, Any] = {"xytext": (6, -11), "textcoords": "offset points", "fontsize": 7.5}
_STYLE = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.6,
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "svg.fonttype": "path",
    "svg.hashsalt": "review",
    "axes.unicode_minus": False,
}


def text_font() -> Path:
    """Return the typeface of screens, or the next that is there."""
    return next(path for path in FONTS if path.exists())


def columns(values: Mapping[str, int], *, width_mm: float = SMALL_MM, height_mm: float = 48, unit: str = "件") -> str:
    """Draw upright bars, one a key, the highest with its figure."""

    def draw(axes: Axes) -> None:
        bars = axes.bar(list(values), list(values.values()), color=_INK, width=0.72)
        told = [f"{it:,}" if it == max(values.values()) else "" for it in values.values()]
        axes.bar_label(bars, told, padding=2, fontsize=7)
        axes.set_ylabel(unit)
        _thousands(axes)

    return _drawn(draw, width_mm, height_mm)


def bars(values: Mapping[str, int], *, width_mm: float = WIDTH_MM, unit: str = "件") -> str:
    """Draw lying bars, the first on top, each with its figure."""

    def draw(axes: Axes) -> None:
        drawn = axes.barh(list(values), list(values.values()), color=_INK, height=0.62)
        axes.bar_label(drawn, [f"{it:,} {unit}" for it in values.values()], padding=3, fontsize=7.5)
        axes.invert_yaxis()
        axes.set_xlim(0, max([*values.values(), 1]) * 1.18)
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)

    return _drawn(draw, width_mm, 10 + 7 * len(values))


def months(labels: Sequence[str], fees: Sequence[int], commission: Sequence[int]) -> str:
    """Draw income and commission of each month side by side, in thousands of yen."""

    def draw(axes: Axes) -> None:
        places = range(len(labels))
        axes.bar([it - 0.2 for it in places], [it / 1000 for it in fees], 0.38, color=_INK, label="手数料収入")
        axes.bar([it + 0.2 for it in places], [it / 1000 for it in commission], 0.38, color=_LIGHT, label="委託手数料")
        axes.set_xticks(list(places), list(labels))
        axes.set_ylabel("千円")
        axes.legend(frameon=False, fontsize=7.5, loc="upper center", ncols=2)
        axes.set_ylim(0, max([*fees, 1]) / 1000 * 1.2)
        _thousands(axes)

    return _drawn(draw, WIDTH_MM, 52)


def recovery(lines: Mapping[str, Sequence[Mapping[str, Any]]], points: Sequence[tuple[float, str]]) -> str:
    """Draw net income over card ownership, millions of yen, one line each; `points` are marked on the first."""

    def draw(axes: Axes) -> None:
        for (name, line), colour, style in zip(lines.items(), (_INK, _INK, _LIGHT), ("-", "--", "-"), strict=False):
            rates = [it["rate"] * 100 for it in line]
            axes.plot(rates, [it["yen"] / 1e6 for it in line], style, color=colour, label=name, linewidth=1.4)
        axes.axhline(0, color="#333333", linewidth=0.8)
        first = next(iter(lines.values()))
        for rate, told in points:
            yen = next(it["yen"] for it in first if abs(it["rate"] - rate) < 1e-9)  # noqa: PLR2004 - the same rate
            axes.plot([rate * 100], [yen / 1e6], "o", color=_LOSS if yen < 0 else _INK, markersize=4.5)
            axes.annotate(f"{told} {yen / 1e4:,.0f}万円".replace("-", "−"), (rate * 100, yen / 1e6), **_LABEL)
        axes.set_xlabel("マイナンバーカードの保有率（％）")
        axes.set_ylabel("年間収支（百万円）")
        axes.set_xlim(0, 100)
        axes.set_xticks(range(0, 101, 10))
        axes.grid(color="#dddddd", linewidth=0.5)
        axes.legend(frameon=False, fontsize=7.5, loc="upper left")

    return _drawn(draw, WIDTH_MM, 82)


def _drawn(draw: Any, width_mm: float, height_mm: float) -> str:
    path = text_font()
    font_manager.fontManager.addfont(path)
    family = font_manager.FontProperties(fname=path).get_name()
    style: Any = {**_STYLE, "font.family": family}
    with mpl.rc_context(style):
        figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), layout="constrained")
        draw(figure.add_subplot())
        svg = io.StringIO()
        figure.savefig(svg, format="svg", metadata={"Date": None})
    return svg.getvalue()


def _thousands(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(FuncFormatter(_with_commas))


def _with_commas(value: float, _place: int) -> str:
    return f"{value:,.0f}"
