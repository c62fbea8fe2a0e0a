"""The mixing coder: every page comes back bit for bit, any bytes give some page, and all machines learn the same."""

import subprocess
import sys
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.municipality.bench import render_page, sample_content
from hub.scramble import jbig
from hub.scramble.compression import Kind, compress, decompress
from hub.scramble.mixing import mixed_page, primed, tables
from hub.scramble.mixing.contexts import stretches
from hub.scramble.mixing.history import histories
from hub.scramble.mixing.mixer import untaught
from hub.scramble.mixing.primed import MODEL, ModelError

CURVES_SHA256 = "020fd3e2e6b91c402910cac2e7dcbfe6f4e803502f847efa421b6d9b04e7f2d3"
MODEL_SHA256 = "ccbf1f48c5e46b908d301395d59d2b0a6260300538a2c1faebaa6b44b6447049"
WIDTH, ROWS = 64, 48
PAGES = {
    "white": np.zeros((ROWS, WIDTH), np.uint8),
    "black": np.ones((ROWS, WIDTH), np.uint8),
    "noise": np.random.default_rng(1).integers(0, 2, (ROWS, WIDTH), np.uint8),
    "chequered": np.indices((ROWS, WIDTH)).sum(axis=0, dtype=np.uint8) & 1,
    "stripes": np.indices((ROWS, WIDTH))[0].astype(np.uint8) & 1,
    "black where all was white": np.repeat(np.arange(ROWS) >= ROWS - 1, WIDTH).reshape(ROWS, WIDTH).astype(np.uint8),
    "one dot": np.eye(ROWS, WIDTH, dtype=np.uint8) * (np.arange(WIDTH) == 5),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_comes_back_bit_for_bit(name):
    dots = np.packbits(PAGES[name], axis=1).tobytes()
    assert mixed_page.decompress(mixed_page.compress(dots, WIDTH, ROWS), WIDTH, ROWS) == dots


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 9), st.integers(1, 40), st.floats(0, 1), st.integers(0, 2**32))
def test_any_page_comes_back_bit_for_bit(eights, rows, black, seed):
    page = np.random.default_rng(seed).random((rows, 8 * eights)) < black
    dots = np.packbits(page, axis=1).tobytes()
    assert mixed_page.decompress(mixed_page.compress(dots, 8 * eights, rows), 8 * eights, rows) == dots


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300), st.integers(1, 30))
def test_any_bytes_give_some_page_of_the_size_asked_for(data, rows):
    assert len(mixed_page.decompress(data, WIDTH, rows)) == WIDTH // 8 * rows


@pytest.mark.parametrize("head", [576, 832, 1728])
def test_a_certificate_takes_half_of_jbig1_at_most_and_comes_back(head):
    page = render_page(sample_content("hanako", head))
    kind, data = compress(page.dots, head, page.height_rows)
    assert kind is Kind.MIXED_2
    assert len(data) < 0.5 * len(jbig.compress(page.dots, head, page.height_rows))
    assert decompress(kind, data, head, page.height_rows) == page.dots


def test_a_stream_that_was_cut_or_altered_gives_another_page_and_no_error(page_576):
    rows = len(page_576) // 72
    data = mixed_page.compress(page_576, 576, rows)
    for other in (data[: len(data) // 2], data[:-40], bytes([data[0] ^ 1]) + data[1:], b""):
        page = mixed_page.decompress(other, 576, rows)
        assert len(page) == len(page_576)
        assert page != page_576


def test_the_same_page_gives_the_same_bytes_in_another_process(page_576, tmp_path):
    rows = len(page_576) // 72
    (tmp_path / "page").write_bytes(page_576)
    program = (
        "import sys; from pathlib import Path; from hashlib import sha256; from hub.scramble.mixing import mixed_page;"
        "print(sha256(mixed_page.compress(Path(sys.argv[1]).read_bytes(), 576, int(sys.argv[2]))).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "page", str(rows)], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == sha256(mixed_page.compress(page_576, 576, rows)).hexdigest()


def test_curves_and_model_are_those_that_panels_were_printed_with():
    curves = (tables.squash(), tables.stretch(), *histories(), *stretches())
    assert sha256(b"".join(curve.tobytes() for curve in curves)).hexdigest() == CURVES_SHA256
    assert sha256(MODEL.read_bytes()).hexdigest() == MODEL_SHA256


def test_a_machine_that_learns_something_else_says_so_and_draws_nothing(monkeypatch, tmp_path):
    model = bytearray(MODEL.read_bytes())
    model[300] ^= 1
    (tmp_path / "model-2.bin").write_bytes(model)
    monkeypatch.setattr(primed, "MODEL", tmp_path / "model-2.bin")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "empty"))
    with pytest.raises(ModelError, match="learnt something else"):
        primed._Desk(576)


def test_a_kept_state_that_was_changed_is_learnt_again(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    before = primed.digest_of(primed._Desk(576)._state)
    (kept,) = tmp_path.glob("*.state")
    data = bytearray(kept.read_bytes())
    data[12345] ^= 1
    kept.write_bytes(data)
    assert primed._kept(576) is None
    assert primed.digest_of(primed._Desk(576)._state) == before
    assert primed._kept(576) is not None


def test_very_long_pages_are_left_to_jbig1():
    kind, data = compress(bytes(1728 // 8 * 3600), 1728, 3600)
    assert kind is Kind.JBIG1
    assert decompress(kind, data, 1728, 3600) == bytes(1728 // 8 * 3600)


@pytest.mark.parametrize("kind", [2, 9], ids=["the retired one", "one of tomorrow"])
def test_a_kind_that_is_not_known_is_refused(kind):
    with pytest.raises(ValueError, match="newer centre"):
        decompress(kind, b"", WIDTH, ROWS)


@settings(deadline=None, max_examples=60)
@given(st.sets(st.tuples(st.integers(0, 39), st.integers(0, 263)), max_size=6))
def test_single_dots_on_white_come_back(black):
    page = np.zeros((40, 264), np.uint8)
    for row, column in black:
        page[row, column] = 1
    dots = np.packbits(page, axis=1).tobytes()
    assert mixed_page.decompress(mixed_page.compress(dots, 264, 40), 264, 40) == dots


def test_what_was_learnt_is_less_than_eight_megabytes():
    assert sum(array.nbytes for array in untaught()) < 8 * 2**20


def test_a_history_fades_but_never_ends():
    following, likely, _ = histories()
    seen = 0
    for _ in range(100):
        seen = following[seen, 1]
    assert likely[seen] > 0.98 * 2**22
    assert following[seen, 1] == seen
    assert likely[following[seen, 0]] < 0.9 * 2**22
    assert {int(number) for number in following.ravel()} <= set(range(256))
