"""The record of changes for the council: as a text, and as a PDF.

Not responsible for what changed (`changes.py`).
"""

import json
from collections.abc import Sequence
from datetime import date

import typst

from hub.municipality.changes import Difference
from hub.municipality.era import japanese_date
from hub.municipality.typesetter import TEMPLATES, typst_fonts

# What the council reads; a field without a word here is told by its name.
_WORDS = {
    "resident_record": "住民票の写し",
    "seal_registration": "印鑑登録証明書",
    "income_tax": "所得課税証明書",
    "family_register": "戸籍証明書",
    "family_register_supplement": "戸籍の附票の写し",
    "fee_yen": "手数料（円）",
    "counter_fee_yen": "窓口の手数料（円）",
    "items": "記載項目",
    "scopes": "証明の範囲",
    "issued": "交付",
    "hours": "交付時間",
    "weekdays_only": "平日のみ",
    "minimum_age_years": "年齢の下限",
    "tax_switch": "年度切替日",
    "tax_years": "交付する年度の数",
    "always_open": "常時交付（試験）",
    "closed_days": "休止日",
    "opens": "開始時刻",
    "closes": "終了時刻",
    "contact": "問い合わせ先",
    "copies_max": "部数の上限",
    "maintenance": "保守休止",
    "mayor": "市町村長名",
    "mayor_title": "職名",
    "name": "市町村名",
    "operators": "取扱事業者",
    "registration": "本籍地利用登録の受付",
    "seal": "公印",
}


def as_text(name: str, lines: Sequence[Difference]) -> str:
    """Write one block a change: day, reason, who entered it, then what was and what is."""
    told = [f"{name}: dated record of changes"]
    for at, line in enumerate(lines):
        if at == 0 or (line.on, line.reason) != (lines[at - 1].on, lines[at - 1].reason):
            told += ["", f"{line.on}  {line.reason}  ({line.entered_by})"]
        told.append(f"    {line.what}: {line.before} -> {line.after}")
    return "\n".join(told)


def as_pdf(name: str, lines: Sequence[Difference], today: date) -> bytes:
    """Set the same as an A4 table."""
    rows = [
        {
            "on": japanese_date(it.on),
            "what": "　".join(_WORDS.get(word, word) for word in it.what.split(": ")),
            "before": it.before,
            "after": it.after,
            "reason": it.reason,
            "by": it.entered_by,
        }
        for it in lines
    ]
    page = json.dumps({"name": name, "today": japanese_date(today), "rows": rows})
    compiler = typst.Compiler(TEMPLATES / "office" / "changes.typ", font_paths=typst_fonts(), ignore_system_fonts=True)
    made = compiler.compile(format="pdf", sys_inputs={"page": page}, timestamp=0)
    if not isinstance(made, bytes):
        raise TypeError("typst did not answer with one PDF")
    return made
