"""The katakana keyboard: its keys, and what a touch of one makes of the text typed so far.

Not responsible for the page around it (`pages.registration`), nor for keeping the text (the clerk).
"""

from __future__ import annotations

COLUMNS = (
    ("ア", "イ", "ウ", "エ", "オ"),
    ("カ", "キ", "ク", "ケ", "コ"),
    ("サ", "シ", "ス", "セ", "ソ"),
    ("タ", "チ", "ツ", "テ", "ト"),
    ("ナ", "ニ", "ヌ", "ネ", "ノ"),
    ("ハ", "ヒ", "フ", "ヘ", "ホ"),
    ("マ", "ミ", "ム", "メ", "モ"),
    ("ヤ", "", "ユ", "", "ヨ"),
    ("ラ", "リ", "ル", "レ", "ロ"),
    ("ワ", "ヲ", "ン", "ー", ""),
)
SPACE = "　"
LENGTH_MAX = 40
_PLAIN = "カキクケコサシスセソタチツテトハヒフヘホウ"
_VOICED = "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ"
_HALF = ("ハヒフヘホ", "パピプペポ")
_SMALL = ("アイウエオツヤユヨワ", "ァィゥェォッャュョヮ")
# A second touch of the same key takes its mark away again; another mark replaces it.
_BASE = dict(zip(_VOICED + _HALF[1] + _SMALL[1], _PLAIN + _HALF[0] + _SMALL[0], strict=True))
_MARKS = {
    "voiced": dict(zip(_PLAIN, _VOICED, strict=True)),
    "semivoiced": dict(zip(*_HALF, strict=True)),
    "small": dict(zip(*_SMALL, strict=True)),
}


def typed(text: str, button: str) -> str:
    """Give the text after a touch of `key:<kana>`, `voiced`, `semivoiced`, `small`, `space` or `erase`.

    A touch that makes no sense (a mark on a kana that cannot have it, a second space) leaves the text as it is.
    """
    if button == "erase":
        return text[:-1]
    if button in _MARKS:
        return _marked(text, _MARKS[button])
    if len(text) >= LENGTH_MAX:
        return text
    if button == "space":
        return text + SPACE if text and SPACE not in text else text
    kind, _, key = button.partition(":")
    known = kind == "key" and any(key in column for column in COLUMNS)
    return text + key if known else text


def is_name(text: str) -> bool:
    """Whether it is a family and a given name, with the space between them."""
    family, _, given = text.partition(SPACE)
    return bool(family and given)


def _marked(text: str, marks: dict[str, str]) -> str:
    last = text[-1:]
    base = _BASE.get(last, last)
    if marks.get(base, last) == last:
        return text[:-1] + base if base in marks else text
    return text[:-1] + marks[base]
