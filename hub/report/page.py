"""The review's figures as the lines and rows that a council reads, in Japanese: the material of text and PDF.

Not responsible for the figures (`review.py`), for charts (`pdf.py`), nor for setting them.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hub.municipality.pages.era import japanese_date
from hub.report.review import Review
from hub.report.words import CAUSES, RESULTS, TROUBLES, TYPES, word


def page_of(review: Review) -> dict[str, Any]:
    """Return texts and rows."""
    usage, trouble, money = review["usage"], review["trouble"], review["money"]
    documents = usage["documents"]
    return {
        "name": review["name"],
        "year": _era_year(review["fiscal_year"]),
        "made": japanese_date(date.fromisoformat(review["made_at"][:10])),
        "test_data": review["test_data"],
        "incomplete": review["incomplete"],
        "summary": _summary(review),
        "documents": {name: f"{count:,}" for name, count in documents.items()},
        "types": [
            [word(TYPES, kind), f"{it['documents']:,}", f"{it['copies']:,}", f"{it['fee_yen']:,}"]
            for kind, it in usage["by_type"].items()
        ],
        "outside": f"{100 * usage['outside_office_hours'] / max(documents['issued'], 1):.0f}",
        "uncollected": {"times": trouble["uncollected"], "minutes": trouble["uncollected_void_after_min"]},
        "alarms": _lasted(trouble["alarms"]),
        "faults": _lasted(trouble["faults"]),
        "ended": [[word(CAUSES, it), f"{n:,}"] for it, n in trouble["ended_without_document"].items()],
        "trouble": {name: trouble[name] for name in ("transactions", "refunded", "unknown")},
        "police": _police(trouble["incidents"]),
        "stops": _stops(review),
        "money": _money(money),
        "recovery": _recovery(review),
        "safeguards": [
            [it["name"], it["checked"], RESULTS[it["result"]], it["evidence"]] for it in review["safeguards"]
        ],
    }


def _summary(review: Review) -> list[list[str]]:
    money, usage, trouble = review["money"], review["usage"], review["trouble"]
    measured = review["recovery"]["measured"]
    results = [it["result"] for it in review["safeguards"]]
    at = measured["charge_recovered_at"]
    cost = measured["implied_system_cost_yen_a_year"]
    recovered = "保有率100％でも回収できない" if at is None else f"保有率 {_rate(at)}で運営負担金まで回収"
    implied = f"80％で回収できるシステム改修費は年 {_yen(cost)}" if cost > 0 else "80％でも運営負担金を回収できない"
    spent, left = money["commission_yen"] + money["charge_yen"], money["net_yen"]
    counted = "、".join(f"{told} {results.count(result)}" for result, told in RESULTS.items())
    return [
        ["交付", f"{usage['documents']['issued']:,}件（{usage['copies']:,}通、{usage['sheets']:,}枚）"],
        ["収支", f"収入 {_yen(money['fees_yen'])}、支出 {_yen(spent)}、差引 {_yen(left)}"],
        ["費用の回収", f"{recovered}。{implied}。"],
        ["取り忘れ", f"証明書 {trouble['uncollected']}件"],
        ["安全対策", counted],
    ]


def _lasted(found: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    return [
        [word(TROUBLES, code), f"{it['times']:,}", f"{it['median_min']:.1f}", f"{it['longest_min']:.1f}"]
        for code, it in found.items()
    ]


def _police(incidents: Mapping[str, Any] | None) -> list[list[str]]:
    if incidents is None:
        return []
    return [[it["day"], it["kiosk_id"], it["document_id"] or "−", it["to"], it["by"]] for it in incidents["to_police"]]


def _stops(review: Review) -> list[list[str]]:
    return [[it["subject"], it["cause"], it["lifted_by"] or "（停止中）", it["reason"] or ""] for it in review["stops"]]


def _money(money: Mapping[str, Any]) -> dict[str, Any]:
    tariffs = "、".join(_commission(it) for it in money["commission_tariffs"])
    charge = "" if money["charge_booked"] else "（未計上。料率表による）"
    rows: list[tuple[str, int, str]] = [
        ("手数料収入", money["fees_yen"], "返金を差し引いた額"),
        ("委託手数料（店舗事業者へ）", -money["commission_yen"], tariffs),
        ("運営負担金（センターへ）", -money["charge_yen"], f"人口による{charge}"),
        ("差引", money["net_yen"], "システム改修費は含まない"),
    ]
    return {"rows": [[name, _sum(yen), "", told] for name, yen, told in rows], "returned": f"{money['returned_yen']:,}"}


def _commission(tariff: Mapping[str, Any]) -> str:
    per = "枚" if tariff["per"] == "sheet" else "通"
    return f"1{per} {tariff['yen']}円（{japanese_date(date.fromisoformat(tariff['from']))}から）"


def _recovery(review: Review) -> dict[str, Any]:
    measured, assumed = review["recovery"]["measured"], review["recovery"]["assumed"]
    rows: list[list[str]] = []
    for a, b in zip(measured["line"], assumed["line"], strict=True):
        sums = [_sum(it) for it in (a["before_system_cost_yen"], a["net_yen"], b["before_system_cost_yen"])]
        rows.append([_rate(a["rate"]), f"{a['copies']:,}", *sums])
    return {
        "rows": rows,
        "other": f"{assumed['assumptions']['copies_a_holder']}",
        "answers": _answers(measured, assumed),
        "assumptions": _assumptions(review["population"], measured["assumptions"]),
    }


def _answers(measured: Mapping[str, Any], assumed: Mapping[str, Any]) -> list[str]:
    at, at_eight = measured["charge_recovered_at"], measured["line"][1]["before_system_cost_yen"]
    cost, other = (it["implied_system_cost_yen_a_year"] for it in (measured, assumed))
    loss = f"保有率8％では年 {_yen(-measured['points']['now']['net_yen'])}の赤字"
    never = "80％でも運営負担金を回収できない。"
    needed = measured["copies_a_holder_needed_at_80"]
    use = "1通ごとの差益がなく、利用が増えても届かない。" if needed is None else f"1人あたり年 {needed:.2f}通。"
    return [
        f"{loss}（改修費を除いても {_yen(-at_eight)}の赤字）。",
        "運営負担金までの回収：" + ("保有率100％でも届かない。" if at is None else f"保有率 {_rate(at)}。"),
        "80％で回収できる改修費：" + (f"年 {_yen(cost)}（5年で {_yen(5 * cost)}）。" if cost > 0 else never),
        f"利用が{assumed['assumptions']['copies_a_holder']}通なら：" + (f"年 {_yen(other)}。" if other > 0 else never),
        f"80％で運営負担金を回収するのに要る利用：{use}",
    ]


def _assumptions(people: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    since = japanese_date(date.fromisoformat(people["from"]))
    fee, commission = (f"{given[it]:.1f}円" for it in ("fee_yen_a_copy", "commission_yen_a_copy"))
    return [
        f"人口 {people['inhabitants']:,}人、カードの保有率 {_rate(people['card_ownership'])}（{since}から）。",
        f"保有者1人あたり年 {given['copies_a_holder']:.2f}通（本年度の交付から。保有率が変わっても同じとする）。",
        f"1通あたり手数料 {fee}、委託手数料 {commission}（本年度の実績）。",
        "窓口の手間の減少と、窓口手数料との差は含めない。",
        "議事録には改修費の額がないので、「約80％で回収できる」から逆算した。",
    ]


def _rate(rate: float) -> str:
    return f"{100 * rate:.3g}％"


def _yen(yen: int) -> str:
    return (f"{yen / 10_000:,.0f}万円" if abs(yen) >= 10_000 else f"{yen:,}円").replace("-", "−")  # noqa: PLR2004


def _sum(yen: int) -> str:
    return f"{yen:,}".replace("-", "−")


def _era_year(fiscal_year: int) -> str:
    return japanese_date(date(fiscal_year, 4, 1)).split("年")[0] + "年度"
