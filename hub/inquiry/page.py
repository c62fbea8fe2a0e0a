"""The site's pages as HTML: the form, an answer, a refusal. Every text comes from `texts.toml`, every value is escaped.

Not responsible for what is answered. Pictures are put into the page itself, so that nothing has to be kept for them.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from hub.inquiry.texts import LANGUAGES, texts_in
from hub.inquiry.verdict import Verdict

MEGABYTES = 40
_REFUSAL = '<section class="verdict care" role="alert"><h2>{}</h2></section>'
_ACCEPT = "image/png,image/jpeg,image/tiff,application/pdf"
_GOOD = frozenset({Verdict.MATCHES, Verdict.RESTORED})
_CARE = frozenset({Verdict.UNREADABLE, Verdict.UNSETTLED, Verdict.SEVERAL, Verdict.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Sides:
    """One page: the restored picture and, if it was found, the scan of the front (PNG both)."""

    number: int
    restored: bytes
    seen: bytes | None


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is told about one inquiry; `rows` are names of fields with their texts."""

    verdict: Verdict
    reason: str | None
    rows: Sequence[tuple[str, str]]
    sides: Sequence[Sides]


def form_page(language: str, refused: str | None = None) -> str:
    """Write the form; `refused` is the name of a text that says why the last upload was not taken."""
    say = texts_in(language)
    refusal = "" if refused is None else _REFUSAL.format(_filled(say[refused]))
    return _page(
        language,
        f"""{refusal}<section><p>{escape(say["intro"])}</p><p>{escape(say["how"])}</p></section>
<form method="post" action="/?lang={language}" enctype="multipart/form-data">
<label for="back">{escape(say["back"])}</label>
<p class="hint" id="files-hint">{_filled(say["files_hint"])}</p>
<input type="file" id="back" name="back" multiple required accept="{_ACCEPT}" aria-describedby="files-hint">
<label for="front">{escape(say["front"])}</label>
<input type="file" id="front" name="front" multiple accept="{_ACCEPT}" aria-describedby="files-hint">
<label for="number">{escape(say["number"])}</label>
<p class="hint" id="number-hint">{escape(say["number_hint"])}</p>
<input type="text" id="number" name="number" maxlength="64" autocomplete="off" spellcheck="false"
 aria-describedby="number-hint">
<button type="submit">{escape(say["send"])}</button>
<div id="working" role="status" hidden>{escape(say["working"])}
<progress aria-label="{escape(say["working"])}"></progress></div>
</form>
<section><p>{escape(say["privacy"])}</p><p>{escape(say["proves"])}</p></section>
<script src="/form.js"></script>""",
    )


def answer_page(language: str, answer: Answer) -> str:
    """Write an answer."""
    say = texts_in(language)
    name = answer.verdict.value
    kind = "good" if answer.verdict in _GOOD else "care" if answer.verdict in _CARE else "bad"
    reason = say.get(f"reason_{answer.reason}", say["reason_other"]) if answer.reason else ""
    rows = "".join(f"<tr><th>{escape(say[field])}</th><td>{escape(text)}</td></tr>" for field, text in answer.rows)
    sides = "".join(_sides(language, each) for each in answer.sides)
    return _page(
        language,
        f"""<section class="verdict {kind}" data-verdict="{name}" role="status"><h2>{escape(say[name])}</h2>
<p>{escape(say[name + "_more"])}</p>{f"<p>{escape(reason)}</p>" if reason else ""}</section>
<section><table>{rows}</table></section>{sides}
<section><p>{escape(say["proves"])}</p>
<p><a class="button" href="/?lang={language}">{escape(say["again"])}</a></p></section>""",
    )


def _sides(language: str, sides: Sides) -> str:
    say = texts_in(language)
    figures = _figure(say["caption_restored"].format(page=sides.number), sides.restored)
    if sides.seen is not None:
        caption = f"{say['caption_seen'].format(page=sides.number)}  {say['caption_legend']}"
        figures += _figure(caption, sides.seen)
    return f'<section class="pair">{figures}</section>'


def _figure(caption: str, png: bytes) -> str:
    text = escape(caption)
    coded = base64.b64encode(png).decode()
    return f'<figure><figcaption>{text}</figcaption><img alt="{text}" src="data:image/png;base64,{coded}"></figure>'


def _page(language: str, body: str) -> str:
    say = texts_in(language)
    others = [each for each in LANGUAGES if each != language]
    links = " ".join(
        f'<a href="/?lang={each}" lang="{each}">{escape(texts_in(each)["language"])}</a>' for each in others
    )
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(say["title"])}</title><link rel="stylesheet" href="/style.css"></head>
<body><header><h1>{escape(say["title"])}</h1><nav>{links}</nav></header><main>
{body}
</main></body></html>
"""


def _filled(text: str) -> str:
    return escape(text.format(megabytes=MEGABYTES))
