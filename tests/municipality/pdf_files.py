"""PDF files that no municipality should make, put together by hand."""

import io
import zlib

import pypdfium2 as pdfium

POINTS_PER_MM = 72 / 25.4


def blank(width_mm: float, height_mm: float, pages: int = 1) -> bytes:
    """Empty pages of one size."""
    document = pdfium.PdfDocument.new()
    for _ in range(pages):
        document.new_page(width_mm * POINTS_PER_MM, height_mm * POINTS_PER_MM).close()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def of_objects(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A file of these objects, numbered from 1; the first is the catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R " % (len(objects) + 1) + trailer
    return bytes(out + b">>\nstartxref\n%d\n%%%%EOF\n" % start)


def page_with(content: bytes, resources: bytes = b"", *more: bytes, trailer: bytes = b"") -> bytes:
    """One page of 72 mm x 100 mm; `more` are objects from number 5."""
    box = b"[0 0 %.3f %.3f]" % (72 * POINTS_PER_MM, 100 * POINTS_PER_MM)
    return of_objects(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox " + box + b" /Contents 4 0 R /Resources << " + resources + b" >> >>",
        b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        *more,
        trailer=trailer,
    )


def image_bomb(side: int) -> bytes:
    """A picture of side x side grey pixels, all the same, in a file of a thousandth of that."""
    packer = zlib.compressobj(9)
    start = packer.compress(bytes(side)) + packer.flush(zlib.Z_FULL_FLUSH)
    row = packer.compress(bytes(side)) + packer.flush(zlib.Z_FULL_FLUSH)
    data = start + row * (side - 1) + packer.flush()
    head = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "
    picture = head % (side, side) + b"/Filter /FlateDecode /Length %d >>\nstream\n" % len(data) + data + b"\nendstream"
    return page_with(b"q 200 0 0 200 0 0 cm /P Do Q", b"/XObject << /P 5 0 R >>", picture)


def encrypted() -> bytes:
    """A page under the standard security handler: RC4 of 40 bits; nobody has the passwords."""
    handler = b"<< /Filter /Standard /V 1 /R 2 /P -64 /O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b"> >>"
    identity = b"/Encrypt 5 0 R /ID [<" + b"33" * 16 + b"> <" + b"33" * 16 + b">] "
    return page_with(b"", b"", handler, trailer=identity)
