"""What the site says, in Japanese and English; nothing else may be said. Source: `texts.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("ja", "en")
_FILE = Path(__file__).with_name("texts.toml")


@cache
def texts_in(language: str) -> Mapping[str, str]:
    """Return all texts of a language of `LANGUAGES`."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))[language]


def language_of(wanted: str | None, accepted: str) -> str:
    """Choose a language: the one asked for, else the first known one in `Accept-Language`, else Japanese."""
    if wanted in LANGUAGES:
        return wanted
    for part in accepted.lower().split(","):
        name = part.split(";")[0].strip().split("-")[0]
        if name in LANGUAGES:
            return name
    return LANGUAGES[0]
