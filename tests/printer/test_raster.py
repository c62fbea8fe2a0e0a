"""Framing: whatever the dots, the printer prints exactly them and obeys nothing that is hidden in them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware.app.clerk import layers, raster
from sim_hw.printer.decode import Decoded

PAIRS = [b"\x10\x04", b"\x10\x05", b"\x10\x14"]


def decoded(bands: list[bytes], width_dots: int) -> Decoded:
    found = Decoded(b"".join(bands), width_dots)
    assert found.unknown == []
    assert found.missing_bytes == found.left_over_bytes == 0
    return found


@st.composite
def pages(draw):
    """Dots with real-time pairs strewn over them, on any head."""
    width_dots = draw(st.sampled_from([128, 576, 832, 1040, 1296, 1728]))
    width = width_dots // 8
    rows = draw(st.integers(24, 300))
    dots = bytearray(width * rows)
    for _ in range(draw(st.integers(0, 40))):
        at = draw(st.integers(0, len(dots) - 2))
        dots[at : at + 2] = draw(
            st.sampled_from([*PAIRS, b"\x10\x10", b"\x00\x10", b"\x04\x05", b"\xff\xff", b"\x14\x01"])
        )
    noise = draw(st.binary(max_size=200))
    at = draw(st.integers(0, len(dots) - len(noise)))
    dots[at : at + len(noise)] = noise
    return width_dots, bytes(dots)


@settings(max_examples=150, deadline=None)
@given(pages())
def test_any_page_comes_out_to_the_dot_without_a_real_time_command(page):
    width_dots, dots = page
    try:
        bands = raster.to_bands(dots, width_dots)
    except raster.UnprintableDots:
        assert raster.REAL_TIME.search(dots)
        return
    found = decoded(bands, width_dots)
    assert found.uncut == dots
    assert found.real_time == []
    assert not raster.REAL_TIME.search(b"".join(bands))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(40, 1500), st.integers(0, 70), st.sampled_from(PAIRS)), min_size=1, max_size=14))
def test_a_page_with_as_many_pairs_as_a_certificate_has_is_always_printable(pairs):
    dots = bytearray(72 * 1600)
    for row, column, pair in pairs:
        dots[row * 72 + column : row * 72 + column + 2] = pair
    found = decoded(raster.to_bands(bytes(dots), 576), 576)
    assert found.uncut == bytes(dots)
    assert found.real_time == []


@pytest.mark.parametrize("row", [0, 1, 23, 255, 256, 299])
@pytest.mark.parametrize("pair", PAIRS)
def test_a_pair_in_any_row_is_printed(row, pair):
    dots = bytearray(72 * 300)
    dots[row * 72 + 30 : row * 72 + 32] = pair
    found = decoded(raster.to_bands(bytes(dots), 576), 576)
    assert found.uncut == bytes(dots)
    assert found.real_time == []


def test_a_pair_across_two_rows_only_ends_the_band_there():
    dots = bytearray(72 * 100)
    dots[72 * 50 - 1 : 72 * 50 + 1] = b"\x10\x04"
    bands = raster.to_bands(bytes(dots), 576)
    assert [band[:4] for band in bands] == [b"\x1dv0\x00"] * 2
    assert decoded(bands, 576).uncut == bytes(dots)


def test_a_page_without_pairs_is_raster_bands_of_at_most_256_rows():
    bands = raster.to_bands(bytes(72 * 600), 576)
    assert [int.from_bytes(band[6:8], "little") for band in bands] == [256, 256, 88]


def test_dots_with_a_pair_in_every_framing_are_refused():
    """A pair in row 0 leaves one slice to try, and one of its columns holds a pair from top to bottom."""
    dots = bytearray(72 * 300)
    dots[0:2] = b"\x10\x04"
    for row in (3, 13):
        dots[row * 72 + 40] |= 0x80
    with pytest.raises(raster.UnprintableDots, match="row 1 "):
        raster.to_bands(bytes(dots), 576)


@pytest.mark.parametrize(("dots", "width_dots"), [(b"", 576), (bytes(71), 576), (bytes(72), 575), (bytes(72), 0)])
def test_dots_that_do_not_fit_the_head_are_refused(dots, width_dots):
    with pytest.raises(ValueError, match="must be"):
        raster.to_bands(dots, width_dots)


@example(b"\x00" * 216, 3)
@given(st.binary(min_size=24, max_size=24 * 9), st.integers(1, 9))
def test_columns_are_the_same_dots_turned(data, width):
    rows = (data * width)[: width * 24]
    columns = raster.columns_of(rows, width)
    for x in range(width * 8):
        for y in range(24):
            upright = rows[y * width + x // 8] >> (7 - x % 8) & 1
            assert columns[x * 3 + y // 8] >> (7 - y % 8) & 1 == upright


def test_a_strip_is_page_fold_line_and_panel():
    page, panel = bytes([1]) * 72 * 3, bytes([2]) * 72 * 2
    strip = layers.compose(page, panel, 576)
    rows = [strip[at : at + 72] for at in range(0, len(strip), 72)]
    dashes = b"\xff\x00" * 36
    blank = bytes(72)
    assert rows == [page[:72]] * 3 + [blank] * 16 + [dashes] * 2 + [blank] * 16 + [panel[:72]] * 2


@pytest.mark.parametrize(("page", "panel", "named"), [(bytes(71), bytes(72), "page"), (bytes(72), bytes(73), "panel")])
def test_layers_of_another_width_do_not_fit(page, panel, named):
    with pytest.raises(layers.LayersDoNotFit, match=named):
        layers.compose(page, panel, 576)
