"""What the pictures prove: pages that a key of the centre opens, codes that it signed, and what could not be read.

Holds keys and sees only what a reading process found; not responsible for the centre's book (`verdict.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.inquiry.told import LookedAt, Panel
from hub.scramble.opened import open_payload
from hub.scramble.payload import Page
from hub.signed_code.content import BadCode, Content, read
from hub.signed_code.verdict import CentreKeys

NOT_OURS = frozenset({"not_authentic", "unknown_key"})
# What is most worth telling comes first.
_REASONS = (
    "not_authentic",
    "unknown_key",
    "damaged",
    "blurred",
    "photo_blurred",
    "photo_slanted",
    "resolution_too_low",
    "photo_too_far",
    "cut_off",
    "photo_cut_off",
    "picture_unusable",
    "too_large",
    "too_many_pages",
    "too_small",
    "no_such_page",
    "not_a_picture",
    "markers_missing",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`pages` are those of one document, by number; `reason` is why there are none, or what else was not readable."""

    pages: Mapping[int, Page] = field(default_factory=dict[int, Page])
    several: bool = False
    reason: str | None = None
    codes: Sequence[Content] = ()
    false_code: bool = False

    @property
    def document_id(self) -> str | None:
        """The document that the panels name, else the one the signed code does."""
        for page in self.pages.values():
            return page.document_id
        return self.codes[0].document_id if self.codes else None

    @property
    def page_count(self) -> int:
        """How many pages the document has, as far as is known."""
        return max((page.of for page in self.pages.values()), default=0)


def weighed(files: Sequence[LookedAt], panel_keys: Mapping[int, bytes], centre_keys: CentreKeys) -> Evidence:
    """Open the payloads and check the codes."""
    opened: list[Page] = []
    reasons: list[str] = []
    for file in files:
        reasons += [file.reason] if file.reason else []
        for panel in file.panels:
            found = _opened(panel, panel_keys)
            if isinstance(found, Page):
                opened.append(found)
            else:
                reasons.append(found)
    codes, false_code = _signed([text for file in files for text in file.codes], centre_keys)
    first = opened[0].document_id if opened else None
    return Evidence(
        pages={page.number: page for page in opened if page.document_id == first},
        several=any(page.document_id != first for page in opened),
        reason=_foremost(reasons),
        codes=codes,
        false_code=false_code,
    )


def _opened(panel: Panel, keys: Mapping[int, bytes]) -> Page | str:
    if panel.reason is not None:
        return panel.reason
    if panel.key_id is not None and panel.key_id not in keys:
        return "unknown_key"
    opened = open_payload(panel.payload, panel.width_dots, keys, panel.key_id)
    return "not_authentic" if opened is None else opened[0]


def _signed(texts: Sequence[str], keys: CentreKeys) -> tuple[list[Content], bool]:
    codes: list[Content] = []
    bad = False
    for text in texts:
        try:
            codes.append(read(text, keys))
        except BadCode:
            bad = True
    return codes, bad


def _foremost(reasons: Sequence[str]) -> str | None:
    known = [reason for reason in _REASONS if reason in reasons]
    return known[0] if known else (reasons[0] if reasons else None)
