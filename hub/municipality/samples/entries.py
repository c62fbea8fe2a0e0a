"""Making entries of the registers from a few facts, for sample and plausible people; what is not given is usual.

Not responsible for who the people are (`sample_register.py`, `plausible.py`). All of it is test data: numbers are
derived from the person's key, My Numbers have a valid check digit so that a leak would be noticed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from hub.municipality.pages.era import japanese_date
from hub.municipality.pages.impression import draw_impression
from hub.municipality.registers.civil_registers import FamilyMember, FamilyRegister, IncomeTax, Seal
from hub.municipality.registers.numbers import check_digit
from hub.municipality.registers.register import Household, Resident

LONG_AGO = date(2012, 3, 20)
_REMADE_ON = date(2006, 1, 21)
_REMADE_BECAUSE = "平成６年法務省令第５１号附則第２条第１項による改製"
_OLD_HOME = "福岡県福岡市東区香椎照葉九丁目99番99号 見本ハイツ203号"


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the registers; what is not given is the same for all. `name` and `kana`: family, space, given.

    `here` False: in a family register of one municipality, a resident of another.
    """

    key: str
    name: str
    kana: str
    birth_date: date
    sex: str
    relationship: str = "世帯主"
    relation: str = ""
    moved_in_on: date = LONG_AGO
    moved_out_on: date | None = None
    support_measure: bool = False
    here: bool = True
    foreign: dict[str, str | date] = field(default_factory=dict[str, str | date])

    @property
    def given_name(self) -> str:
        """The name after the first space."""
        return self.name.partition(" ")[2]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a household lives and is registered."""

    address: str
    domicile: str
    previous_address: str = _OLD_HOME


def resident_id(key: str) -> str:
    """Return the register's id of a person: 32 hex digits, the same in every sample."""
    return sha256(f"sample resident {key}".encode()).hexdigest()[:32]


def household(home: Home, people: Sequence[Someone]) -> Household:
    """Make a household; the first is its head."""
    register_head = next((it.name for it in people if not it.foreign), "")
    members = [_resident(place, it, home, register_head) for place, it in enumerate(people)]
    return Household(
        id=resident_id(f"household of {people[0].key}"), address=home.address, revision=1, residents=members
    )


def seal(person: Someone, registered_on: date, cancelled_on: date | None = None) -> Seal:
    """Make a registered seal."""
    return Seal(
        number=f"{int(resident_id(person.key + ' seal'), 16) % 10**6:06d}",
        resident_id=resident_id(person.key),
        registered_on=registered_on,
        cancelled_on=cancelled_on,
        impression=draw_impression(person.name.partition(" ")[0]),
    )


def income_tax(
    person: Someone, fiscal_year: int, address: str, income_yen: int, *, filed: bool = True, dependants: int = 0
) -> IncomeTax:
    """Make a year of a person with one salary; the amounts are plausible, not computed by law."""
    salary_yen = 0 if income_yen == 0 else round(income_yen * 1.42 / 1000) * 1000
    insurance_yen = round(salary_yen * 0.145 / 1000) * 1000
    base_yen = max(income_yen - insurance_yen - 430_000 - 330_000 * dependants, 0) // 1000 * 1000
    city_yen, prefecture_yen = round(base_yen * 0.06 / 100) * 100, round(base_yen * 0.04 / 100) * 100
    flat_yen = (3_000, 1_500, 1_000) if base_yen else (0, 0, 0)
    return IncomeTax(
        resident_id=resident_id(person.key),
        fiscal_year=fiscal_year,
        filed=filed,
        address=address,
        income=[["給与収入金額", salary_yen], ["給与所得金額", income_yen], ["合計所得金額", income_yen]],
        deductions=[
            ["社会保険料控除", insurance_yen],
            ["扶養控除", 330_000 * dependants],
            ["基礎控除", 430_000],
            ["所得控除合計", insurance_yen + 330_000 * dependants + 430_000],
        ],
        dependants=[["控除対象配偶者", "なし"], ["扶養親族（16歳以上）", f"{dependants}人"]],
        tax=[
            ["課税標準額", base_yen],
            ["市町村民税所得割額", city_yen],
            ["市町村民税均等割額", flat_yen[0]],
            ["都道府県民税所得割額", prefecture_yen],
            ["都道府県民税均等割額", flat_yen[1]],
            ["森林環境税額", flat_yen[2]],
            ["年税額", city_yen + prefecture_yen + sum(flat_yen)],
        ],
    )


