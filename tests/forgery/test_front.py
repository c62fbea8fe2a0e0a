"""The front as centre and clerk see it: the code stands in the square that was left blank, nowhere else."""

import time

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from PIL import Image

from firmware.app.clerk.cose import Malformed
from firmware.app.clerk.front import is_blank, printed, read_front
from hub.centre.keys import Keys
from hub.centre.layers import sealed_document
from hub.cose import kid_of, verify1
from hub.forgery.front import printed_pages
from hub.signed_code.verdict import verified
from tests.forgery.sample import KEY, ROWS, page

CENTRE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ID = "0123456789abcdef" * 2
AREA = {"left_dots": 368, "top_rows": 560, "side_dots": 192}


def front_page():
    dots = np.unpackbits(np.frombuffer(page(), np.uint8)).reshape(ROWS, 576)
    dots[AREA["top_rows"] - 8 :, AREA["left_dots"] - 8 :] = 0
    return np.packbits(dots).tobytes()


PAGES = [front_page(), page()]


def layers(area=AREA):
    keys = Keys(CENTRE, kid_of(CENTRE.public_key()), b"", {}, KEY, {1: KEY})
    claims = {"municipality": "402231", "type": "resident_record", "issued_at": 1_790_000_000, "document_id": ID}
    signed, _ = sealed_document(
        keys,
        statement=b"statement",
        claims=claims | ({} if area is None else {"code_area": area}),
        pages=PAGES,
        transaction_id="ab" * 16,
        document_id=ID,
        head_dots=576,
        encryption_key=X25519PrivateKey.generate().public_key().public_bytes_raw(),
        site_address="https://inquiry.example.jp/",
    )
    return verify1(signed, CENTRE.public_key())


def by_clerk(record):
    front = read_front(ID, record["background"], record["signed_code"])
    return front, [printed(each, 576, front, first=number == 0) for number, each in enumerate(PAGES)]


def test_clerk_and_centre_print_the_same_dots():
    record = layers()
    front, pages = by_clerk(record)
    assert pages == printed_pages(PAGES, 576, record)
    assert front.code.area == tuple(AREA.values())
    assert is_blank(PAGES[0], 576, front.code.area)


def test_the_code_on_the_printed_page_is_genuine_and_names_the_signed_pages(tmp_path):
    _, pages = by_clerk(layers())
    scan = Image.frombytes("1", (576, ROWS), pages[0], "raw", "1;I").convert("L").resize((1152, ROWS * 2))
    scan.save(tmp_path / "scan.png")
    for number, each in enumerate(PAGES):
        Image.frombytes("1", (576, ROWS), each, "raw", "1;I").save(tmp_path / f"{number}.png")
    keys = {kid_of(CENTRE.public_key()): CENTRE.public_key()}
    told = verified(str(tmp_path / "scan.png"), keys, (tmp_path / "0.png", tmp_path / "1.png"))
    assert (told["verdict"], told["page"], told["document_id"]) == ("genuine", "same", ID)
    assert verified(str(tmp_path / "scan.png"), keys, (tmp_path / "1.png",))["verdict"] == "altered"


def test_without_a_square_in_the_statement_there_is_no_code():
    record = layers(None)
    assert record["signed_code"] == {"kind": "none"}
    front, pages = by_clerk(record)
    assert front.code is None
    assert pages == printed_pages(PAGES, 576, record)


def test_a_square_over_the_text_or_off_the_page_is_not_blank():
    left, top, side = AREA.values()
    assert not is_blank(PAGES[1], 576, (left, top, side))
    blank = bytes(len(PAGES[0]))
    assert is_blank(blank, 576, (left, top, side))
    for area in ((390, top, side), (left, ROWS - 100, side), (-8, top, side), (left, -1, side), (left, top, 0)):
        assert not is_blank(blank, 576, area)


GOOD = layers()


@pytest.mark.parametrize(
    "change",
    [
        {"fine_pitch": 2},
        {"fine_pitch": True},
        {"coarse_pitch": [6]},
        {"coarse_pitch": [6, 7]},
        {"quiet_dots": 99},
        {"quiet_dots": False},
        {"seed": bytes(31)},
        {"seed": "text"},
        {"kind": "dot"},
        {"more": 1},
    ],
)
def test_a_background_that_the_reference_does_not_know_is_refused(change):
    with pytest.raises(Malformed, match="background"):
        read_front(ID, GOOD["background"] | change, GOOD["signed_code"])


@pytest.mark.parametrize(
    "change",
    [
        {"modules": 20},
        {"modules": 200},
        {"bits": b""},
        {"bits": None},
        {"side_dots": 40},
        {"left_dots": 3.0},
        {"left_dots": True},
        {"kind": "picture"},
        {"more": 1},
    ],
)
def test_a_code_that_the_reference_does_not_know_is_refused(change):
    with pytest.raises(Malformed, match="signed_code"):
        read_front(ID, GOOD["background"], GOOD["signed_code"] | change)


def test_drawing_does_not_keep_a_person_waiting():
    front, _ = by_clerk(GOOD)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        printed(PAGES[0], 576, front, first=True)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.1
