"""An issued document as paper: its dots front and back, and simulated scans of them. Not a test."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image

from hub.centre.back_panel import Press, draw_back_panels
from hub.centre.keys import load_keys
from hub.forgery.background import Background
from hub.forgery.front import printed_pages
from hub.forgery.key import KEY_BYTES, seed_of
from hub.municipality.bench import render_page, sample_content
from hub.scramble.key import make_panel_key
from hub.setup.signing import make_key_list, make_signing_keys
from hub.signed_code.content import Content, digest_of, signed_text
from hub.signed_code.symbol import symbol_of
from tests.scramble.channel.print import GOOD
from tests.scramble.channel.scan import CONDITIONS, simulate

WIDTH = 576
DOCUMENT = "0123456789abcdef" * 2
SITE = "http://127.0.0.1:8470/"
CODE_DOTS = 192


def make_keys(data: Path) -> None:
    pki = data / "pki"
    make_signing_keys(pki)
    (pki / "background.key").write_bytes(bytes(range(KEY_BYTES)))  # the same dots, and figures of them, in every run
    make_panel_key(pki)
    make_key_list(pki, {}, datetime.now(UTC), lambda _: None)


@dataclass
class Paper:
    """One page and its panel, all made with the keys in `data`."""

    data: Path
    document_id: str = DOCUMENT
    page: bytes = b""
    layers: dict = field(default_factory=dict)
    front: np.ndarray = field(default_factory=lambda: np.zeros(0))
    back: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        keys = load_keys(self.data / "pki", int(datetime.now(UTC).timestamp()))
        self.page = self.page or with_code_area(render_page(sample_content("hanako", WIDTH)).dots)
        content = Content("402231", "resident_record", 1_790_000_000, self.document_id, digest_of([self.page]))
        symbol = symbol_of(signed_text(content, keys.centre_key, keys.centre_kid))
        rows = len(self.page) * 8 // WIDTH
        area = {"left_dots": WIDTH - CODE_DOTS - 8, "top_rows": rows - CODE_DOTS - 8, "side_dots": CODE_DOTS}
        self.layers = {
            "kind": "layers",
            "document_id": self.document_id,
            "background": Background(self.document_id, seed_of(self.document_id, keys.background_key)).record(),
            "signed_code": {"kind": "qr", **area, "modules": symbol.side, "bits": symbol.bits},
        }
        self.front = as_dots(printed_pages([self.page], WIDTH, self.layers)[0])
        self.back = as_dots(
            draw_back_panels([self.page], WIDTH, self.document_id, Press(keys.panel_keys, SITE))[0].dots
        )


def with_code_area(page: bytes) -> bytes:
    """The page, longer by a square for the signed code unless it has one."""
    dots = as_dots(page)
    below = slice(dots.shape[0] - CODE_DOTS - 8, dots.shape[0] - 8)
    square = dots[below, WIDTH - CODE_DOTS - 8 : WIDTH - 8]
    if square.any():
        dots = np.pad(dots, ((0, CODE_DOTS + 16), (0, 0)))
    return np.packbits(dots, axis=1).tobytes()


def as_dots(data: bytes) -> np.ndarray:
    return np.unpackbits(np.frombuffer(data, np.uint8)).reshape(-1, WIDTH)


def scan(dots: np.ndarray, condition: str = "plain-300", seed: int = 1) -> Image.Image:
    return Image.fromarray(simulate(dots, CONDITIONS[condition], GOOD, seed))


def fingerprint(dots: bytes) -> str:
    return sha256(dots).hexdigest()