def family_register(
    domicile: str, people: Sequence[Someone], addresses: Sequence[tuple[str, date]] = ()
) -> FamilyRegister:
    """Make a family register of people who share its head's family name."""
    head = people[0]
    return FamilyRegister(
        id=resident_id(f"family of {head.key}"),
        domicile=domicile,
        head=head.name,
        family_name=head.name.partition(" ")[0],
        family_kana=head.kana.partition(" ")[0],
        remade_on=_REMADE_ON,
        remade_because=_REMADE_BECAUSE,
        change_pending=False,
        members=[_member(place, it, people, addresses) for place, it in enumerate(people)],
    )


def _member(place: int, it: Someone, people: Sequence[Someone], addresses: Sequence[tuple[str, date]]) -> FamilyMember:
    couple = [one for one in people if one.relationship in {"世帯主", "妻", "夫"}]
    married = it in couple and len(couple) > 1
    parents = _parents(it, couple)
    listed = [(place_name, day) for place_name, day in addresses if day >= it.birth_date] or list(addresses)[-1:]
    return FamilyMember(
        id=resident_id(f"family member {it.key}"),
        position=place,
        resident_id=resident_id(it.key) if it.here else None,
        given_name=it.given_name,
        given_kana=it.kana.partition(" ")[2],
        birth_date=it.birth_date,
        sex=it.sex,
        spouse=("夫" if it.sex == "男" else "妻") if married else "",
        father=parents[0],
        mother=parents[1],
        relation=it.relation or ("長男" if it.sex == "男" else "長女"),
        removed_on=None,
        support_measure=it.support_measure,
        events=_events(it, couple if married else ()),
        addresses=[[place_name, japanese_date(day)] for place_name, day in listed],
    )


def _parents(it: Someone, couple: Sequence[Someone]) -> tuple[str, str]:
    if it in couple or not couple:
        family = "見本" if it in couple[1:] else it.name.partition(" ")[0]
        return f"{family} 一郎", f"{family} 和子"
    fathers, mothers = ([one.name for one in couple if one.sex == sex] for sex in ("男", "女"))
    return (fathers[0] if fathers else "", mothers[0] if mothers else "")


def _events(it: Someone, couple: Sequence[Someone]) -> list[list[str | list[list[str]]]]:
    born = japanese_date(it.birth_date)
    events: list[list[str | list[list[str]]]] = [
        ["出生", [["出生日", born], ["出生地", "福岡県古賀市"], ["届出日", born], ["届出人", "父"]]]
    ]
    if couple:
        other = next(one for one in couple if one is not it)
        day = date(max(one.birth_date.year for one in couple) + 26, 11, 22)
        wed: list[list[str]] = [["婚姻日", japanese_date(day)], ["配偶者氏名", other.name]]
        events.append(["婚姻", [*wed, ["従前戸籍", "福岡県福岡市東区香椎一丁目1番 見本 一郎"]]])
    return events


def _resident(place: int, it: Someone, home: Home, register_head: str) -> Resident:
    eleven = f"{int(resident_id(it.key), 16) % 10**11:011d}"
    foreign = dict.fromkeys(
        ("nationality", "residence_category", "residence_status", "residence_period", "residence_expires_on")
    ) | {"residence_card": None, **it.foreign}
    return Resident(
        id=resident_id(it.key),
        position=place,
        name=it.name,
        kana=it.kana,
        birth_date=it.birth_date,
        sex=it.sex,
        relationship_to_head=it.relationship,
        domicile=None if it.foreign else home.domicile,
        register_head=None if it.foreign else register_head,
        moved_in_on=it.moved_in_on,
        address_since=max(it.moved_in_on, date(2021, 4, 1)),
        notified_on=max(it.moved_in_on, date(2021, 4, 2)),
        previous_address="なし" if it.moved_in_on == it.birth_date else home.previous_address,
        moved_out_on=it.moved_out_on,
        support_measure=it.support_measure,
        my_number=f"{eleven}{check_digit(eleven)}",
        resident_code=f"{int(resident_id(it.key + ' code'), 16) % 10**11:011d}",
        **foreign,
    )
