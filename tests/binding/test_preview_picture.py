"""The preview's picture: exactly the dots, and drawn without a person waiting for libraries to be loaded."""

import io
import subprocess
import sys

from PIL import Image

from firmware.app.clerk.claims import Dots
from firmware.app.clerk.preview_picture import picture_of

FIRST = """
import sys
from firmware.app.clerk.claims import Dots
from firmware.app.clerk.preview_picture import picture_of
before = set(sys.modules)
picture_of(Dots(576, 8, bytes(72 * 8)))
print(sorted(set(sys.modules) - before))
"""


def test_a_picture_shows_each_dot_black_on_white():
    bits = bytes(range(256)) * 9
    shown = Image.open(io.BytesIO(picture_of(Dots(576, 32, bits))))
    assert (shown.mode, shown.size) == ("1", (576, 32))
    assert bytes(byte ^ 0xFF for byte in shown.tobytes()) == bits


def test_the_first_picture_of_a_clerk_loads_nothing_more():
    told = subprocess.run([sys.executable, "-c", FIRST], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"
