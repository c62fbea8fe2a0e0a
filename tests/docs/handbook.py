"""Writes the tables of the operator's handbook: screens, refusals, signals, from code and `docs/operator/words.toml`.

`python -m tests.docs.tables` writes them; a test compares. Not responsible for the hand-written pages beside them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from firmware.app.screens import texts
from firmware.devices import BuzzerPattern
from firmware.drivers import buzzer_patterns
from tests.docs import words
from tests.docs.schemas import cell

if TYPE_CHECKING:
    from collections.abc import Callable

NOTE = (
    "<!-- Written by `python -m tests.docs.tables` from the code and docs/operator/words.toml; a test compares. -->\n"
)
SAID = {
    "en": {
        "screens": "Screens", "refusals": "When it cannot go on", "signals": "Sounds, lights and states",
        "screen": "Screen", "person": "What the person reads", "means": "What it means", "do": "What to do",
        "word": "Word", "pattern": "Pattern", "sounds": "Sound and light",
        "screens_intro": "Every page that people can see, in the order of a visit, in Japanese as in the store. "
        "The name in `code` is the one that logs and protocols use.",
        "refusals_intro": "The pages that end a visit before its time. Money that was in is always back when they go.",
        "signals_intro": "What can be heard and seen from outside, and what monitoring shows over MQTT "
        "([topics](../../reference/mqtt.md)).",
        "buzzer": "Buzzer and light", "state": "State of the kiosk", "cause": "Reasons for being out of service",
        "alarm": "Alarms", "camera": "Camera", "paper": "Paper", "printer_error": "Printer", "device": "Any device",
        "once": "once", "repeats": "again and again", "nothing": "silence, dark", "tone": "tone", "pause": "pause",
        "lit": "light on",
    },
    "ja": {
        "screens": "画面", "refusals": "手続きが終わるとき", "signals": "音・ランプ・状態",
        "screen": "画面", "person": "利用者に見える文", "means": "意味", "do": "対応",
        "word": "語", "pattern": "パターン", "sounds": "音とランプ",
        "screens_intro": "利用者に見えるすべての画面です（手続きの順）。`code` の名前は記録や通信で使うものです。",
        "refusals_intro": "途中で手続きが終わる画面です。入っていた料金は必ず返却されます。",
        "signals_intro": "外から聞こえ、見えるものと、監視画面（MQTT）に出る語です"
        "（[トピック一覧](../../reference/mqtt.md)、英語）。",
        "buzzer": "ブザーとランプ", "state": "端末の状態", "cause": "停止の理由",
        "alarm": "警報", "camera": "カメラ", "paper": "用紙", "printer_error": "プリンター", "device": "機器共通",
        "once": "1回", "repeats": "繰り返し", "nothing": "無音・消灯", "tone": "音", "pause": "休み", "lit": "点灯",
    },
}  # fmt: skip
ANCHORS = {"cause": "reasons"}


def screens_page(lang: str) -> str:
    """Return the page of all screens, each with its picture."""
    said, known = SAID[lang], words.read()
    entries = texts.load()["ja" if lang == "ja" else lang].entries
    parts = [f"# {said['screens']}\n", NOTE, said["screens_intro"] + "\n"]
    for key in words.code_side()["screen"]:
        title = str(entries[f"view.{key}.title"])
        meaning, remedy = words.of(known, "screen", key, lang)
        picture = words.picture_of(key)
        parts.append(f"## {title} `{key}` {{#{key}}}\n")
        if picture:
            parts.append(f'![{key}](../../screens/{picture}){{ width="480" loading=lazy }}\n')
        parts.append(f"**{said['means']}**: {meaning}" + (f"  \n**{said['do']}**: {remedy}" if remedy != "—" else ""))
        parts.append("")
    return "\n".join(parts)


def refusals_page(lang: str) -> str:
    """Return the page of all ends before the time."""
    said, known = SAID[lang], words.read()
    entries = texts.load()[lang].entries
    parts = [
        f"# {said['refusals']}\n",
        NOTE,
        said["refusals_intro"] + "\n",
        '![sorry](../../screens/ja-sorry-printer_fault.png){ width="480" loading=lazy }\n',
        f"| {said['person']} | {said['word']} | {said['means']} | {said['do']} |\n|---|---|---|---|",
    ]
    for key in words.code_side()["sorry"]:
        meaning, remedy = words.of(known, "sorry", key, lang)
        title = cell(str(entries[f"sorry.{key}.title"]))
        parts.append(f"| {title} | `{key}` | {cell(meaning)} | {cell(remedy)} |")
    return "\n".join(parts) + "\n"


def signals_page(lang: str) -> str:
    """Return the page of sounds, lights and published words."""
    said, known, code = SAID[lang], words.read(), words.code_side()
    parts = [f"# {said['signals']}\n", NOTE, said["signals_intro"] + "\n"]
    parts.append(f"## {said['buzzer']} {{#buzzer}}\n")
    parts.append(f"| {said['pattern']} | {said['sounds']} | {said['means']} | {said['do']} |\n|---|---|---|---|")
    patterns = buzzer_patterns.load()
    for name in code["buzzer"]:
        meaning, remedy = words.of(known, "buzzer", name, lang)
        sound = sound_of(patterns[BuzzerPattern(name)], said)
        parts.append(f"| `{name}` | {sound} | {cell(meaning)} | {cell(remedy)} |")
    for table in ("state", "cause", "alarm", "camera", "paper", "printer_error", "device"):
        parts.append(f"\n## {said[table]} {{#{ANCHORS.get(table, table)}}}\n")
        parts.append(f"| {said['word']} | {said['means']} | {said['do']} |\n|---|---|---|")
        for key in code[table]:
            meaning, remedy = words.of(known, table, key, lang)
            parts.append(f"| `{key}` | {cell(meaning)} | {cell(remedy)} |")
    return "\n".join(parts) + "\n"


def sound_of(pattern: buzzer_patterns.Pattern, said: dict[str, str]) -> str:
    """Describe a pattern: each step with its milliseconds, loudness and light."""
    if not pattern.steps:
        return said["nothing"]
    told = []
    for step in pattern.steps:
        kind = f"{said['tone']} {step.duty:g} %" if step.duty else said["pause"]
        pitch = f" ×{step.pitch:g}" if step.pitch != 1 else ""
        told.append(f"{step.ms} ms {kind}{pitch}" + (f" ({said['lit']})" if step.light else ""))
    return f"{', '.join(told)}; {said['repeats' if pattern.repeats else 'once']}"


def pages() -> dict[str, Callable[[], str]]:
    """Return what writes each page of the handbook that comes from the code, by its path in docs/."""
    made = {"screens": screens_page, "refusals": refusals_page, "signals": signals_page}
    return {
        f"operator/{lang}/{name}.md": partial(make, lang) for lang in words.LANGUAGES for name, make in made.items()
    }
