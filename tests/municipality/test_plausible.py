"""Made municipalities: the same people every time, and every type can be issued to them."""

import shutil
from datetime import date

import pytest

from hub.municipality.registers.register import Card
from hub.municipality.rules.changes import change_row
from hub.municipality.samples.entries import resident_id
from hub.municipality.samples.plausible import first_changes, plausible_people
from hub.municipality.setup import codes_in, make_key, open_municipality, register_path, seed
from hub.setup.crowd import crowd_code

from .conftest import NOON

CODE = "980005"
TODAY = date(2026, 11, 24)


def test_codes_have_the_check_digit_of_municipalities():
    assert crowd_code(0) == CODE
    assert crowd_code(1) == "980013"
    assert len({crowd_code(number) for number in range(1300)}) == 1300


def test_the_same_code_has_the_same_people_each_time():
    first, again = [[people for people, _ in plausible_people(CODE, 200, TODAY)] for _ in range(2)]
    assert first == again
    assert sum(len(people) for people in first) >= 200
    assert [people for people, _ in plausible_people("980013", 200, TODAY)] != first


@pytest.fixture(scope="module")
def crowd(town, tmp_path_factory):
    """A made municipality; the cards of two sample citizens belong to two of its people."""
    data = tmp_path_factory.mktemp("crowd")
    shutil.copytree(town.data / "pki" / "jpki", data / "pki" / "jpki")
    made = list(plausible_people(CODE, 60, TODAY))
    heads = [people[0] for people, entries in made if any(it.__tablename__ == "seals" for it in entries)]
    sealed = {it.resident_id for _, entries in made for it in entries if it.__tablename__ == "seals"}
    holders = [it for it in heads if resident_id(it.key) in sealed][:2]
    entries = [entry for _, each in made for entry in each] + [change_row(first_changes(CODE), NOON)]
    names = ("hanako", "taro")
    entries += [card_of(town, name, it) for name, it in zip(names, holders, strict=True)]
    seed(register_path(data, CODE), entries)
    make_key(data, CODE)
    office = town.runner.run(open_municipality(data, CODE, warm=False, clock=town.clock))
    yield dict(zip(names, holders, strict=True)), office, data
    town.runner.run(office.close())


def card_of(town, citizen, person):
    serial = town.cards[citizen].serial
    return Card(serial=f"{serial:x}", resident_id=resident_id(person.key), registered_on=date(2024, 4, 1))


@pytest.mark.parametrize(
    ("kind", "choice"),
    [
        ("resident_record", {"scope": "household", "items": ["domicile", "relationship"]}),
        ("seal_registration", {}),
        ("income_tax", {"fiscal_year": 2026}),
        ("family_register", {"scope": "whole", "fee_yen": 450}),
        ("family_register_supplement", {"scope": "whole", "fee_yen": 300}),
    ],
)
@pytest.mark.parametrize("citizen", ["hanako", "taro"])
def test_every_type_is_issued_to_made_people(town, crowd, citizen, kind, choice):
    _, office, data = crowd
    assert codes_in(data) == [CODE]
    session = town.cards[citizen].session()
    session.chain["municipality"] = CODE
    fee = {"fee_yen": office.offers(NOON, "lawson")[0].fee_yen}
    assert town.issue(session.order(type=kind, **(fee | choice)), office).pages
