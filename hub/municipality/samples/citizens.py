"""The test citizens who hold a card: their names in the test system, labels and PINs. Invented people, all of them.

Not responsible for their keys and certificates (`hub init` makes them) nor for their register entries
(`sample_register.py`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citizen:
    """A card holder. `auth_pin`: 4 digits; `sign_pin`: 6 to 16 characters; `label` says what the card is for.

    `town`: the municipality where the person lives.
    """

    name: str
    label: str
    auth_pin: str = "1234"
    sign_pin: str = "ABC123"
    town: str = "402231"


CITIZENS: tuple[Citizen, ...] = (
    Citizen("hanako", "見本: 古賀 花子（4人世帯）"),
    Citizen("taro", "見本: 古賀 太郎（世帯主）"),
    Citizen("foreign", "見本: NGUYEN VAN MINH（外国人住民、配偶者は日本人）"),
    Citizen("large_family", "見本: 八重樫 勝利（9人世帯、複数頁）"),
    Citizen("elsewhere", "見本: 青葉市在住、本籍は古賀市（利用登録が必要）", town="999016"),
    Citizen("cancelled_seal", "見本: 印鑑登録廃止・非課税・未申告・戸籍届出処理中"),
    Citizen("moved_in_today", "見本: 今日転入（明日から利用可）"),
    Citizen("moved_out", "見本: 転出済み"),
    Citizen("support_measure", "見本: 支援措置"),
    Citizen("missing_glyph", "見本: 書体にない字の氏名"),
    Citizen("under_age", "見本: 15歳未満"),
    Citizen("revoked", "見本: 失効した証明書"),
    Citizen("expired", "見本: 期限切れの証明書"),
)
