"""All five types: what stands on the pages, for whom, and why nothing is issued. Judged by the PDF's text."""

import io
from datetime import date

import pypdfium2
import pytest
from sqlalchemy import update

from hub.municipality.orders.subject import reference
from hub.municipality.pages.impression import draw_impression
from hub.municipality.registers.civil_registers import Seal
from hub.municipality.registers.numbers import check_digit
from hub.municipality.registers.register import writing
from hub.municipality.samples.sample_register import resident_id
from hub.municipality.signer.page_check import plain
from hub.municipality.signer.raster import read_pages

from .conftest import SpyRenderer

CHOSEN = {
    "resident_record": {"scope": "self"},
    "seal_registration": {},
    "income_tax": {"fiscal_year": 2026},
    "family_register": {"scope": "whole"},
    "family_register_supplement": {"scope": "whole"},
}


@pytest.fixture
def printed(town):
    """`printed("hanako", "income_tax")`: the signed statement and the plain text of each page."""

    def make(citizen, kind, **choice):
        spy = SpyRenderer(town)
        order = {"type": kind, **CHOSEN[kind], **choice}
        answer = town.issue(town.cards[citizen].request(**order), town.office_with(spy))
        head_dots = order.get("head_dots", 576)
        return town.read(answer.statement), [plain(it.text) for it in read_pages(spy.last, head_dots)]

    return make


def member(town, session, key, kind="resident_record"):
    """The reference of a sample person in this session's transaction."""
    stem = "family member " if kind.startswith("family") else ""
    return reference(session.chain["transaction_id"], resident_id(stem + key))


def test_a_seal_certificate_shows_holder_and_seal(printed):
    statement, (text,) = printed("taro", "seal_registration")
    assert (statement["type"], statement["fee_yen"]) == ("seal_registration", 250)
    for wanted in ("印鑑登録証明書", "古賀太郎", "コガタロウ", "昭和59年5月9日", "駅東一丁目1番1号", "1/1頁"):
        assert wanted in text
    assert "古賀花子" not in text


def test_an_income_tax_certificate_is_of_the_chosen_year(printed):
    statement, (text,) = printed("taro", "income_tax", fiscal_year=2025)
    assert statement["fiscal_year"] == 2025
    for wanted in ("所得課税証明書", "令和7年度(令和6年分所得)", "古賀太郎", "3,560,000", "1月1日の住所"):
        assert wanted in text


def test_who_owes_nothing_gets_a_certificate_of_nothing_owed(printed):
    _, (text,) = printed("cancelled_seal", "income_tax", fiscal_year=2026)
    assert "年税額0" in text


def test_a_whole_family_register_shows_everybody_in_it(printed):
    statement, (text,) = printed("hanako", "family_register")
    assert (statement["scope"], statement["persons"], statement["fee_yen"]) == ("whole", [], 400)
    for wanted in (
        "全部事項証明",
        "【名】太郎",
        "【名】花子",
        "【名】陽翔",
        "【名】澪",
        "【従前戸籍】",
        "以下余白",
        "中央二丁目1234番地",
    ):
        assert wanted in text
    assert "戸籍に記録されている事項の全部を証明した書面" in text


def test_an_individual_family_register_shows_the_chosen_person_alone(town):
    session = town.cards["hanako"].session()
    chosen = member(town, session, "haruto", "family_register")
    spy = SpyRenderer(town)
    order = session.order(type="family_register", scope="individual", persons=[chosen])
    statement = town.read(town.issue(order, town.office_with(spy)).statement)
    assert statement["persons"] == [chosen]
    text = plain(read_pages(spy.last, 576)[0].text)
    assert "個人事項証明" in text
    assert "【名】陽翔" in text
    assert "【父】古賀太郎" in text
    assert "【名】花子" not in text
    assert "戸籍中の一部の者" in text


def test_a_supplement_tells_domicile_only_when_asked(printed):
    _, (without,) = printed("hanako", "family_register_supplement")
    assert without.count("省略") == 3  # domicile, head, resident codes
    assert "1234番地" not in without
    for wanted in ("戸籍の附票", "コガミオ", "駅東一丁目1番1号", "令和3年4月1日"):
        assert wanted in without
    _, (told,) = printed("hanako", "family_register_supplement", items=["domicile"])
    assert "1234番地" in told


def test_chosen_members_and_nobody_else_are_on_a_resident_record(town):
    session = town.cards["taro"].session()
    chosen = sorted(member(town, session, key) for key in ("hanako", "mio"))
    spy = SpyRenderer(town)
    town.issue(session.order(scope="members", persons=chosen), town.office_with(spy))
    text = plain(read_pages(spy.last, 576)[0].text)
    assert "古賀花子" in text
    assert "古賀澪" in text
    assert "世帯の一部" in text
    assert "コガタロウ" not in text


def test_a_person_of_another_household_cannot_be_chosen(town):
    session = town.cards["taro"].session()
    stranger = member(town, session, "foreign")
    assert town.refusal(session.order(scope="members", persons=[stranger])).refusal == "binding_mismatch"
    other = town.cards["taro"].session()
    of_another_transaction = member(town, session, "hanako")
    assert town.refusal(other.order(scope="members", persons=[of_another_transaction])).refusal == "binding_mismatch"


def test_two_persons_are_no_individual_family_register(town):
    session = town.cards["taro"].session()
    two = sorted(member(town, session, key, "family_register") for key in ("hanako", "mio"))
    refused = town.refusal(session.order(type="family_register", scope="individual", persons=two))
    assert refused.refusal == "binding_mismatch"


