"""The sample register of Koga City: invented households with plausible Japanese data for the test citizens.

Not responsible for cards (`setup.py` enters serial numbers). Numbers are made up; My Numbers have a valid check digit,
so that a leak would be noticed. Two names have a variant selector: one variant is in the font, one is in no font.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from hub.municipality.numbers import check_digit
from hub.municipality.register import Household, Resident

_LONG_AGO = date(2012, 3, 20)


@dataclass(frozen=True, slots=True)
class _Sample:
    """A person of the sample; what is not given is the same for all."""

    key: str
    name: str
    kana: str
    birth_date: date
    sex: str
    relationship: str = "世帯主"
    moved_in_on: date = _LONG_AGO
    moved_out_on: date | None = None
    support_measure: bool = False


def sample_households(today: date) -> list[Household]:
    """All sample households, not yet in a database; `today` is the day on which `moved_in_today` moved in."""
    yesterday = today - timedelta(days=1)
    koga = (
        _Sample("taro", "古賀 太郎", "コガ タロウ", date(1984, 5, 9), "男"),
        _Sample("hanako", "古賀 花子", "コガ ハナコ", date(1986, 11, 30), "女", "妻"),
        _Sample("haruto", "古賀 陽翔", "コガ ハルト", date(2013, 12, 31), "男", "子", date(2013, 12, 31)),
        _Sample("mio", "古賀 澪", "コガ ミオ", date(2019, 5, 1), "女", "子", date(2019, 5, 1)),
    )
    born = date(1971, 2, 3)
    return [
        _household("福岡県古賀市駅東一丁目1番1号", "福岡県古賀市中央二丁目1234番地", koga),
        _alone("moved_in_today", "転入 今日子", "テンニュウ キョウコ", born, "女", moved_in_on=today),
        _alone("moved_out", "転出 済", "テンシュツ ワタル", born, "男", moved_out_on=yesterday),
        _alone("support_measure", "支援 守", "シエン マモル", born, "男", support_measure=True),
        # 辻 with a selector that no collection registers: a layout engine would silently draw the plain 辻.
        _alone("missing_glyph", "辻\U000e01ef 異体", "ツジ イタイ", born, "男"),
        _household(
            "福岡県古賀市千鳥三丁目8番2号",
            "福岡県古賀市千鳥三丁目8番地2",
            (
                _Sample("guardian", "若葉 緑", "ワカバ ミドリ", born, "女"),
                _Sample("under_age", "若葉 芽生", "ワカバ メイ", _years_before(today, 12), "女", "子"),
            ),
        ),
        _alone("revoked", "渡邉\U000e0110 失効", "ワタナベ シッコウ", born, "男"),
        _alone("expired", "髙𠮷 期限", "タカヨシ キゲン", born, "女"),
    ]


def resident_id(key: str) -> str:
    """Return the register's id of a sample person: 32 hex digits, the same in every sample."""
    return sha256(f"sample resident {key}".encode()).hexdigest()[:32]


def _alone(key: str, name: str, kana: str, birth_date: date, sex: str, **more: date | bool) -> Household:
    number = int(resident_id(key)[:2], 16) % 30 + 1
    person = _Sample(key, name, kana, birth_date, sex, **more)  # pyright: ignore[reportArgumentType]
    return _household(f"福岡県古賀市天神五丁目{number}番3号", f"福岡県古賀市天神五丁目{number}番地", (person,))


def _household(address: str, domicile: str, people: tuple[_Sample, ...]) -> Household:
    members = [_resident(place, it, domicile, people[0].name) for place, it in enumerate(people)]
    return Household(id=resident_id(f"household of {people[0].key}"), address=address, revision=1, residents=members)


def _resident(place: int, it: _Sample, domicile: str, register_head: str) -> Resident:
    eleven = f"{int(resident_id(it.key), 16) % 10**11:011d}"
    return Resident(
        id=resident_id(it.key),
        position=place,
        name=it.name,
        kana=it.kana,
        birth_date=it.birth_date,
        sex=it.sex,
        relationship_to_head=it.relationship,
        domicile=domicile,
        register_head=register_head,
        moved_in_on=it.moved_in_on,
        address_since=max(it.moved_in_on, date(2021, 4, 1)),
        notified_on=max(it.moved_in_on, date(2021, 4, 2)),
        previous_address="なし"
        if it.moved_in_on == it.birth_date
        else "福岡県福岡市東区香椎照葉九丁目99番99号 見本ハイツ203号",
        moved_out_on=it.moved_out_on,
        support_measure=it.support_measure,
        my_number=f"{eleven}{check_digit(eleven)}",
        resident_code=f"{int(resident_id(it.key + ' code'), 16) % 10**11:011d}",
    )


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, day.month, min(day.day, 28))
