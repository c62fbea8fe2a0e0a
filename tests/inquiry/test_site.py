"""What the site tells of papers: true, altered, void, forged, unreadable, and what it refuses."""

import io
import re
import tempfile
from html import escape

import numpy as np
import pytest
from PIL import Image

from hub.inquiry.texts import texts_in
from hub.inquiry.turnstile import Turnstile
from hub.inquiry.upload import MOST_BYTES
from hub.scramble.panel import draw_panel
from hub.scramble.profile import Profile
from tests.inquiry.paper import DOCUMENT, SITE, WIDTH, Paper, as_dots, scan
from tests.inquiry.site import running_site

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("inquiry")]


def png(dots, condition="plain-300", seed=1):
    out = io.BytesIO()
    scan(dots, condition, seed).save(out, "PNG")
    return out.getvalue()


def clean(dots):
    out = io.BytesIO()
    Image.fromarray((255 * (1 - dots)).repeat(2, axis=0).repeat(2, axis=1).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def verdict(answer):
    assert answer.status_code == 200, answer.text[:500]
    return re.search(r'data-verdict="([a-z_]+)"', answer.text)[1]


@pytest.fixture
async def site(data, paper):
    async with running_site(data, paper) as running:
        yield running


@pytest.fixture(scope="module")
def back(paper):
    return png(paper.back, "jpeg-200")


async def test_a_true_paper_matches_and_its_checks_are_counted(site, paper, back):
    answer = await site.send([back], [png(paper.front)], "-".join(re.findall("....", DOCUMENT.upper())))
    assert verdict(answer) == "matches"
    say = texts_in("en")
    told = ("checks_first", "code_same", "marks_none", "dots_original")
    for text in ("Resident record", "Koga City", "valid (taken)", *map(say.get, told)):
        assert text in answer.text
    assert answer.text.count("data:image/png;base64,") == 2
    again = await site.send([back])
    assert verdict(again) == "restored"
    assert "this is number 2" in again.text
    assert again.text.count("data:image/png;base64,") == 1


async def test_one_scan_of_the_whole_strip_is_enough(site, paper):
    strip = np.vstack([paper.front, np.zeros((34, WIDTH), np.uint8), paper.back])
    assert verdict(await site.send([png(strip)])) == "matches"


async def test_a_changed_letter_is_marked(site, paper, back):
    front = paper.front.copy()
    rows, columns = busy_place(paper)
    front[rows, columns] = front[rows.start + 60 : rows.stop + 60, columns]
    answer = await site.send([back], [png(front, "jpeg-200", 3)])
    assert verdict(answer) == "differs"
    assert "place(s)" in answer.text
    assert escape(texts_in("en")["dots_untold"]) in answer.text


async def test_a_voided_document_is_void_whatever_the_paper_says(site, paper, back):
    site.book.state = "voided"
    assert verdict(await site.send([back], [png(paper.front)])) == "void"


async def test_a_number_of_another_document_does_not_pass(site, back):
    answer = await site.send([back], number="f" * 32)
    assert verdict(answer) == "other_number"
    assert "data:image" not in answer.text


async def test_a_front_of_another_document_is_found_by_its_code(site, data, back):
    other = Paper(data, "fedcba9876543210" * 2)
    assert verdict(await site.send([back], [png(other.front, "jpeg-200")])) == "false_code"


async def test_a_forged_panel_is_not_ours(site, paper):
    forged = draw_panel(paper.page, WIDTH, DOCUMENT, 1, b"f" * 32, Profile.STANDARD, SITE)
    answer = await site.send([clean(as_dots(forged.dots))])
    assert verdict(answer) == "not_ours"
    assert site.book.checks == []


async def test_a_picture_of_nothing_is_unreadable_and_says_what_to_do(site):
    answer = await site.send([clean(np.zeros((300, 300), np.uint8))], language="ja")
    assert verdict(answer) == "unreadable"
    assert texts_in("ja")["reason_markers_missing"] in answer.text


async def test_without_the_centre_nothing_is_told(site, back):
    site.book.down = True
    answer = await site.send([back])
    assert answer.status_code == 503
    assert texts_in("en")["refused_centre_down"] in answer.text


async def test_what_is_not_taken_says_why(site):
    assert texts_in("en")["refused_no_file"] in (await site.send([b""])).text
    assert texts_in("en")["refused_bad_number"] in (await site.send([b"x"], number="12")).text
    many = await site.send([b"x"] * 9)
    assert (many.status_code, texts_in("en")["refused_too_many_files"] in many.text) == (400, True)
    large = await site.send([bytes(MOST_BYTES + (1 << 20))])
    assert (large.status_code, texts_in("en")["refused_too_large"].format(megabytes=40) in large.text) == (413, True)
    assert (await site.http.post("/", data={"number": ""})).status_code == 400
    assert (await site.http.get("/nowhere")).status_code == 404


async def test_an_upload_of_full_size_never_touches_a_disk(site, monkeypatch):
    def rollover(_file):
        raise AssertionError("the upload was written to a disk")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rollover)
    answer = await site.send([bytes(MOST_BYTES - 1000)])
    assert verdict(answer) == "unreadable"
    assert texts_in("en")["reason_not_a_picture"] in answer.text


async def test_nobody_asks_too_often(data, paper):
    async with running_site(data, paper, Turnstile(2, 1000.0, lambda: 0.0)) as site:
        answers = [await site.send([b"x"], number="12") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]


async def test_nothing_is_stored_or_runs_that_is_not_ours(site):
    answer = await site.http.get("/", headers={"accept-language": "en-GB,en;q=0.9"})
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert '<html lang="en">' in answer.text
    assert '<html lang="ja">' in (await site.http.get("/")).text
    assert (await site.http.get("/style.css")).headers["content-type"].startswith("text/css")


def test_both_languages_say_the_same_things():
    assert set(texts_in("ja")) == set(texts_in("en"))
    for name, text in texts_in("ja").items():
        assert re.findall(r"{[a-z]+}", text) == re.findall(r"{[a-z]+}", texts_in("en")[name]) or "{of}" in text


def busy_place(paper):
    """A letter's place in the page that differs from what stands 60 rows lower."""
    page = as_dots(paper.page)
    for top in range(300, 900, 4):
        for left in range(200, 500, 8):
            here, below = page[top : top + 24, left : left + 24], page[top + 60 : top + 84, left : left + 24]
            if 0.2 < here.mean() < 0.5 and 0.1 < below.mean() < 0.5 and (here != below).mean() > 0.3:
                return slice(top, top + 24), slice(left, left + 24)
    raise AssertionError("no letters in the page")
