"""The verdict on an inquiry, from what the pictures prove, what the centre's book says, and how the front compares.

One verdict, chosen in an order in which nothing worse is ever hidden by something better. Texts: `texts.toml`.
Not responsible for any of the evidence itself.
"""

from collections.abc import Sequence
from enum import Enum

from hub.inquiry.centre_line import Standing
from hub.inquiry.evidence import NOT_OURS, Evidence
from hub.inquiry.told import Compared
from hub.signed_code.content import digest_of

VOID = frozenset({"voided", "refunded", "cancelled"})
UNSETTLED = frozenset({"document_held", "paid", "printing", "unknown"})


class Verdict(Enum):
    """What is told; the value is the name of the text."""

    MATCHES = "matches"  # authentic, valid, the scanned front shows nothing else
    RESTORED = "restored"  # authentic, valid, no front was scanned: compare by eye
    DIFFERS = "differs"
    FALSE_CODE = "false_code"  # the signed code on the front is not this document's
    OTHER_NUMBER = "other_number"
    VOID = "void"
    UNSETTLED = "unsettled"  # issued, but not known to be handed out
    UNKNOWN = "unknown"  # not in the centre's book
    SEVERAL = "several"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"


def judged(
    evidence: Evidence, number: str | None, standing: Standing | None, compared: Sequence[Compared | None]
) -> Verdict:
    """Choose the verdict; `number` is the one that was typed (32 hex digits)."""
    if evidence.several:
        return Verdict.SEVERAL
    if evidence.reason in NOT_OURS:  # one panel among them is none of ours
        return Verdict.NOT_OURS
    if not evidence.pages:
        return _without_panel(evidence, standing)
    if number is not None and number != evidence.document_id:
        return Verdict.OTHER_NUMBER
    if standing is None:
        return Verdict.UNKNOWN
    if standing.state in VOID:
        return Verdict.VOID
    if code_state(evidence) in {"false", "other"}:
        return Verdict.FALSE_CODE
    if any(page is not None and page.marks for page in compared):
        return Verdict.DIFFERS
    if standing.state in UNSETTLED:
        return Verdict.UNSETTLED
    return Verdict.MATCHES if compared and all(page is not None for page in compared) else Verdict.RESTORED


def _without_panel(evidence: Evidence, standing: Standing | None) -> Verdict:
    """No panel was read: never good news, but a false code or a void number is told."""
    if evidence.false_code:
        return Verdict.FALSE_CODE
    return Verdict.VOID if standing is not None and standing.state in VOID else Verdict.UNREADABLE


def code_state(evidence: Evidence) -> str:
    """Tell about the signed code: `none`, `false`, `other` (another document or content), `genuine`, `same`.

    `same`: its digest is that of the restored pages; `genuine`: signed, but not all pages are there to compare.
    """
    if evidence.false_code:
        return "false"
    if not evidence.codes:
        return "none"
    if any(code.document_id != evidence.document_id for code in evidence.codes):
        return "other"
    if len(evidence.pages) != evidence.page_count or not evidence.pages:
        return "genuine"
    digest = digest_of([evidence.pages[number].dots for number in sorted(evidence.pages)])
    return "same" if all(code.digest == digest for code in evidence.codes) else "other"
