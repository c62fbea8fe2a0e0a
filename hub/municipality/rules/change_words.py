"""The council's words for a change: what changed, and a value before and after. What has no word stays as it is.

Not responsible for what changed (`changes.py`) nor for setting it (`change_record.py`).
"""

import json
import re
from typing import Any

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
_VALUES = {
    "seven_eleven": "セブン-イレブン",
    "family_mart": "ファミリーマート",
    "lawson": "ローソン",
    "circle_k_sunkus": "サークルKサンクス",
    "ministop": "ミニストップ",
    "domicile": "本籍・筆頭者",
    "nationality": "国籍・地域",
    "relationship": "続柄",
    "residence_card": "在留カード番号",
    "residence_status": "在留資格",
    "self": "本人",
    "household": "世帯全員",
    "members": "世帯の一部",
    "whole": "全部",
    "individual": "個人・一部",
    "true": "する",
    "false": "しない",
    "none": "なし",
    "-": "−",
}
_SPAN = re.compile(r'\["([0-9]{2}[:-][0-9]{2})", "([0-9]{2}[:-][0-9]{2})"\]')


def words_of(what: str) -> str:
    """Tell what changed: `resident_record: fee_yen` is 住民票の写し　手数料（円）."""
    return "　".join(_WORDS.get(word, word) for word in what.split(": "))


def value_of(text: str) -> str:
    """Tell a value: a span as 12-29〜01-03, a list by its words, a text in several languages in Japanese."""
    span = _SPAN.fullmatch(text)
    if span is not None:
        return f"{span[1]}〜{span[2]}"
    try:
        value: Any = json.loads(text)
    except ValueError:
        return _VALUES.get(text, text)
    match value:
        case {"ja": str(told)}:
            return told
        case list():
            return "、".join(_VALUES.get(str(it), str(it)) for it in value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case _:
            return _VALUES.get(text, text)
