"""The review as plain text for a terminal: the PDF's figures and sentences, one under the other."""

from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import east_asian_width

from hub.report.page import page_of
from hub.report.review import Review


def as_text(review: Review) -> str:
    """Write the review, Japanese, at most about 100 columns."""
    return "\n".join(_lines(page_of(review), review))


def _lines(page: dict[str, Any], review: Review) -> Iterator[str]:
    documents, trouble = page["documents"], page["trouble"]
    yield f"{page['name']} 証明書自動交付 年次報告 {page['year']}（{page['made']} 作成）"
    if page["test_data"]:
        yield "【試験用の架空データ。実績ではない】"
    if page["incomplete"]:
        yield "【年度の途中の数値】"
    yield from _table(page["summary"])
    yield "\n■ 利用の状況"
    parts = f"交付 {documents['issued']} ＋ 失効・返金 {documents['voided']} ＋ 取消 {documents['cancelled']}"
    yield f"請求 {documents['requested']} ＝ {parts} ＋ 処理中 {documents['open']}"
    yield from _table([["種別", "件", "通", "手数料（円）"], *page["types"]])
    usage = review["usage"]
    yield "時間帯 " + " ".join(f"{hour}時:{count}" for hour, count in usage["by_hour"].items() if count)
    yield "月     " + " ".join(f"{month}月:{count}" for month, count in usage["by_month"].items())
    yield from _table([[it["place"], it["operator"], it["kiosk_id"], f"{it['issued']:,}"] for it in usage["by_place"]])
    yield "\n■ 取り忘れ・警報・故障"
    yield f"取り忘れ {page['uncollected']['times']}件、返金 {trouble['refunded']}件、不明 {trouble['unknown']}件"
    yield from _table([["警報・故障", "回", "中央値(分)", "最長(分)"], *page["alarms"], *page["faults"]])
    yield from _table([["証明書に至らなかった理由", "件"], *page["ended"]])
    yield from _table(
        [["警察への引渡し", "端末", "証明書", "引渡し先", "引渡した者"], *page["police"]] if page["police"] else []
    )
    yield from _table(page["stops"])
    yield "\n■ 収支（円）"
    yield from _table([[it[0], it[1], it[3]] for it in page["money"]["rows"]])
    yield "\n■ 費用の回収と保有率"
    yield from (f"・{it}" for it in page["recovery"]["answers"])
    head = ["保有率", "通数", "改修費を除く", "改修費を含む", f"除く（{page['recovery']['other']}通）"]
    yield from _table([head, *page["recovery"]["rows"]])
    yield from (f"・前提：{it}" for it in page["recovery"]["assumptions"])
    yield "\n■ 安全対策の点検"
    yield from (f"［{it[2]}］{it[0]}\n    {it[1]}\n    {it[3]}" for it in page["safeguards"])


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Set columns: the first to the left, figures to the right."""
    if not rows:
        return
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [_padded(text, width, right=_is_figure(text)) for text, width in zip(row, widths, strict=True)]
        yield "  " + "  ".join(cells).rstrip()


def _padded(text: str, width: int, *, right: bool) -> str:
    blank = " " * (width - _width(text))
    return blank + text if right else text + blank


def _is_figure(text: str) -> bool:
    return text.strip("−-0123456789,.％") == "" and text != ""


def _width(text: str) -> int:
    return sum(2 if east_asian_width(it) in "WF" else 1 for it in text)