def test_a_foreign_resident_has_nationality_and_status_where_chosen(printed):
    _, (bare,) = printed("foreign", "resident_record")
    assert "1990年4月12日" in bare
    assert "ベトナム" not in bare
    assert "AB12345678CD" not in bare
    assert "本籍" not in bare
    items = ["nationality", "residence_card", "residence_status"]
    _, (told,) = printed("foreign", "resident_record", items=items)
    for wanted in ("NGUYENVANMINH", "ベトナム", "技術・人文知識・国際業務", "3年", "令和10年7月31日", "AB12345678CD"):
        assert wanted in told


@pytest.mark.parametrize("head_dots", [576, 832, 1728])
@pytest.mark.parametrize("kind", CHOSEN)
def test_long_certificates_say_which_page_of_how_many_on_every_page(printed, kind, head_dots):
    scope = {"resident_record": {"scope": "household"}}.get(kind, {})
    statement, pages = printed("large_family", kind, head_dots=head_dots, **scope)
    assert len(statement["pages"]) == len(pages)
    assert (len(pages) > 1) is (kind not in {"seal_registration", "income_tax"})
    for number, text in enumerate(pages, start=1):
        assert f"{number}/{len(pages)}頁" in text
        assert "文書番号" in text
    assert "相違ないことを証明" in pages[-1] or "証明した書面である" in pages[-1]
    assert not any("証明した書面である" in text for text in pages[:-1])


@pytest.mark.parametrize(
    ("citizen", "kind", "choice", "refusal"),
    [
        ("cancelled_seal", "seal_registration", {}, "seal_not_registered"),
        ("revoked", "seal_registration", {}, "seal_not_registered"),
        ("under_age", "seal_registration", {}, "under_age"),
        ("cancelled_seal", "income_tax", {"fiscal_year": 2025}, "tax_not_filed"),
        ("cancelled_seal", "income_tax", {"fiscal_year": 2024}, "tax_not_here"),
        ("foreign", "income_tax", {"fiscal_year": 2024}, "tax_not_here"),
        ("cancelled_seal", "family_register", {}, "register_change_pending"),
        ("cancelled_seal", "family_register_supplement", {}, "register_change_pending"),
        ("expired", "family_register", {}, "bad_signature"),
        ("foreign", "family_register", {}, "domicile_elsewhere"),
        ("stranger", "family_register", {}, "not_registered"),
        ("elsewhere", "family_register", {}, "not_registered"),
        ("elsewhere", "resident_record", {}, "not_resident"),
        ("elsewhere", "income_tax", {}, "not_resident"),
        ("support_measure", "income_tax", {}, "other"),
        ("support_measure", "seal_registration", {}, "other"),
        ("moved_out", "seal_registration", {}, "moved_out"),
        ("missing_glyph", "seal_registration", {}, "glyph_missing"),
    ],
)
def test_nothing_is_issued_for_the_right_reason(town, citizen, kind, choice, refusal):
    order = {"type": kind, **CHOSEN[kind], **choice}
    assert town.refusal(town.cards[citizen].request(**order)).refusal == refusal


@pytest.mark.parametrize("kind", CHOSEN)
def test_no_page_holds_a_my_number_even_when_the_renderer_writes_one(town, request_of, kind):

    eleven = "98765432109"
    spy = SpyRenderer(town, lambda content: {**content, "contact": f"{eleven}{check_digit(eleven)}"})
    order = {"type": kind, **CHOSEN[kind]}
    assert town.refusal(request_of("taro", **order), town.office_with(spy)).refusal == "other"


def test_somebody_elses_seal_under_the_right_name_is_not_signed(town, request_of):

    def strangers_seal(content):
        return {**content, "impression": draw_impression("八重樫")}

    request = request_of("taro", type="seal_registration")
    assert town.refusal(request, town.office_with(SpyRenderer(town, strangers_seal))).refusal == "binding_mismatch"


def test_page_two_of_somebody_else_is_not_signed(town, request_of):
    def with_a_neighbour(content):
        strangers = [{**it, "name": "古賀 花子", "kana": "コガ ハナコ"} for it in content["persons"][-1:]]
        return {**content, "persons": [*content["persons"][:-1], *strangers]}

    office = town.office_with(SpyRenderer(town, with_a_neighbour))
    assert town.refusal(request_of("large_family", scope="household"), office).refusal == "binding_mismatch"


def leave_out_the_second(whole):
    del whole[1]


def repeat_the_first(whole):
    whole.import_pages(whole, [0])


@pytest.mark.parametrize("change", [leave_out_the_second, repeat_the_first])
def test_a_page_too_few_or_twice_is_not_signed(town, request_of, change):
    class Careless(SpyRenderer):
        async def pdf(self, content):
            whole = pypdfium2.PdfDocument(await super().pdf(content))
            change(whole)
            out = io.BytesIO()
            whole.save(out)
            whole.close()
            return out.getvalue()

    request = request_of("large_family", scope="household")
    assert town.refusal(request, town.office_with(Careless(town))).refusal == "binding_mismatch"


def test_a_seal_cancelled_while_the_page_is_made_is_not_certified(town, request_of):

    def set_end(day):
        with writing(town.office._register) as session, session.begin():
            session.execute(update(Seal).where(Seal.resident_id == resident_id("hanako")).values(cancelled_on=day))

    class Cancelling(SpyRenderer):
        async def pdf(self, content):
            set_end(date(2026, 11, 24))
            return await super().pdf(content)

    try:
        request = request_of("hanako", type="seal_registration")
        assert town.refusal(request, town.office_with(Cancelling(town))).refusal == "busy"
        assert town.refusal(request).refusal == "seal_not_registered"
    finally:
        set_end(None)
