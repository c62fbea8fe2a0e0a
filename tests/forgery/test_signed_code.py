"""The signed code: small enough, read out of a scan, refused when changed; checked by another library too."""

import json
import zlib

import cwt
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from hub.cose import kid_of
from hub.signed_code import base45
from hub.signed_code.content import PREFIX, TYPES, BadCode, Content, digest_of, read, signed_text
from hub.signed_code.symbol import dots_of, read_picture, symbol_of
from hub.signed_code.verdict import verified

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KID = kid_of(KEY.public_key())
KEYS = {KID: KEY.public_key()}
PAGE = zlib.crc32(b"a page").to_bytes(4, "big") * 72
CONTENT = Content("402231", "resident_record", 1_790_000_000, "0123456789abcdef" * 2, digest_of([PAGE]))
TEXT = signed_text(CONTENT, KEY, KID)


def test_what_was_signed_is_read_back_for_every_type():
    for kind in TYPES:
        content = Content("999016", kind, 1_790_000_000, "ab" * 16, bytes(32))
        assert read(signed_text(content, KEY, KID), KEYS) == content


def test_the_code_fits_its_square_with_modules_of_three_dots():
    symbol = symbol_of(TEXT)
    assert 192 // (symbol.side + 6) == 3
    assert dots_of(symbol, 192).shape == (192, 192)


def test_another_library_accepts_the_signature():
    key = cwt.COSEKey.new({1: 1, -1: 6, 2: KID, 3: -8, -2: KEY.public_key().public_bytes_raw()})
    payload = cwt.COSE().decode(base45.decoded(TEXT.removeprefix(PREFIX)), key)
    assert CONTENT.digest in payload


def test_every_changed_character_is_noticed():
    for at in range(len(TEXT)):
        other = base45.ALPHABET[(base45.ALPHABET.find(TEXT[at]) + 1) % 45]
        with pytest.raises(BadCode):
            read(TEXT[:at] + other + TEXT[at + 1 :], KEYS)


def test_somebody_elses_signature_is_not_genuine():
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert verified(signed_text(CONTENT, key, kid_of(key.public_key())), KEYS)["verdict"] == "not_genuine"
    assert verified(signed_text(CONTENT, key, KID), KEYS)["verdict"] == "not_genuine"


def test_base45_agrees_with_the_examples_of_its_rfc():
    for data, text in (
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
    ):
        assert base45.encoded(data) == text
        assert base45.decoded(text) == data
    for text in ("GGW", ":::", "A", "ab"):
        with pytest.raises(ValueError, match="Base45"):
            base45.decoded(text)


def scan_of(folder, dpi):
    """The symbol in a scan: turned, blurred, noisy."""
    page = np.zeros((480, 480), bool)
    page[200:392, 200:392] = dots_of(symbol_of(TEXT), 192)
    size = round(480 / 8 / 25.4 * dpi)
    picture = Image.fromarray(np.where(page, 40, 240).astype(np.uint8)).resize((size, size), Image.Resampling.BICUBIC)
    noise = np.random.default_rng(dpi).normal(0, 6, (size, size))
    picture = Image.fromarray(np.clip(np.asarray(picture.rotate(3, fillcolor=240)) + noise, 0, 255).astype(np.uint8))
    picture.save(folder / f"{dpi}.png")
    return folder / f"{dpi}.png"


@pytest.mark.parametrize("dpi", [150, 200, 300, 600])
def test_it_is_read_out_of_a_scan(tmp_path, dpi):
    assert read_picture(scan_of(tmp_path, dpi)) == TEXT
    told = verified(str(scan_of(tmp_path, dpi)), KEYS)
    assert (told["verdict"], told["type"], told["document_id"]) == ("genuine", "resident_record", CONTENT.document_id)
    json.dumps(told)


def test_a_picture_without_a_code_says_what_to_do(tmp_path):
    Image.new("L", (100, 100), 255).save(tmp_path / "blank.png")
    told = verified(str(tmp_path / "blank.png"), KEYS)
    assert told["verdict"] == "unreadable"
    assert "300 dpi" in told["reason"]


def test_a_page_is_compared_with_what_was_signed(tmp_path):
    front = Image.frombytes("1", (576, 4), PAGE, "raw", "1;I")
    front.save(tmp_path / "front.png")
    assert verified(TEXT, KEYS, (tmp_path / "front.png",))["page"] == "same"
    front.putpixel((5, 2), 255 - front.getpixel((5, 2)))
    front.save(tmp_path / "other.png")
    assert verified(TEXT, KEYS, (tmp_path / "other.png",))["verdict"] == "altered"
