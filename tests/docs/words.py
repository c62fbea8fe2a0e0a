"""The hand-written words of the operator's handbook, `docs/operator/words.toml`, and the code's own side of each.

Not responsible for the pages that are made of both (`handbook.py`).
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from firmware.app.screens import texts
from firmware.app.screens.idle_pages import OUT_OF_SERVICE_CAUSES
from firmware.devices import BuzzerPattern, DeviceState, Paper
from tests.docs.protocols import read_asyncapi

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs/operator/words.toml"
PICTURES = ROOT / "docs/screens"
LANGUAGES = ("en", "ja")
NO_PAGE = {"thanks_receipt"}  # a line within another page
# Pictures are named by view and variant, texts by key; where the two differ:
PICTURE_OF = {
    "take_slip": "take_paper-slip",
    "choose_person": "choose_persons-one",
    "wait_no_card": "wait-no-card",
    "out_of_service": "out_of_service-three",
}

Words = dict[str, dict[str, list[str]]]


class NoWords(KeyError):
    """The code has something that `words.toml` does not explain to the operator."""


def read() -> Words:
    """Return the words: by table and key, `[meaning, remedy]` in English, then in Japanese."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def of(known: Words, table: str, key: str, language: str) -> tuple[str, str]:
    """Return meaning and remedy in a language, a dash for no remedy; `NoWords`."""
    if key not in known.get(table, {}):
        raise NoWords(f"{key}: the code has it, {FILE.name} has no words for it. Add it to [{table}].")
    at = 2 * LANGUAGES.index(language)
    meaning, remedy = known[table][key][at : at + 2]
    return meaning, remedy or "—"


def _keys(prefix: str) -> list[str]:
    found = [key.split(".") for key in texts.load()["ja"].entries if key.startswith(f"{prefix}.")]
    return list(dict.fromkeys(key[1] for key in found if len(key) > 2 or prefix == "cause"))


def code_side() -> dict[str, list[str]]:
    """Return what the code has of each table, in its order."""
    schemas = read_asyncapi()["components"]["schemas"]
    return {
        "screen": [key for key in _keys("view") if key not in NO_PAGE],
        "sorry": _keys("sorry"),
        "cause": list(OUT_OF_SERVICE_CAUSES),
        "buzzer": list(BuzzerPattern),
        "state": schemas["phase"]["enum"],
        "alarm": schemas["state"]["properties"]["alarms"]["items"]["enum"],
        "camera": schemas["state_camera"]["properties"]["cause"]["enum"],
        "paper": list(Paper),
        "printer_error": schemas["state_printer"]["properties"]["error"]["enum"],
        "device": list(DeviceState),
    }


def picture_of(screen: str) -> str:
    """Return the file of a screen's picture in docs/screens, empty where there is none."""
    tail = screen.rpartition("_")
    for label in (PICTURE_OF.get(screen, screen), f"{tail[0]}-{tail[2]}"):
        if (PICTURES / f"ja-{label}.png").exists():
            return f"ja-{label}.png"
    return ""
