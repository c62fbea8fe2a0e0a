"""The sample people (見本) of Koga City and Aoba City: invented, each standing for one case of the service.

Not responsible for cards (`setup.py` enters serial numbers). Two names have a variant selector: one variant is in the
font, one is in no font. `elsewhere` lives in Aoba and has the registered domicile in Koga.
"""

from datetime import date, timedelta

from hub.municipality.registers.register import Base
from hub.municipality.samples.entries import Home, Someone, family_register, household, income_tax, resident_id, seal

_BORN = date(1971, 2, 3)
_SEALED = date(2015, 6, 1)
_HOME = Home("福岡県古賀市駅東一丁目1番1号", "福岡県古賀市中央二丁目1234番地")
_KOGA = (
    Someone("taro", "古賀 太郎", "コガ タロウ", date(1984, 5, 9), "男"),
    Someone("hanako", "古賀 花子", "コガ ハナコ", date(1986, 11, 30), "女", "妻", "二女"),
    Someone("haruto", "古賀 陽翔", "コガ ハルト", date(2013, 12, 31), "男", "子", moved_in_on=date(2013, 12, 31)),
    Someone("mio", "古賀 澪", "コガ ミオ", date(2019, 5, 1), "女", "子", moved_in_on=date(2019, 5, 1)),
)
_LARGE_HOME = Home("福岡県古賀市花見東七丁目20番5号", "福岡県古賀市花見東七丁目205番地")
_LARGE = (
    Someone("large_family", "八重樫 勝利", "ヤエガシ カツトシ", date(1979, 1, 8), "男"),
    Someone("large_2", "八重樫 美千代", "ヤエガシ ミチヨ", date(1981, 7, 17), "女", "妻", "三女"),
    *(
        Someone(f"large_{count + 3}", f"八重樫 {name}", f"ヤエガシ {kana}", born, sex, "子", relation)
        for count, (name, kana, born, sex, relation) in enumerate(
            (
                ("大和", "ヤマト", date(2005, 4, 2), "男", "長男"),
                ("さくら", "サクラ", date(2007, 3, 28), "女", "長女"),
                ("結衣", "ユイ", date(2009, 9, 9), "女", "二女"),
                ("蓮太郎", "レンタロウ", date(2012, 2, 29), "男", "二男"),
                ("陽菜乃", "ヒナノ", date(2015, 6, 15), "女", "三女"),
                ("颯真", "ソウマ", date(2019, 4, 30), "男", "三男"),
                ("心晴", "コハル", date(2019, 5, 1), "女", "四女"),
            )
        )
    ),
)
_FOREIGN_HOME = Home("福岡県古賀市舞の里三丁目15番2号", "福岡県古賀市舞の里三丁目15番地2")
_FOREIGN = (
    Someone(
        "foreign",
        "NGUYEN VAN MINH",
        "グエン バン ミン",
        date(1990, 4, 12),
        "男",
        foreign={
            "nationality": "ベトナム",
            "residence_category": "中長期在留者",
            "residence_status": "技術・人文知識・国際業務",
            "residence_period": "3年",
            "residence_expires_on": date(2028, 7, 31),
            "residence_card": "AB12345678CD",
        },
    ),
    Someone("foreign_2", "舞 里子", "マイ サトコ", date(1992, 10, 3), "女", "妻"),
)
_ELSEWHERE = Someone("elsewhere", "本籍 古賀", "ホンセキ コガ", date(1975, 8, 8), "男", here=False)
_ELSEWHERE_FAMILY = (
    _ELSEWHERE,
    Someone("elsewhere_2", "本籍 青葉", "ホンセキ アオバ", date(1977, 9, 9), "女", "妻", here=False),
)
_AOBA_HOME = Home("見本県青葉市緑町四丁目5番6号", "福岡県古賀市青柳三丁目45番地")


def sample_entries(code: str, today: date) -> list[Base]:
    """All sample entries of a municipality, not yet in a database; `today` is the day `moved_in_today` moved in."""
    if code == "402231":
        return [*_koga(today), *_singles(today)]
    return _aoba() if code == "999016" else []


