"""The review's words in Japanese: what codes and states are called before a council. A code without a word stays."""

from collections.abc import Mapping
from types import MappingProxyType

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "resident_record": "住民票の写し",
        "seal_registration": "印鑑登録証明書",
        "income_tax": "所得課税証明書",
        "family_register": "戸籍証明書",
        "family_register_supplement": "戸籍の附票の写し",
    }
)
OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "seven_eleven": "セブン-イレブン",
        "family_mart": "ファミリーマート",
        "lawson": "ローソン",
        "circle_k_sunkus": "サークルKサンクス",
        "ministop": "ミニストップ",
    }
)
CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "person": "本人が中止",
        "timeout": "操作の時間切れ",
        "card": "カードの不具合",
        "device": "機器の不具合",
        "mismatch": "照合の不一致",
        "hub": "通信の不具合",
        "not_fetched": "証明書の受取なし",
        "restart": "センターの再起動",
        "municipality-timeout": "市のサーバの時間切れ",
        "municipality-down": "市のサーバの停止",
        "error": "処理の誤り",
    }
)
TROUBLES: Mapping[str, str] = MappingProxyType(
    {
        "left_behind_paper": "証明書の取り忘れ",
        "left_behind_card": "カードの取り忘れ",
        "hub_down": "センターとの通信断",
        "printer_offline": "プリンタの停止",
        "printer_error": "プリンタの故障",
        "cover_open": "プリンタのカバー開",
        "paper_out": "用紙切れ",
        "reader_offline": "カードリーダーの停止",
        "camera_inoperative": "カメラの不具合",
        "certificate_revoked": "端末証明書の失効",
        "certificate_expired": "端末証明書の期限切れ",
        "coin_fault": "硬貨投入口の不具合",
        "clerk_unavailable": "手続処理の停止",
        "maintenance": "保守作業",
    }
)
RESULTS: Mapping[str, str] = MappingProxyType({"ok": "適", "attention": "要確認", "unchecked": "未点検"})
WEEKDAYS = "月火水木金土日"


def word(words: Mapping[str, str], code: str) -> str:
    """Return the word for a code, or the code."""
    return words.get(code, code)
