"""Texts: whole in every language, refused when they are not."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from firmware.app.clerk.receipt import Receipts, Sale
from firmware.app.clerk.slip import Made, Slips
from firmware.app.screens import dates, idle_pages, pages, texts
from firmware.app.screens.dates import TOKYO
from tests.screen.every_view import every_view

PROTOCOL = Path(__file__).parents[2] / "docs/reference/screen-protocol.md"


def _write(folder: Path, **languages: str) -> Path:
    for lang, text in languages.items():
        (folder / f"{lang}.toml").write_text(f'language.label = "{lang}"\n{text}', encoding="utf-8")
    return folder


def test_a_key_missing_in_one_language_is_refused_by_name(tmp_path):
    with pytest.raises(texts.TextError, match=r"texts/ja\.toml: button\.b: is missing"):
        texts.load(_write(tmp_path, en='button.a="A"\nbutton.b="B"', ja='button.a="A"'))


def test_a_parameter_missing_in_one_language_is_refused_by_name(tmp_path):
    with pytest.raises(texts.TextError, match=r"texts/ja\.toml: fee: has other parameters"):
        texts.load(_write(tmp_path, en='fee="{fee_yen} yen"', ja='fee="円"'))


def test_a_folder_without_texts_is_refused(tmp_path):
    with pytest.raises(texts.TextError, match="holds no texts"):
        texts.load(tmp_path)


def test_a_parameter_nobody_gave_is_named(tmp_path):
    loaded = texts.load(_write(tmp_path, ja='fee="{fee_yen}円"'))
    with pytest.raises(texts.TextError, match="fee_yen"):
        loaded["ja"].say("fee")


def test_six_languages_are_there_and_offered():
    loaded = texts.load()
    assert [each.id for each in loaded["ja"].languages] == ["ja", "en", "zh", "ko", "pt", "vi"]


def test_every_view_name_of_the_protocol_has_a_page():
    page = PROTOCOL.read_text(encoding="utf-8")
    clerk = re.search(r"View names, clerk: `([^`]+)`", page)[1].split()
    kiosk = re.search(r"Kiosk: `([^`]+)`", page)[1].split()
    assert {view.name for _, view in every_view(texts.load()["ja"])} == {*clerk, *kiosk}


@pytest.mark.parametrize("lang", ["ja", "en", "zh", "ko", "pt", "vi"])
def test_every_text_of_the_files_is_used_by_a_page_or_a_cause(lang):
    entries = texts.load()[lang].entries
    causes = {key.split(".")[1] for key in entries if key.startswith("sorry.") and key.count(".") == 2}
    assert causes == set(pages.SORRY_CAUSES)
    assert {key.removeprefix("cause.") for key in entries if key.startswith("cause.")} == set(
        idle_pages.OUT_OF_SERVICE_CAUSES
    )


def test_no_page_shows_an_unfilled_parameter_or_digits_of_a_pin():
    for loaded in texts.load().values():
        for label, view in every_view(loaded):
            shown = [view.title, *view.lines, view.note, *(button.label + button.detail for button in view.buttons)]
            assert not [text for text in shown if "{" in text or "}" in text], label


def test_amounts_are_written_as_people_write_them():
    loaded = texts.load()
    assert loaded["ja"].yen(4000) == "4,000円"
    assert loaded["en"].yen(4000) == "¥4,000"


def test_no_text_is_superfluous():
    """Every text is asked for by some page, shown with every choice that it knows."""
    asked: set[str] = set()

    class Watched(dict):
        def get(self, key, default=None):
            asked.add(key)
            return super().get(key, default)

        def __getitem__(self, key):
            asked.add(key)
            return super().__getitem__(key)

    loaded = texts.load()["ja"]
    watched = texts.Texts("ja", Watched(loaded.entries), loaded.languages)
    for _label, _view in every_view(watched):
        pass
    moment = datetime(2026, 11, 23, tzinfo=TOKYO)
    Receipts("kiosk-0001", "lawson", 576, {"ja": watched}).drawn(Sale({}, "income_tax", 1, 250, "0" * 12), moment)
    Slips("kiosk-0001", 576, {"ja": watched}).drawn(Made("0" * 12, {}, {}), moment.date())
    assert set(loaded.entries) - asked == {"language.tag", "language.label"}


@pytest.mark.parametrize("lang", ["zh", "ko", "pt", "vi", "en"])
def test_names_of_certificates_keep_the_japanese_beside_the_translation(lang):
    loaded = texts.load()
    for key, name in loaded["ja"].entries.items():
        if key.startswith("type."):
            assert name in loaded[lang].entries[key], key


def test_eras_are_told_by_their_first_days():
    ja = texts.load()["ja"]
    assert dates.birth_date(ja, "1989-01-07") == "昭和64年1月7日（1989年）"
    assert dates.birth_date(ja, "1989-01-08") == "平成元年1月8日（1989年）"
    assert dates.birth_date(ja, "2019-05-01") == "令和元年5月1日（2019年）"
    assert dates.birth_date(ja, "1925-00-00") == "1925-00-00"
    assert dates.fiscal_year(ja, 2026) == "令和8年度（2026年度）"


@pytest.mark.parametrize(
    ("digits", "whether"),
    [
        ("19861130", True),
        ("19861331", False),
        ("20270101", False),
        ("18500101", False),
        ("1986113", False),
        ("", False),
    ],
)
def test_a_birth_date_is_a_day_from_meiji_to_today(digits, whether):
    assert dates.is_birth_date(digits, date(2026, 11, 23)) is whether
