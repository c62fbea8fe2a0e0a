"""Files of strangers: the usual kinds are read, whatever is hostile or useless is refused by name."""

import io
import struct
import zlib

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from hub.inquiry.picture import MOST_PIXELS, UnusableFile, pictures


def saved(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


GRADIENT = Image.fromarray(np.tile(np.linspace(0, 255, 200).astype(np.uint8), (120, 1)))


MODES = {
    "PNG": ("1", "L", "RGB", "I;16", "LA", "P", "RGBA"),
    "TIFF": ("1", "L", "RGB", "CMYK", "I;16", "LA", "P", "RGBA"),
    "JPEG": ("L", "RGB", "CMYK"),
}


@pytest.mark.parametrize(("kind", "mode"), [(kind, mode) for kind, modes in MODES.items() for mode in modes])
def test_pictures_of_all_modes_become_grey(kind, mode):
    deep = Image.fromarray(np.asarray(GRADIENT).astype(np.uint16) * 257)
    (grey,) = pictures(saved(deep if mode == "I;16" else GRADIENT.convert(mode), kind))
    assert (grey.dtype, grey.shape) == (np.uint8, (120, 200))
    assert grey[:, :20].mean() < 40
    assert grey[:, -20:].mean() > 215


def test_a_transparent_picture_lies_on_white():
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    assert next(pictures(saved(clear, "PNG"))).min() == 255


def test_a_pdf_is_read_page_by_page():
    data = saved(GRADIENT, "PDF", resolution=100, save_all=True, append_images=[GRADIENT])
    assert [grey.shape for grey in pictures(data)] == [(121, 200)] * 2
    assert len(list(pictures(data, 2))) == 1


@pytest.mark.parametrize("claimed_dpi", [72, 150, 600])
def test_a_scan_in_a_pdf_is_seen_in_its_own_resolution_whatever_size_the_page_claims(claimed_dpi):
    scan = Image.fromarray(np.random.default_rng(1).integers(0, 256, (1300, 900), np.uint8))
    (grey,) = pictures(saved(scan, "PDF", resolution=claimed_dpi))
    assert abs(grey.shape[0] - 1300) <= 2
    assert abs(grey.shape[1] - 900) <= 2


def test_a_page_that_claims_to_be_a_poster_is_seen_within_the_limit():
    poster = saved(Image.new("L", (8000, 9000), 128), "PDF", resolution=72)
    (grey,) = pictures(poster)
    assert 0.9 * MOST_PIXELS < grey.size <= 1.01 * MOST_PIXELS


def _bomb(width, height):
    """A PNG that says it is huge; its data would be megabytes of zeros out of a few bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1 << 20))), (b"IEND", b"")]
    chunks = (_chunk(kind, data) for kind, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _encrypted():
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%b> /U <%b> >>" % (b"11" * 32, b"22" * 32)
    return saved(GRADIENT, "PDF").replace(b"trailer\n<<", b"trailer\n<<\n" + locked + b"\n/ID [<00><00>]")


def _large_pdf():
    document = pdfium.PdfDocument.new()
    document.new_page(14_400, 14_400).close()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_a_picture"),
        (b"GIF89a" + bytes(100), "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (b"%PDF-1.7 and no more", "not_a_picture"),
        (saved(GRADIENT, "PNG")[:150], "not_a_picture"),
        (saved(GRADIENT, "TIFF")[:90], "not_a_picture"),
        (saved(GRADIENT, "BMP"), "not_a_picture"),
        (saved(Image.new("L", (40, 2000)), "PNG"), "too_small"),
        (_bomb(MOST_PIXELS // 1000 + 1, 1000), "too_large"),
        (_bomb(2_000_000_000, 2_000_000_000), "too_large"),
        (_large_pdf(), "too_large"),
        (saved(GRADIENT, "TIFF", save_all=True, append_images=[GRADIENT] * 10), "too_many_pages"),
        (_encrypted(), "not_a_picture"),
    ],
    ids=lambda value: value if isinstance(value, str) else len(value),
)
def test_what_cannot_be_used_is_refused_by_name(data, reason):
    with pytest.raises(UnusableFile) as caught:
        list(pictures(data))
    assert caught.value.reason == reason
