"""The texts of one language, from texts/<language>.toml.

Loading checks that every language has the same keys and the same parameters, so that no text can be missing when it is
needed. Not responsible for: which text a page shows (`pages`).
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware.views import Language, Words

_JOINER = "\u2060"
_ORDER = ("ja", "en", "zh", "ko", "pt", "vi")
FOLDER = Path(__file__).parent / "texts"


class TextError(Exception):
    """A text is missing, or its parameters do not fit; names the file and the key."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language; `languages` are all that a person may change to."""

    lang: str
    entries: dict[str, str | tuple[str, ...]]
    languages: tuple[Language, ...] = ()

    def say(self, key: str, **parameters: str | int) -> str:
        """Give the text of `key` with its parameters filled in."""
        text = self.entries.get(key)
        if not isinstance(text, str):
            raise TextError(f"texts/{self.lang}.toml: {key}: is no text. Add it in every language.")
        return self._fill(key, text, parameters)

    def lines(self, key: str, **parameters: str | int) -> tuple[str, ...]:
        """Give the lines of `key` with their parameters filled in."""
        lines = self.entries.get(key)
        if not isinstance(lines, tuple):
            raise TextError(f"texts/{self.lang}.toml: {key}: is no list of lines. Add it in every language.")
        return tuple(self._fill(key, line, parameters) for line in lines)

    def yen(self, amount_yen: int) -> str:
        """Give an amount of money as people write it."""
        return self.say("unit.yen", amount=f"{amount_yen:,}")

    def listed(self, names: Sequence[str]) -> str:
        """Give several names as one text."""
        return self.say("unit.list").join(names)

    def sentences(self, said: Sequence[str]) -> str:
        """Give several sentences as one text."""
        return self.say("unit.sentence").join(said)

    @property
    def frame(self) -> dict[str, Any]:
        """Give the fields that every view has alike: service, language, and the words of the bar."""
        words = Words(**{name: str(self.entries[f"words.{name}"]) for name in Words.__struct_fields__})
        return {
            "service": self.say("language.service"),
            "lang": self.lang,
            "languages": self.languages,
            "words": words,
        }

    def _fill(self, key: str, text: str, parameters: dict[str, str | int]) -> str:
        try:
            return text.format_map(parameters)
        except KeyError as error:
            raise TextError(f"texts/{self.lang}.toml: {key}: nobody gave the parameter {error}.") from error


def load(folder: Path = FOLDER) -> dict[str, Texts]:
    """Read all languages, by tag. Raises `TextError` if one lacks a key or a parameter that another has."""
    read = {path.stem: _flat(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.toml"))}
    if not read:
        raise TextError(f"{folder}: holds no texts. Install the package's texts/*.toml.")
    _compare(read)
    order = sorted(read, key=lambda lang: (_ORDER.index(lang) if lang in _ORDER else len(_ORDER), lang))
    languages = tuple(Language(id=lang, label=str(read[lang]["language.label"])) for lang in order)
    return {lang: Texts(lang, entries, languages) for lang, entries in read.items()}


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, str | tuple[str, ...]]:
    entries: dict[str, str | tuple[str, ...]] = {}
    for key, value in table.items():
        match value:
            case dict():
                entries |= _flat(value, f"{prefix}{key}.")  # pyright: ignore[reportUnknownArgumentType]
            case list():
                entries[f"{prefix}{key}"] = tuple(str(line) for line in value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            case _:
                entries[f"{prefix}{key}"] = str(value)
    return entries


def _compare(read: dict[str, dict[str, str | tuple[str, ...]]]) -> None:
    """Refuse languages that differ in keys, kinds or parameters."""
    first, *others = read
    for other in others:
        missing = sorted(read[first].keys() ^ read[other].keys())
        if missing:
            where = other if missing[0] in read[first] else first
            raise TextError(f"texts/{where}.toml: {missing[0]}: is missing. Add it in every language.")
        for key, value in read[first].items():
            if _parameters(value) != _parameters(read[other][key]):
                raise TextError(f"texts/{other}.toml: {key}: has other parameters than in texts/{first}.toml.")


def _parameters(value: str | tuple[str, ...]) -> tuple[type, frozenset[str]]:
    whole = value if isinstance(value, str) else " ".join(value)
    return type(value), frozenset(name for _, name, _, _ in string.Formatter().parse(whole) if name)


def unbroken(contact: str) -> str:
    """Keep telephone numbers on one line: no line break after a hyphen."""
    return contact.replace("-", f"-{_JOINER}")
