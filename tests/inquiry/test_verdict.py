"""One verdict from all evidence: nothing worse is hidden by something better."""

import pytest

from hub.inquiry.centre_line import Standing
from hub.inquiry.evidence import Evidence
from hub.inquiry.told import Compared
from hub.inquiry.verdict import Verdict, code_state, judged
from hub.scramble.payload import Page
from hub.signed_code.content import Content, digest_of

ID, OTHER = "ab" * 16, "cd" * 16
PAGES = {number: Page(bytes([number]) * 72, 576, ID, number, 2) for number in (1, 2)}
DIGEST = digest_of([PAGES[1].dots, PAGES[2].dots])
SAME, MARKED = Compared(picture=0, grey=b"", marks=[]), Compared(picture=0, grey=b"", marks=[(1, 1, 5, 5)])


def standing(state):
    return Standing(ID, "402231", "resident_record", 1, 2, state, 1, {})


def code(document_id=ID, digest=DIGEST):
    return Content("402231", "resident_record", 1, document_id, digest)


WHOLE = Evidence(PAGES, codes=[code()])


@pytest.mark.parametrize(
    ("evidence", "number", "state", "compared", "verdict"),
    [
        (WHOLE, ID, "taken", [SAME, SAME], Verdict.MATCHES),
        (WHOLE, None, "printed", [SAME, None], Verdict.RESTORED),
        (WHOLE, None, "taken", [], Verdict.RESTORED),
        (WHOLE, None, "taken", [SAME, MARKED], Verdict.DIFFERS),
        (WHOLE, None, "paid", [SAME, SAME], Verdict.UNSETTLED),
        (WHOLE, None, "paid", [SAME, MARKED], Verdict.DIFFERS),
        (WHOLE, None, "voided", [SAME, MARKED], Verdict.VOID),
        (WHOLE, None, "refunded", [], Verdict.VOID),
        (WHOLE, None, None, [], Verdict.UNKNOWN),
        (WHOLE, OTHER, "taken", [SAME, SAME], Verdict.OTHER_NUMBER),
        (Evidence(PAGES, reason="not_authentic"), None, "taken", [SAME, SAME], Verdict.NOT_OURS),
        (Evidence(PAGES, several=True), None, "taken", [SAME, SAME], Verdict.SEVERAL),
        (Evidence(PAGES, codes=[code(OTHER)]), None, "taken", [SAME, SAME], Verdict.FALSE_CODE),
        (Evidence(PAGES, codes=[code(digest=bytes(32))]), None, "taken", [SAME, SAME], Verdict.FALSE_CODE),
        (Evidence(PAGES, false_code=True), None, "taken", [SAME, SAME], Verdict.FALSE_CODE),
        (Evidence(reason="damaged"), ID, "taken", [], Verdict.UNREADABLE),
        (Evidence(reason="damaged"), ID, "voided", [], Verdict.VOID),
        (Evidence(reason="damaged", codes=[code()]), None, "taken", [], Verdict.UNREADABLE),
        (Evidence(reason="markers_missing", false_code=True), None, "taken", [], Verdict.FALSE_CODE),
        (Evidence(reason="unknown_key"), None, None, [], Verdict.NOT_OURS),
        (Evidence(), None, None, [], Verdict.UNREADABLE),
    ],
)
def test_the_worst_that_is_true_is_told(evidence, number, state, compared, verdict):
    assert judged(evidence, number, None if state is None else standing(state), compared) is verdict


def test_a_code_is_called_the_same_only_when_all_pages_are_there_and_fit():
    assert code_state(WHOLE) == "same"
    assert code_state(Evidence({1: PAGES[1]}, codes=[code()])) == "genuine"
    assert code_state(Evidence(PAGES)) == "none"
