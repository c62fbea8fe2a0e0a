"""Plausible residents by the thousand, for load and growth: the same number always gives the same people.

Not responsible for their cards (`hub/setup/crowd.py`). All are invented; family names and given names are common ones
put together at random, ages and households roughly as in Japan.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from hub.municipality.registers.register import Base
from hub.municipality.rules.rules import Change, TypeRule
from hub.municipality.samples.entries import Home, Someone, family_register, household, income_tax, seal

_FAMILIES = [
    "佐藤 サトウ",
    "鈴木 スズキ",
    "高橋 タカハシ",
    "田中 タナカ",
    "伊藤 イトウ",
    "渡辺 ワタナベ",
    "山本 ヤマモト",
    "中村 ナカムラ",
    "小林 コバヤシ",
    "加藤 カトウ",
    "吉田 ヨシダ",
    "山田 ヤマダ",
    "松本 マツモト",
    "井上 イノウエ",
    "木村 キムラ",
    "斎藤 サイトウ",
    "清水 シミズ",
    "山崎 ヤマザキ",
    "池田 イケダ",
    "森 モリ",
]
_MEN = [
    "大翔 ヒロト",
    "蓮 レン",
    "悠真 ユウマ",
    "健一 ケンイチ",
    "誠 マコト",
    "隆 タカシ",
    "翔太 ショウタ",
    "和夫 カズオ",
    "茂 シゲル",
    "拓也 タクヤ",
]
_WOMEN = [
    "陽葵 ヒマリ",
    "結菜 ユイナ",
    "美咲 ミサキ",
    "恵子 ケイコ",
    "洋子 ヨウコ",
    "由美 ユミ",
    "愛 アイ",
    "千尋 チヒロ",
    "和子 カズコ",
    "真由 マユ",
]
_STREETS = ("本町", "栄町", "緑が丘", "中央", "東町", "西町", "南", "北")
_SIZES = (1, 1, 1, 2, 2, 3, 3, 4, 5)
_SEALED = date(2018, 4, 2)


def first_changes(code: str) -> Change:
    """Return the rules of a made municipality: all five types; fees differ with the code."""
    fee_yen = 200 + int(code[4]) % 3 * 50
    name = f"試験市{code}"
    return Change(
        on=date(2020, 4, 1),
        sets={
            "name": {"ja": f"{name}（見本）", "en": f"Test City {code} (specimen)"},
            "contact": {"ja": f"{name}役所（見本）", "en": f"Test City {code} Hall (specimen)"},
            "mayor_title": "試験市長",
            "mayor": "見本　試",
            "seal": ("試験", "市長", "之印"),
            "opens": "06:30",
            "closes": "23:00",
            "closed_days": ("12-29", "01-03"),
            "operators": frozenset({"seven_eleven", "family_mart", "lawson", "ministop"}),
            "copies_max": 10,
            "minimum_age_years": 15,
            "type:resident_record": TypeRule(
                fee_yen, 300, ("domicile", "relationship"), ("self", "household", "members"), issued=True
            ),
            "type:seal_registration": TypeRule(fee_yen, 300, issued=True),
            "type:income_tax": TypeRule(fee_yen, 300, issued=True, tax_years=2),
            "type:family_register": TypeRule(450, 450, (), ("whole", "individual"), issued=True),
            "type:family_register_supplement": TypeRule(300, 300, ("domicile",), ("whole", "individual"), issued=True),
        },
        reason="made for load tests",
        entered_by="populate",
    )


def plausible_people(code: str, residents: int, today: date) -> Iterator[tuple[list[Someone], list[Base]]]:
    """Yield households until there are at least so many residents: the people, and their entries in all registers."""
    chance = random.Random(f"plausible {code}")  # noqa: S311 - the same people each time, nothing secret
    made = 0
    while made < residents:
        people = _people(chance, f"{code}-{made}", today)
        yield people, _entries(chance, people, made, today)
        made += len(people)


def _people(chance: random.Random, key: str, today: date) -> list[Someone]:
    family, kana = chance.choice(_FAMILIES).split()
    age = chance.randint(24, 90)
    first = chance.choice("男女")
    people = [_someone(chance, f"{key}-0", (family, kana), first, _born(chance, age, today))]
    for place in range(1, chance.choice(_SIZES)):
        married = place == 1
        sex = "男女"[first == "男"] if married else chance.choice("男女")
        years = age - chance.randint(0, 4) if married else max(age - 26 - 2 * place - chance.randint(0, 6), 0)
        relationship = ("夫" if sex == "男" else "妻") if married else "子"
        one = _someone(chance, f"{key}-{place}", (family, kana), sex, _born(chance, years, today))
        people.append(replace(one, relationship=relationship))
    return people


def _someone(chance: random.Random, key: str, family: tuple[str, str], sex: str, born: date) -> Someone:
    given, kana = chance.choice(_MEN if sex == "男" else _WOMEN).split()
    names = (f"{family[0]} {given}", f"{family[1]} {kana}")
    return Someone(key, *names, born, sex, moved_in_on=max(born, date(2012, 3, 20)))


def _born(chance: random.Random, years: int, today: date) -> date:
    return date(today.year - years - 1, chance.randint(1, 12), chance.randint(1, 28))


def _entries(chance: random.Random, people: list[Someone], number: int, today: date) -> list[Base]:
    street = f"試験市{chance.choice(_STREETS)}{'一二三四五六'[number % 6]}丁目"
    address, domicile = f"{street}{number % 40 + 1}番{number % 23 + 1}号", f"{street}{number % 977 + 1}番地"
    entries: list[Base] = [household(Home(address, domicile), people)]
    entries.append(family_register(domicile, people, [(address, date(2012, 3, 20))]))
    for it in people:
        adult = today.year - it.birth_date.year > 18  # noqa: PLR2004
        if adult and chance.random() < 0.6:  # noqa: PLR2004 - about the share of adults with a registered seal
            entries.append(seal(it, max(_SEALED, it.birth_date)))
        if adult:
            yen = chance.randint(0, 900) * 10_000
            entries += [income_tax(it, today.year - ago, address, yen) for ago in range(3)]
    return entries
