"""Detection: originals are found with their id, copies are not; rates over many are in the measurements."""

import numpy as np
import pytest
from PIL import Image

from hub.forgery.detect import UnusableScan, detected, read_scan
from tests.forgery.paper import original, photocopied, reprinted
from tests.forgery.sample import KEY, document, grey_of, page

ROWS = 600  # 75 mm: less takes less time, and is harder
PITCHES = [(3, (6, 6)), (4, (7, 7))]


def judged(make, seed, dpi, key=KEY, **options):
    rng = np.random.default_rng(seed)
    background, dots = document(rng, rows=ROWS, **options)
    picture, dpi = make(dots, rng, dpi)
    return background.document_id, detected(picture, (dpi / 25.4,), key)


@pytest.mark.parametrize(
    ("dpi", "pitches"), [(150, PITCHES[0]), (200, PITCHES[1]), (300, PITCHES[0]), (600, PITCHES[0])]
)
def test_an_original_is_found_with_its_documents_id(dpi, pitches):
    document_id, finding = judged(original, dpi, dpi, pitches=pitches)
    assert (finding.verdict, finding.document_id) == ("original", document_id)


@pytest.mark.parametrize("make", [photocopied, reprinted])
@pytest.mark.parametrize(("dpi", "pitches"), [(150, PITCHES[0]), (300, PITCHES[0]), (300, PITCHES[1])])
def test_a_copy_is_no_original(make, dpi, pitches):
    assert judged(make, dpi, dpi, pitches=pitches)[1].verdict != "original"


def test_with_another_key_the_id_is_read_and_nothing_is_believed():
    document_id, finding = judged(original, 5, 300, key=bytes(32))
    assert (finding.verdict, finding.document_id) == ("unkeyed", document_id)
    assert finding.key_sigmas < 6


@pytest.mark.parametrize("quarters", [1, 2])
def test_the_scan_may_lie_on_any_side(quarters):
    background, dots = document(np.random.default_rng(7), rows=ROWS)
    finding = detected(np.rot90(grey_of(dots), quarters), (8.0,), KEY)
    assert (finding.verdict, finding.document_id) == ("original", background.document_id)


@pytest.mark.parametrize("width_dots", [832, 1728])
def test_wider_heads_are_told_apart(width_dots):
    background, dots = document(np.random.default_rng(8), width_dots, 400)
    finding = detected(grey_of(dots), (8.0,), KEY)
    assert (finding.verdict, finding.document_id) == ("original", background.document_id)


def test_a_scan_whose_file_tells_no_resolution_is_tried_at_the_usual_ones(tmp_path):
    rng = np.random.default_rng(9)
    background, dots = document(rng, rows=ROWS)
    picture, _ = original(dots, rng, 200)
    Image.fromarray(picture).save(tmp_path / "scan.png")
    grey, resolutions = read_scan(tmp_path / "scan.png")
    assert len(resolutions) > 3
    assert detected(grey, resolutions, KEY).document_id == background.document_id


def test_a_page_without_background_and_a_blank_sheet_have_no_mark():
    dots = np.unpackbits(np.frombuffer(page(576, ROWS), np.uint8)).reshape(-1, 576).astype(bool)
    assert detected(grey_of(dots), (8.0,), KEY).verdict == "none"
    assert detected(np.full((500, 500), 250, np.uint8), (8.0,), KEY).verdict == "none"
    noise = np.random.default_rng(3).integers(0, 256, (500, 500), np.uint8)
    assert detected(noise, (8.0,), KEY).verdict == "none"


def test_pictures_that_cannot_be_used_say_why(tmp_path):
    Image.new("L", (90, 90)).save(tmp_path / "small.png")
    with pytest.raises(UnusableScan, match="300 dpi"):
        read_scan(tmp_path / "small.png")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(OSError, match="cannot identify"):
        read_scan(tmp_path / "text.png")
