"""python-escpos as an independent encoder: what it makes of a picture, the simulated printer prints."""

import random

import pytest
from escpos.image import EscposImage
from escpos.printer import Dummy
from PIL import Image
from raster_speed import speedup_vs_python_escpos

from firmware.app.clerk import raster
from sim_hw.printer.decode import Decoded


def picture(width: int, rows: int) -> Image.Image:
    chance = random.Random(1)  # noqa: S311 - any dots will do, the same in every run
    return Image.frombytes("1", (width, rows), chance.randbytes(width // 8 * rows))


def black_dots(image: Image.Image) -> bytes:
    """Dots in the printer's sense: 1 is black."""
    return bytes(byte ^ 0xFF for byte in image.tobytes())


@pytest.mark.parametrize("rows", [24, 240, 1000])
def test_its_raster_images_come_out_to_the_dot(rows):
    device = Dummy(profile="TM-T20II")
    device.image(picture(576, rows), impl="bitImageRaster")
    assert Decoded(device.output, 576).uncut == black_dots(picture(576, rows))


@pytest.mark.parametrize("rows", [24, 240])
def test_its_column_images_come_out_to_the_dot(rows):
    device = Dummy(profile="TM-T20II")
    device.image(picture(576, rows), impl="bitImageColumn")
    found = Decoded(device.output, 576)
    assert found.uncut == black_dots(picture(576, rows))
    assert found.unknown == []


def test_its_text_and_cut_make_one_strip_with_something_on_it():
    device = Dummy(profile="TM-T20II")
    device.text("Certificate\n")
    device.cut()
    found = Decoded(device.output, 576)
    assert len(found.strips) == 1
    assert any(found.strips[0].dots)
    assert found.unknown == []


def test_its_rows_and_ours_are_the_same_bytes_for_a_page_of_one_band():
    image = Image.new("1", (576, 256), 1)
    image.paste(0, (40, 10, 500, 200))
    device = Dummy(profile="TM-T20II")
    device.image(image, impl="bitImageRaster")
    assert b"".join(raster.to_bands(black_dots(image), 576)) == device.output


def test_its_columns_and_ours_are_the_same_bytes():
    theirs = list(EscposImage(picture(576, 48)).to_column_format())
    dots = black_dots(picture(576, 48))
    assert [raster.columns_of(dots[at : at + 24 * 72], 72) for at in (0, 24 * 72)] == theirs


def test_our_framing_is_faster_in_the_same_run():
    found = speedup_vs_python_escpos(repeats=3)
    assert found["unit"] == "x"
    assert found["value"] > 2
