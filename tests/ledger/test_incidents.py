"""The kiosks' own records of things left behind in the yearly review, written as docs/reference/alarms.md says."""

import json
import zlib

import pytest

from hub.__main__ import main
from hub.ledger.tariffs import own_tariffs
from hub.report.review import review_of
from hub.report.text import as_text

TAKEN = ("paid", "printing", "printed", "taken")


def line(alarm, noted, at_s, document_id=None, clearance=None, *, thing="paper") -> bytes:
    body = {"alarm_id": alarm * 32, "noted": noted, "thing": thing, "at_s": at_s, "subject_id": None}
    text = json.dumps(body | {"document_id": document_id, "clearance": clearance})
    return f"{zlib.crc32(text.encode()):08x} {text}\n".encode()


def cleared(reason, operator="見本 太郎", note="古賀交番") -> dict:
    return {"reason": reason, "note": note, "operator": operator, "key_id": "", "command": "", "signature": ""}


@pytest.fixture
def left(books, tmp_path):
    """A paper was left behind and is void; returns the document, when, and how to review a kiosk's record."""
    document = books.done(*TAKEN)
    books.orders.end(document, "kiosk-0001", "voided", "left_behind")
    file = tmp_path / "incidents"

    def reviewed(*lines: bytes):
        file.write_bytes(b"".join(lines))
        files = {"kiosk-0001": file}
        return review_of(books.engine, books.data, "402231", 2026, books.clock, tariffs=own_tariffs(), incidents=files)

    return document, books.now.timestamp(), reviewed


def safeguard(review) -> dict:
    return next(it for it in review["safeguards"] if "警察" in it["name"])


def test_a_paper_that_went_to_the_police_is_told_with_place_and_name(left):
    document, at_s, reviewed = left
    review = reviewed(
        line("a", "raised", at_s, document),
        line("a", "cleared", at_s + 60, document, cleared("hand-over-police")),
        line("b", "raised", at_s, thing="card"),
        line("b", "gone", at_s + 5, thing="card"),
    )
    told = review["trouble"]["incidents"]
    assert (told["left"], told["cleared"], told["not_over"]) == ({"paper": 1, "card": 1}, {"hand-over-police": 1}, 0)
    assert [(it["document_id"], it["to"], it["by"]) for it in told["to_police"]] == [
        (document, "古賀交番", "見本 太郎")
    ]
    assert safeguard(review)["result"] == "ok"
    assert "古賀交番" in as_text(review)


@pytest.mark.parametrize("kept", ["nothing", "lying", "nameless"])
def test_what_is_missing_in_the_record_needs_attention(left, kept):
    document, at_s, reviewed = left
    lines = {
        "nothing": [],
        "lying": [line("a", "raised", at_s, document)],
        "nameless": [
            line("a", "raised", at_s, document),
            line("a", "cleared", at_s, document, cleared("destroyed", operator="")),
        ],
    }
    assert safeguard(reviewed(*lines[kept]))["result"] == "attention"


def test_another_years_incidents_are_left_out(left):
    _, at_s, reviewed = left
    assert reviewed(line("a", "raised", at_s - 366 * 86400))["trouble"]["incidents"]["left"] == {}


def test_a_torn_last_line_is_left_out_and_damage_before_it_is_an_error(left):
    document, at_s, reviewed = left
    whole = line("a", "raised", at_s, document)
    assert reviewed(whole, whole[:40])["trouble"]["incidents"]["left"] == {"paper": 1}
    with pytest.raises(ValueError, match="line 1 is damaged; take a new copy from kiosk-0001"):
        reviewed(b"0" + whole[1:], whole)


def test_without_any_record_the_safeguard_is_unchecked(books):
    books.done(*TAKEN)
    review = review_of(books.engine, books.data, "402231", 2026, books.clock, tariffs=own_tariffs())
    assert (review["trouble"]["incidents"], safeguard(review)["result"]) == (None, "unchecked")


def test_at_the_command_line(left, books, capsys):
    document, at_s, _ = left
    file = books.data / "copied"
    file.write_bytes(line("a", "cleared", at_s, document, cleared("hand-over-police")))
    report = ["report", "--data", str(books.data), "--municipality", "402231", "--fiscal-year", "2026"]
    assert main([*report, "--incidents", f"kiosk-0001={file}", "--pdf", str(books.data / "review.pdf")]) == 0
    assert "古賀交番" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*report, "--incidents", str(file)])
