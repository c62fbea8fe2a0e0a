"""A piece of paper that came out: its exact dots, and the same as a 1-bit PNG."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image


@dataclass(frozen=True, slots=True)
class Strip:
    """One cut strip. `dots`: rows top to bottom, `width_dots / 8` bytes a row, most significant bit left, 1 = black."""

    number: int
    width_dots: int
    dots: bytes

    @property
    def rows(self) -> int:
        """Height in dots."""
        return len(self.dots) // (self.width_dots // 8)

    @property
    def length_mm(self) -> float:
        """Length of the paper at 8 rows a millimetre."""
        return self.rows / 8

    def picture(self) -> Image.Image:
        """Give the strip as an image of mode "1": black where the head burned."""
        return Image.frombytes("1", (self.width_dots, self.rows), self.dots, "raw", "1;I")

    def save(self, path: Path) -> None:
        """Write the PNG."""
        self.picture().save(path, format="PNG", bits=1)
