"""The payload: compressed, encrypted, and never opened unless it is exactly what was sealed."""

import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.scramble import jbig
from hub.scramble.compression import Kind
from hub.scramble.payload import NotAuthentic, Page, open_page, seal_page

KEY = b"k" * 32
PAGE = Page(np.random.default_rng(1).bytes(72 * 40), 576, "ab" * 16, 2, 3)


def test_a_page_comes_back_with_its_document_and_number():
    assert open_page(seal_page(PAGE, KEY, b"bound") + b"\0" * 100, KEY, b"bound") == PAGE


@given(st.data())
def test_one_altered_bit_opens_nothing(data):
    sealed = bytearray(seal_page(PAGE, KEY, b"", Kind.JBIG1))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NotAuthentic):
        open_page(bytes(sealed), KEY, b"")


@pytest.mark.parametrize(("key", "bound"), [(b"K" * 32, b""), (KEY, b"other")])
def test_another_key_or_another_panel_opens_nothing(key, bound):
    with pytest.raises(NotAuthentic):
        open_page(seal_page(PAGE, KEY, b""), key, bound)


@given(st.binary(max_size=200))
def test_garbage_is_not_authentic(garbage):
    with pytest.raises(NotAuthentic):
        open_page(garbage, KEY, b"")


def test_a_nonce_never_serves_two_messages():
    def nonce(page, bound=b"", key=KEY):
        return seal_page(page, key, bound)[4 + 32 :][:12]

    other = Page(PAGE.dots[:-1] + bytes([PAGE.dots[-1] ^ 1]), 576, PAGE.document_id, 2, 3)
    later = Page(PAGE.dots, 576, PAGE.document_id, 3, 3)
    used = {nonce(PAGE), nonce(other), nonce(later), nonce(PAGE, b"x"), nonce(PAGE, key=b"K" * 32)}
    assert len(used) == 5
    assert nonce(PAGE) == nonce(PAGE)


def test_jbigkits_own_program_reads_what_was_compressed(page_576):
    height = len(page_576) // 72
    data = jbig.compress(page_576, 576, height)
    assert len(data) < len(page_576) / 8
    done = subprocess.run(["jbgtopbm"], input=data, capture_output=True, check=True)
    assert done.stdout == b"P4\n%10d\n%10d\n" % (576, height) + page_576 or done.stdout.endswith(page_576)
    assert jbig.decompress(data, 576, height) == page_576


def test_damaged_compressed_data_is_refused(page_576):
    data = jbig.compress(page_576, 576, len(page_576) // 72)
    with pytest.raises(jbig.BadImageData):
        jbig.decompress(data[: len(data) // 2], 576, len(page_576) // 72)
    with pytest.raises(jbig.BadImageData):
        jbig.decompress(data, 832, len(page_576) // 72)
