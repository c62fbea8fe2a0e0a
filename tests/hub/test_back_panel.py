"""The placeholder on the back: right size, black on white, text inside at every head width."""

import pytest
from PIL import Image

from hub.centre.back_panel import HEIGHT_ROWS, draw_back_panel

ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("width_dots", [576, 832, 1728])
def test_it_fills_the_head_and_stays_inside_its_frame(width_dots):
    dots = draw_back_panel(width_dots, ID)
    assert len(dots) == width_dots // 8 * HEIGHT_ROWS
    picture = Image.frombytes("1", (width_dots, HEIGHT_ROWS), dots)
    assert picture.getbbox() == (4, 4, width_dots - 4, HEIGHT_ROWS - 4)
    between_frame_and_text = picture.crop((8, 8, 20, HEIGHT_ROWS - 8))
    assert between_frame_and_text.getbbox() is None
    black = sum(row.bit_count() for row in dots)
    assert 0.01 < black / (width_dots * HEIGHT_ROWS) < 0.2


def test_it_carries_the_document_id():
    assert draw_back_panel(576, ID) != draw_back_panel(576, ID[::-1])
    assert draw_back_panel(576, ID) == draw_back_panel(576, ID)
