"""The council reads words, not field names."""

import pytest

from hub.municipality.rules.change_words import value_of, words_of


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('["12-29", "01-03"]', "12-29〜01-03"),
        ('["09:00", "17:00"]', "09:00〜17:00"),
        ('["domicile", "relationship"]', "本籍・筆頭者、続柄"),
        ('["古賀", "市長", "之印"]', "古賀、市長、之印"),
        ('{"ja": "古賀市役所", "en": "Koga City Hall"}', "古賀市役所"),
        ("true", "する"),
        ("-", "−"),
        ("none", "なし"),
        ("250", "250"),
        ("06-10", "06-10"),
        ("福岡県古賀市長", "福岡県古賀市長"),
    ],
)
def test_a_value_is_told_in_words(written, told):
    assert value_of(written) == told


def test_what_changed_is_told_in_words_and_the_unknown_by_its_name():
    assert words_of("resident_record: fee_yen") == "住民票の写し　手数料（円）"
    assert words_of("new_thing") == "new_thing"
