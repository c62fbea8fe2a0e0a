"""The error-correcting code: its table, its encoder, its decoder."""

from hashlib import sha256

import numpy as np
import pytest

from hub.scramble.base_graph import COLUMNS, PUNCTURED_COLUMNS, Z, check_rows
from hub.scramble.code import BlockCode, blocks_for, encode, transmitted_positions
from hub.scramble.reading.min_sum import decode_block

TABLE_SHA256 = "56108c5fb2b15e72803281c864f4eaaed8dc4aeec11cf237ebccfec490485956"  # of three listings that agree


def test_the_table_is_the_one_of_the_standard():
    entries = [(row, column, shift) for row, entries in enumerate(check_rows()) for column, shift in entries]
    assert len(entries) == 316
    assert sha256(repr(entries).encode()).hexdigest() == TABLE_SHA256


@pytest.mark.parametrize("rate", [0.34, 0.6, 0.84, 0.9])
def test_encoded_words_satisfy_every_check(rate):
    payload = np.random.default_rng(3).bytes(5000)
    code = blocks_for(len(payload), rate)
    bits = encode(payload, code)
    assert bits.shape == (5, code.transmitted_bits)
    for block in range(code.blocks):
        word = np.zeros(COLUMNS * Z, np.uint8)
        word[: PUNCTURED_COLUMNS * Z] = _message(payload, code)[block][: PUNCTURED_COLUMNS * Z]
        word[transmitted_positions(code)] = bits[block]
        columns = word.reshape(COLUMNS, Z)
        for row in _complete_rows(code):
            assert not np.bitwise_xor.reduce([np.roll(columns[column], -shift) for column, shift in row]).any()


def test_the_decoder_repairs_what_noise_did():
    code = blocks_for(1050, 0.84)
    payload = np.random.default_rng(4).bytes(1050)
    sent = 1 - 2.0 * encode(payload, code)[0]
    sigma = 0.5
    received = sent + sigma * np.random.default_rng(5).standard_normal(sent.size)
    assert 0.01 < np.mean(np.sign(received) != sent) < 0.04
    bits, _ = decode_block((2 * received / sigma**2).astype(np.float32), code, 40)
    assert np.packbits(bits).tobytes() == payload


def test_noise_alone_decodes_to_nothing():
    code = blocks_for(1050, 0.84)
    noise = np.random.default_rng(6).standard_normal(code.transmitted_bits).astype(np.float32)
    bits, _ = decode_block(noise, code, 20)
    assert bits is None


def _message(payload, code: BlockCode):
    message = np.zeros(code.blocks * code.information_bits, np.uint8)
    message[: 8 * len(payload)] = np.unpackbits(np.frombuffer(payload, np.uint8))
    return message.reshape(code.blocks, -1)


def _complete_rows(code: BlockCode):
    """Rows whose own parity column was transmitted whole."""
    whole = (code.transmitted_bits - (code.information_bits - PUNCTURED_COLUMNS * Z)) // Z
    return check_rows()[:whole] if whole >= 4 else ()
