"""The detection image on a scanned front: judged without any key, from the layers that the centre signed."""

import numpy as np
import pytest

from hub.forgery.background import unpacked
from hub.inquiry.compare import compared
from tests.inquiry.paper import WIDTH, scan
from tests.scramble.channel.second import Path, sent

pytestmark = pytest.mark.xdist_group("inquiry")


def dots_verdict(paper, grey, layers=None):
    (found,) = compared([{"dots": paper.page, "width_dots": WIDTH}], layers or paper.layers, [grey])
    return found["dots"]


def grey_scan(dots, condition):
    return np.asarray(scan(dots, condition).convert("L"))


def test_the_dots_of_an_original_are_found_on_a_head_that_prints_lone_dots_weakly(paper):
    assert dots_verdict(paper, grey_scan(paper.front, "plain-300")) == "original"


def test_the_dots_of_an_original_are_found_on_another_kind_of_print(paper):
    assert dots_verdict(paper, sent(paper.front, Path(gain_mm=0.02, skew=3.0))) == "original"


def test_an_original_in_a_compressed_scan_has_the_figures_of_a_copy_and_is_called_neither(paper):
    assert dots_verdict(paper, grey_scan(paper.front, "jpeg-200")) == "untold"


@pytest.mark.parametrize("condition", ["folds-300", "askew-240", "dim-200"])
def test_no_scan_of_an_original_is_said_to_be_anything_else(paper, condition):
    assert dots_verdict(paper, grey_scan(paper.front, condition)) in {"original", "untold"}


def test_dots_that_the_centre_did_not_make_for_this_document_are_not_its_own(paper):
    forged = {**paper.layers, "background": {**paper.layers["background"], "seed": bytes(32)}}
    assert dots_verdict(paper, grey_scan(paper.front, "plain-300"), forged) == "unkeyed"


def test_a_page_printed_anew_without_its_background_has_no_dots(paper):
    assert dots_verdict(paper, grey_scan(unpacked(paper.page, WIDTH), "plain-300")) == "none"


def test_layers_without_a_background_are_not_looked_at(paper):
    plain = {**paper.layers, "background": {"kind": "none"}}
    assert dots_verdict(paper, grey_scan(unpacked(paper.page, WIDTH), "plain-300"), plain) is None
