"""The signer believes nobody: renderers that mix up people, documents or numbers get no signature."""

import asyncio
import copy
import unicodedata
from hashlib import sha256

import pytest
from sqlalchemy.orm import Session

from hub.municipality.bench import sample_content
from hub.municipality.interface import Refused
from hub.municipality.registers.register import Household, Resident, writing
from hub.municipality.samples.sample_register import resident_id

from .conftest import SpyRenderer


def numbers_of(town, name):
    with Session(town.office._register) as session:
        resident = session.get_one(Resident, resident_id(name))
        return resident.my_number, resident.resident_code


def refusal_of(town, request, change):
    return town.refusal(request, town.office_with(SpyRenderer(town, change))).refusal


def test_an_honest_renderer_is_signed(town, request_of, spy):
    assert town.issue(request_of("hanako"), town.office_with(spy)).pages


def test_a_page_of_somebody_else_is_not_signed(town, request_of):
    def strangers_page(content):
        return sample_content("revoked", document_id=content["document_id"][0].replace("-", "") * 2)

    assert refusal_of(town, request_of("hanako"), strangers_page) == "binding_mismatch"


def test_a_page_of_somebody_else_under_the_right_marks_is_not_signed(town, request_of):
    def husbands_data(content):
        return {**sample_content("taro"), "marks": content["marks"], "document_id": content["document_id"]}

    assert refusal_of(town, request_of("hanako"), husbands_data) == "binding_mismatch"


def test_the_last_persons_page_is_not_signed_again(town, request_of, spy):
    town.issue(request_of("hanako"), town.office_with(spy))
    old = spy.last

    class Late(SpyRenderer):
        async def pdf(self, _content):
            return old

    assert town.refusal(request_of("hanako"), town.office_with(Late(town))).refusal == "binding_mismatch"
    assert town.refusal(request_of("taro"), town.office_with(Late(town))).refusal == "binding_mismatch"


class Mixing(SpyRenderer):
    """Of four pages that are asked for at once, the first two are handed to each other's person."""

    def __init__(self, town) -> None:
        super().__init__(town)
        self.waiting = []

    async def pdf(self, content):
        mine = asyncio.get_running_loop().create_future()
        self.waiting.append((content, mine))
        if len(self.waiting) == 4:
            together, self.waiting = self.waiting, []
            one, other, *rest = await asyncio.gather(*(self.real.pdf(each) for each, _ in together))
            for (_, whose), page in zip(together, [other, one, *rest], strict=True):
                whose.set_result(page)
        return await mine


def test_a_renderer_that_mixes_people_up_under_load_gets_no_signature_and_the_others_their_own(town):
    requests = [town.cards[name].request() for name in ("hanako", "taro", "foreign", "hanako") * 6]
    office = town.office_with(Mixing(town))

    async def all_at_once():
        return await asyncio.gather(*(office.issue(it) for it in requests), return_exceptions=True)

    answers = town.runner.run(all_at_once())
    refused = [it.refusal for it in answers if isinstance(it, Refused)]
    assert refused == ["binding_mismatch"] * 12
    signed = 0
    for request, answer in zip(requests, answers, strict=True):
        if not isinstance(answer, Refused):
            statement = town.read(answer.statement)
            assert statement["transaction_id"] == request.transaction_id
            assert statement["card_fingerprint"] == sha256(request.certificate_der).digest()
            assert [each["sha256"] for each in statement["pages"]] == [sha256(it).digest() for it in answer.pages]
            signed += 1
    assert signed == 12


def test_persons_more_or_fewer_than_ordered_are_not_signed(town, request_of):
    everybody = sample_content("hanako", scope="household")["persons"]
    assert refusal_of(town, request_of("hanako"), lambda it: {**it, "persons": everybody}) == "binding_mismatch"
    fewer = everybody[:3]
    request = request_of("hanako", scope="household")
    assert refusal_of(town, request, lambda it: {**it, "persons": fewer}) == "binding_mismatch"


@pytest.mark.parametrize("where", ["address", "note", "contact"])
@pytest.mark.parametrize("written", ["plain", "in groups", "full width"])
def test_a_my_number_never_leaves(town, request_of, where, written):
    number = numbers_of(town, "hanako")[0]
    text = {
        "plain": number,
        "in groups": f"{number[:4]} {number[4:8]} {number[8:]}",
        "full width": "".join(unicodedata.lookup(f"FULLWIDTH DIGIT {unicodedata.name(it)[6:]}") for it in number),
    }[written]
    assert refusal_of(town, request_of("hanako"), lambda it: {**it, where: text}) == "other"


def test_a_strangers_my_number_never_leaves_either(town, request_of):
    number = numbers_of(town, "expired")[0]
    assert refusal_of(town, request_of("hanako"), lambda it: {**it, "note": number}) == "other"


def test_a_resident_code_never_leaves(town, request_of):
    code = numbers_of(town, "taro")[1]
    assert refusal_of(town, request_of("hanako"), lambda it: {**it, "note": code}) == "other"


def test_a_number_in_pieces_over_several_fields_never_leaves(town, request_of):
    number = numbers_of(town, "hanako")[0]

    def spread(content):
        content = copy.deepcopy(dict(content))
        content["note"], content["sentence"] = f"{number[:6]}番", f"{number[6:]}号"
        return content

    assert refusal_of(town, request_of("hanako"), spread) == "other"


def test_what_is_not_one_page_of_the_right_width_is_not_signed(town, request_of):
    class Wrong(SpyRenderer):
        async def pdf(self, _content):
            return b"not a PDF"

    assert town.refusal(request_of("hanako"), town.office_with(Wrong(town))).refusal == "binding_mismatch"
    assert refusal_of(town, request_of("hanako"), lambda it: {**it, "head_dots": 832}) == "binding_mismatch"


def test_a_register_that_changes_meanwhile_is_asked_again(town, request_of):
    class Moving(SpyRenderer):
        async def pdf(self, content):
            with writing(town.office._register) as session, session.begin():
                household = session.get_one(Household, session.get_one(Resident, resident_id("taro")).household_id)
                household.revision += 1
            return await super().pdf(content)

    request = request_of("taro")
    assert town.refusal(request, town.office_with(Moving(town))).refusal == "busy"
    assert town.issue(request).pages, "the same transaction may ask again"


def test_nothing_secret_reaches_the_renderer(town, request_of):
    seen = []

    def watch(content):
        seen.append(repr(content))
        return content

    office = town.office_with(SpyRenderer(town, watch))
    town.issue(request_of("hanako", scope="household", items=["domicile", "relationship"]), office)
    for name in ("taro", "hanako", "haruto", "mio"):
        assert not any(number in seen[0] for number in numbers_of(town, name))
