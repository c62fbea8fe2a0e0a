"""Symbols everybody knows, for comparison: several a page at 2 dots a module, with erasure coding over the symbols."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
import segno
import zfec
import zxingcpp

from tests.scramble.channel.print import QUALITIES
from tests.scramble.channel.scan import CONDITIONS, simulate

WIDTH = 832
PAYLOAD_BYTES = 10500
MODULE_DOTS = 2
HEAD = 0x53
TRIED = ("jpeg-200", "folds-300", "stains-300", "dim-200")


@dataclass(frozen=True)
class Symbol:
    """How one kind is drawn, what one holds, its quiet zone in modules, symbols added to those needed."""

    draw: Callable[[bytes], np.ndarray]
    holds: int
    quiet: int
    added: float
    format: zxingcpp.BarcodeFormat


@dataclass(frozen=True)
class Outcome:
    bytes_per_cm2: float
    restored: int
    tried: int


def _qr(version, level):
    def draw(data):
        code = segno.make_qr(data, version=version, error=level, mode="byte", boost_error=False)
        return np.array([list(row) for row in code.matrix], np.uint8)

    return draw


def _by_zxing(kind):
    def draw(data):
        image = np.array(zxingcpp.create_barcode(data, kind).to_image(scale=1, add_quiet_zones=False))
        return (image < 128).astype(np.uint8)

    return draw


_QR, _MATRIX = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix
_AZTEC = zxingcpp.BarcodeFormat.Aztec
SYMBOLS = {
    "QR 40-L": Symbol(_qr(40, "l"), 2953, 4, 0.5, _QR),
    "QR 40-M": Symbol(_qr(40, "m"), 2331, 4, 0.4, _QR),
    "QR 25-M": Symbol(_qr(25, "m"), 997, 4, 0.3, _QR),
    "DataMatrix 144": Symbol(_by_zxing(_MATRIX), 1540, 2, 0.3, _MATRIX),
    "Aztec": Symbol(_by_zxing(_AZTEC), 1300, 2, 0.3, _AZTEC),
}


def best_symbols(seeds):
    """Try each kind; returns the name and outcome of the one restored most often, then of the densest."""
    outcomes = {name: try_symbol(symbol, seeds) for name, symbol in SYMBOLS.items()}
    return max(outcomes.items(), key=lambda it: (it[1].restored, it[1].bytes_per_cm2))


def try_symbol(symbol, seeds):
    """Print and read a page of one kind under some of the conditions, worn and good."""
    data = np.random.default_rng(1).bytes(PAYLOAD_BYTES)
    needed, dots = _page(symbol, data)
    restored = tried = 0
    for quality in QUALITIES.values():
        for condition in TRIED:
            for seed in seeds:
                tried += 1
                restored += _read(symbol, simulate(dots, CONDITIONS[condition], quality, seed), needed) == data
    return Outcome(PAYLOAD_BYTES / (dots.size / 6400), restored, tried)


def _page(symbol, data):
    room = symbol.holds - 3
    needed = ceil(len(data) / room)
    total = ceil(needed * (1 + symbol.added))
    padded = data.ljust(needed * room, b"\0")
    shares = zfec.Encoder(needed, total).encode([padded[i * room : (i + 1) * room] for i in range(needed)])
    drawn = [
        np.kron(
            np.pad(symbol.draw(bytes((HEAD, number, needed)) + bytes(share)), symbol.quiet), np.ones((2, 2), np.uint8)
        )
        for number, share in enumerate(shares)
    ]
    side = max(one.shape[0] for one in drawn)
    across = WIDTH // side
    dots = np.zeros((ceil(total / across) * side, across * side), np.uint8)
    for number, one in enumerate(drawn):
        y, x = number // across * side, number % across * side
        dots[y : y + one.shape[0], x : x + one.shape[1]] = one
    return needed, dots


def _read(symbol, scan, needed):
    grey = scan if scan.ndim == 2 else cv2.cvtColor(scan, cv2.COLOR_BGR2GRAY)
    got = {}
    for factor in (1, 2):
        picture = grey if factor == 1 else cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        for found in zxingcpp.read_barcodes(picture, formats=symbol.format):
            data = bytes(found.bytes)
            if len(data) == symbol.holds and data[0] == HEAD and data[2] == needed:
                got[data[1]] = data[3:]
        if len(got) >= needed:
            chosen = sorted(got)[:needed]
            total = ceil(needed * (1 + symbol.added))
            parts = zfec.Decoder(needed, total).decode([got[number] for number in chosen], chosen)
            return b"".join(map(bytes, parts))[:PAYLOAD_BYTES]
    return None
