"""Receipt and slip: they name the sale or the request and nobody, fit every head, hold no command of the printer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTCollection, TTFont
from PIL import Image

from firmware.app.clerk import receipt, strip
from firmware.app.clerk.raster import REAL_TIME, to_bands
from firmware.app.clerk.receipt import Receipts, Sale
from firmware.app.clerk.slip import Made, Slips
from firmware.app.clerk.strip import NoFont
from firmware.app.screens import texts
from firmware.app.screens.dates import TOKYO

KOGA = {"ja": "福岡県古賀市", "en": "Koga City"}
CONTACT = {"ja": "古賀市役所 市民国保課 092-000-0000（平日 8:30～17:15）", "en": "Koga City Office 092-000-0000"}
SALE = Sale(KOGA, "resident_record", 2, 500, "0123456789ab")
MADE = Made("202611230001", KOGA, CONTACT)
AT = datetime(2026, 11, 23, 15, 4, tzinfo=TOKYO)
TEXTS = texts.load()
JA = TEXTS["ja"]


@pytest.fixture(autouse=True)
def fonts_are_looked_for_anew():
    strip.font_of.cache_clear()
    yield
    strip.font_of.cache_clear()


def receipts(head_dots: int = 576) -> Receipts:
    return Receipts("kiosk-0001", "seven_eleven", head_dots, TEXTS)


def slips(head_dots: int = 576) -> Slips:
    return Slips("kiosk-0001", head_dots, TEXTS)


def test_it_names_the_sale_and_nothing_of_the_person():
    said = {JA.say(f"receipt.{key}"): value for key, value in receipts()._lines(SALE, AT).items()}
    assert said == {
        "日時": "令和8年11月23日 15:04",
        "発行": "福岡県古賀市",
        "取扱": "セブン-イレブン",
        "証明書": "住民票の写し",
        "部数": "2部",
        "手数料（現金）": "500円",
        "端末番号": "kiosk-0001",
        "領収番号": "0123456789ab",
    }


def test_below_it_stands_the_same_in_the_language_that_was_chosen():
    assert receipts()._in_words(SALE, AT, TEXTS["en"]) == {
        "time": "2026-11-23 15:04",
        "municipality": "Koga City",
        "certificate": "Resident record (住民票の写し)",
        "copies": "2",
        "fee": "¥500",
    }


def test_the_slip_says_where_when_and_whom_to_ask():
    keys = ("date", "municipality", "contact", "kiosk")
    said = [slips()._value(key, MADE, AT.date(), JA) for key in keys]
    assert said == ["令和8年11月23日", "福岡県古賀市", CONTACT["ja"], "kiosk-0001"]


def drawn(what: str, head_dots: int, language: str) -> bytes:
    if what == "receipt":
        return receipts(head_dots).drawn(SALE, AT, language)
    return slips(head_dots).drawn(MADE, AT.date(), language)


@pytest.mark.parametrize("what", ["receipt", "slip"])
@pytest.mark.parametrize(("head_dots", "language"), [(576, each) for each in TEXTS] + [(832, "pt"), (1728, "vi")])
def test_it_is_black_on_white_within_every_head_and_can_be_framed(what: str, head_dots: int, language: str):
    dots = drawn(what, head_dots, language)
    rows = len(dots) * 8 // head_dots
    picture = Image.frombytes("1", (head_dots, rows), dots, "raw", "1")
    left, top, right, bottom = picture.getbbox() or (0, 0, 0, 0)
    assert (head_dots - 512) // 2 - 2 <= left
    assert right <= (head_dots + 512) // 2 + 2
    assert 0 < top < bottom < rows
    black = sum(byte.bit_count() for byte in dots)
    assert 0.01 < black / (head_dots * rows) < 0.2
    assert not REAL_TIME.search(b"".join(to_bands(dots, head_dots)))


def test_every_letter_on_paper_is_in_the_font_of_its_language():
    for language, said in TEXTS.items():
        font = strip.font_of(language, 26)
        faces: Any = TTCollection(font.path).fonts if str(font.path).endswith(".ttc") else [TTFont(font.path)]
        known = faces[strip._SHAPES.get(language, 0)].getBestCmap() if language != "ja" else faces[0].getBestCmap()
        on_paper = [said.entries[key] for key in said.entries if key.startswith(("receipt.", "slip.", "type."))]
        assert not {letter for text in on_paper for letter in str(text) if ord(letter) not in known}, language


def test_another_sale_looks_otherwise():
    assert receipts().drawn(SALE, AT) != receipts().drawn(Sale(KOGA, "resident_record", 2, 500, "f" * 12), AT)


@pytest.mark.parametrize("what", ["receipt", "slip"])
def test_without_the_language_s_font_it_is_in_japanese_alone(what: str, monkeypatch: pytest.MonkeyPatch):
    japanese = drawn(what, 576, "ja")
    monkeypatch.setattr(strip, "OTHER_FONTS", (Path("/nowhere/font.ttc"),))
    assert drawn(what, 576, "ko") == japanese


@pytest.mark.parametrize("what", ["receipt", "slip"])
def test_without_any_font_there_is_none_and_the_package_is_named(what: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(strip, "FONTS", (Path("/nowhere/font.ttf"),))
    with pytest.raises(NoFont, match="fonts-morisawa-bizud-gothic"):
        drawn(what, 576, "ja")


def test_a_text_that_is_too_long_goes_on_in_the_next_line():
    font = strip.font_of("en", 21)
    text = "See how far it is at a kiosk, under the registration of the domicile, from the next day on, every day"
    lines = list(strip.wrapped(text, font))
    assert len(lines) > 1
    assert " ".join(lines) == text
    assert all(font.getlength(line) <= strip.WIDTH_DOTS for line in lines)
    assert "".join(strip.wrapped("あ" * 100, font)) == "あ" * 100


def test_every_operator_of_the_protocol_has_a_name():
    codes: Any = {"seven_eleven", "family_mart", "lawson", "circle_k_sunkus", "ministop"}
    assert receipt.OPERATORS.keys() == codes