def _koga(today: date) -> list[Base]:
    taro, hanako = _KOGA[0], _KOGA[1]
    years = [today.year - ago for ago in range(4)]
    moved = [
        ("福岡県福岡市東区香椎照葉九丁目99番99号 見本ハイツ203号", date(2011, 11, 22)),
        (_HOME.address, date(2021, 4, 1)),
    ]
    large_moved = [(_old_place(count), date(1996 + 3 * count, 4, 1)) for count in range(8)]
    return [
        household(_HOME, _KOGA),
        family_register(_HOME.domicile, _KOGA, addresses=moved),
        *(seal(it, _SEALED) for it in (taro, hanako)),
        *(income_tax(taro, year, _HOME.address, 3_560_000, dependants=1) for year in years),
        *(income_tax(hanako, year, _HOME.address, 1_240_000) for year in years),
        household(_LARGE_HOME, _LARGE),
        family_register(
            _LARGE_HOME.domicile, _LARGE, addresses=[*large_moved, (_LARGE_HOME.address, date(2021, 4, 1))]
        ),
        seal(_LARGE[0], _SEALED),
        *(income_tax(_LARGE[0], year, _LARGE_HOME.address, 12_345_000, dependants=3) for year in years),
        household(_FOREIGN_HOME, _FOREIGN),
        seal(_FOREIGN[0], _SEALED),
        *(income_tax(_FOREIGN[0], year, _FOREIGN_HOME.address, 2_900_000) for year in years[:2]),
        family_register(_AOBA_HOME.domicile, _ELSEWHERE_FAMILY, addresses=[(_AOBA_HOME.address, _SEALED)]),
    ]


def _singles(today: date) -> list[Base]:
    """People who live alone, but for `under_age` and the guardian."""
    cancelled = Someone("cancelled_seal", "廃印 済子", "ハイイン スミコ", _BORN, "女")
    home = _home("cancelled_seal")
    pending = family_register(home.domicile, (cancelled,), addresses=[(home.address, _SEALED)])
    pending.change_pending = True
    guardian = Someone("guardian", "若葉 緑", "ワカバ ミドリ", _BORN, "女")
    child = Someone("under_age", "若葉 芽生", "ワカバ メイ", _years_before(today, 12), "女", "子")
    young = Home("福岡県古賀市千鳥三丁目8番2号", "福岡県古賀市千鳥三丁目8番地2")
    newest = today.year if today.month > 5 else today.year - 1  # noqa: PLR2004 - the switch is in June
    # 辻 with a selector that no collection registers: a layout engine would silently draw the plain 辻.
    glyph = Someone("missing_glyph", "辻\U000e01ef 異体", "ツジ イタイ", _BORN, "男")
    revoked = Someone("revoked", "渡邉\U000e0110 失効", "ワタナベ シッコウ", _BORN, "男")
    return [
        _alone(cancelled),
        pending,
        seal(cancelled, _SEALED, date(2020, 2, 3)),
        income_tax(cancelled, newest, home.address, 0),
        income_tax(cancelled, newest - 1, home.address, 0, filed=False),
        _alone(Someone("moved_in_today", "転入 今日子", "テンニュウ キョウコ", _BORN, "女", moved_in_on=today)),
        _alone(
            Someone("moved_out", "転出 済", "テンシュツ ワタル", _BORN, "男", moved_out_on=today - timedelta(days=1))
        ),
        _alone(Someone("support_measure", "支援 守", "シエン マモル", _BORN, "男", support_measure=True)),
        _alone(glyph),
        seal(glyph, _SEALED),
        household(young, (guardian, child)),
        family_register(young.domicile, (guardian, child), addresses=[(young.address, _SEALED)]),
        _alone(revoked),
        family_register(_home("revoked").domicile, (revoked,), addresses=[(_home("revoked").address, _SEALED)]),
        _alone(Someone("expired", "髙𠮷 期限", "タカヨシ キゲン", _BORN, "女")),
    ]


def _aoba() -> list[Base]:
    return [
        household(_AOBA_HOME, _ELSEWHERE_FAMILY),
        seal(_ELSEWHERE, _SEALED),
        *(income_tax(_ELSEWHERE, year, _AOBA_HOME.address, 4_100_000) for year in (2025, 2026)),
    ]


def _alone(person: Someone) -> Base:
    return household(_home(person.key), (person,))


def _home(key: str) -> Home:
    number = int(resident_id(key)[:2], 16) % 30 + 1
    return Home(f"福岡県古賀市天神五丁目{number}番3号", f"福岡県古賀市天神五丁目{number}番地")


def _old_place(count: int) -> str:
    return f"福岡県福岡市東区箱崎{'一二三四五六七八'[count]}丁目{count + 3}番{count * 2 + 1}号 見本荘{count + 101}号室"


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, day.month, min(day.day, 28))
