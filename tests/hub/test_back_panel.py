"""The back panels that the centre draws: one for each page, from its dots, readable, safe for the printer."""

import numpy as np
import pytest

from firmware.app.clerk.raster import rows_with_a_command
from hub.centre.back_panel import HEADING_ROWS, Press, draw_back_panels
from hub.municipality.bench import render_page, sample_content
from hub.scramble.reading import Restored, read_panel

ID = "0123456789abcdef0123456789abcdef"
PRESS = Press({1: bytes(32), 2: bytes(range(32))}, "https://inquiry.example.jp/")


@pytest.mark.parametrize("width_dots", [576, 832, 1728])
def test_every_page_has_its_own_panel_that_gives_it_back(width_dots):
    page = render_page(sample_content("hanako", width_dots)).dots
    pages = [page, page[: len(page) // 2]]
    for number, panel in enumerate(draw_back_panels(pages, width_dots, ID, PRESS), start=1):
        dots = np.unpackbits(np.frombuffer(panel.dots, np.uint8)).reshape(-1, width_dots)
        assert panel.record()["height_rows"] == dots.shape[0]
        assert 0 < dots[:HEADING_ROWS].mean() < 0.2
        scan = np.pad(255 * (1 - dots), 16, constant_values=255).repeat(2, axis=0).repeat(2, axis=1).astype(np.uint8)
        result = read_panel(scan, PRESS.keys)
        assert isinstance(result, Restored), result
        assert (result.page.dots, result.page.number, result.page.of) == (pages[number - 1], number, 2)
        assert (result.page.document_id, result.label.key_id) == (ID, 2)


def test_no_row_of_a_panel_orders_the_printer_about():
    random = np.random.default_rng(3)
    for _ in range(40):
        panel = draw_back_panels([random.bytes(72 * 40)], 576, random.bytes(16).hex(), PRESS)[0]
        assert rows_with_a_command(panel.dots, 72) == set()


def test_the_heading_names_the_document_and_the_page():
    def heading(document_id, pages=1):
        return draw_back_panels([bytes(72 * 8)] * pages, 576, document_id, PRESS)[0].dots[: 72 * HEADING_ROWS]

    assert len({heading(ID), heading(ID[::-1]), heading(ID, pages=2)}) == 3
