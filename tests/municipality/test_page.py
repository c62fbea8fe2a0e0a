"""The page itself: fields, glyphs, dots."""

import dataclasses

import numpy as np
import pypdfium2
import pytest

from hub.municipality.bench import bench_parts, render_page, sample_content
from hub.municipality.interface import Refused
from hub.municipality.pages import (
    family_register,
    family_register_supplement,
    income_tax,
    resident_record,
    seal_registration,
)
from hub.municipality.registers.register import Resident
from hub.municipality.registers.snapshot import Person
from hub.municipality.renderer.glyphs import Glyphs
from hub.municipality.renderer.typesetter import Typesetter
from hub.municipality.signer.page_check import code_area, plain
from hub.municipality.signer.raster import box_filter, grey_page, read_pages


@pytest.fixture(scope="module")
def typesetter():
    return Typesetter()


@pytest.fixture(scope="module")
def glyphs():
    return Glyphs()


def bits(page):
    return np.unpackbits(np.frombuffer(page.dots, np.uint8)).reshape(page.height_rows, page.width_dots).astype(bool)


def test_the_same_content_gives_the_same_dots(typesetter):
    first = render_page(sample_content("hanako"), typesetter)
    render_page(sample_content("taro", 832), typesetter)
    assert (
        render_page(sample_content("hanako"), Typesetter())
        == first
        == render_page(sample_content("hanako"), typesetter)
    )


def test_the_secret_columns_are_on_no_list():
    columns = set(Resident.__table__.columns.keys())
    assert {"my_number", "resident_code"} <= columns
    pages = (resident_record, seal_registration, income_tax, family_register, family_register_supplement)
    for page in pages:
        assert not set(page.FIELDS) & {"my_number", "resident_code", "id", "support_measure", "resident_id"}
    assert set(resident_record.FIELDS) <= columns
    assert not {it.name for it in dataclasses.fields(Person)} & {"my_number", "resident_code"}


@pytest.mark.parametrize("head_dots", [576, 832, 1728])
@pytest.mark.parametrize("scope", ["self", "household"])
def test_the_page_fits_the_head_and_says_that_it_is_a_specimen(typesetter, head_dots, scope):
    pages = read_pages(typesetter.pdf(sample_content("hanako", head_dots, scope)), head_dots)
    assert "この写しは、住民票の原本と相違ないことを証明する。" in plain(pages[-1].text)
    for page in pages:
        assert (page.width_dots, page.height_rows % 8) == (head_dots, 0)
        assert page.text.count("TEST DATA") == 2
        black = bits(page)
        assert not black[:, :8].any()
        assert not black[:, -8:].any()
        assert not black[:8].any()
        assert not black[-8:].any()


@pytest.mark.parametrize("head_dots", [576, 832, 1728])
def test_a_blank_square_is_kept_for_the_signed_code(typesetter, head_dots):
    page = render_page(sample_content("hanako", head_dots), typesetter)
    area = code_area(page)
    margin = (96 if head_dots == 1728 else 20) + 192
    assert area == {"left_dots": head_dots - margin, "top_rows": page.height_rows - margin, "side_dots": 192}
    dots = np.full(len(page.dots), 0x55, np.uint8).tobytes()
    with pytest.raises(Refused, match="blank square"):
        code_area(dataclasses.replace(page, dots=dots))


def stroke_loss(typesetter, threshold, head_dots=576, finer=8):
    """Measure the share of ink, in a reference drawn 8 times finer, with no black dot in its own dot or next to it."""
    pdf = typesetter.pdf(sample_content("hanako", head_dots))
    document = pypdfium2.PdfDocument(pdf)
    try:
        reference = grey_page(document[0], head_dots, finer) < 128
        black = box_filter(grey_page(document[0], head_dots, 2)) < threshold * 4
    finally:
        document.close()
    near = black.copy()
    for axis in (0, 1):
        for step in (-1, 1):
            near |= np.roll(black, step, axis)
    ink = reference.reshape(black.shape[0], finer, black.shape[1], finer).sum(axis=(1, 3))
    return ink[~near].sum() / ink.sum()


@pytest.mark.parametrize("head_dots", [576, 832, 1728])
def test_no_stroke_is_lost(typesetter, head_dots):
    assert stroke_loss(typesetter, 190, head_dots) <= 0.0001


def test_the_measure_of_loss_notices_a_bad_recipe(typesetter):
    assert stroke_loss(typesetter, 60) > 0.001


def test_a_variant_is_drawn_as_the_variant(typesetter):
    def drawn(name):
        content = sample_content("hanako")
        content["persons"][0]["name"] = name
        return render_page(content, typesetter).dots

    assert drawn("渡邉\U000e0110") != drawn("渡邉")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("古賀 花子 髙𠮷", []),
        ("渡邉\U000e0110", []),
        ("辻\U000e01ef", ["辻\U000e01ef"]),
        ("\U00030ede子", ["\U00030ede"]),
        ("\U000e0110", ["\U000e0110"]),
        ("x\U0001f600", ["\U0001f600"]),
    ],
)
def test_the_font_is_asked_for_every_character_and_variant(glyphs, text, missing):
    assert glyphs.missing(text) == missing
    assert glyphs.missing_in({"persons": [{"name": text}]}) == missing


def test_the_parts_for_the_bench_do_what_they_say():
    parts = bench_parts()
    assert parts.pdf().startswith(b"%PDF")
    assert parts.pdf() != parts.pdf()
    assert parts.raster()[0].width_dots == 576
