"""Content to PDF: a typst compiler that is kept warm, with the one font loaded once.

Not responsible for what is said (`pages/content.py`), for missing glyphs (`glyphs.py`), nor for dots
(`signer/raster.py`). It sees no register, no key and no network: texts enter as JSON data, so that nothing in a name
can be markup.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from hub.municipality.renderer.glyphs import FONT

TEMPLATES = Path(__file__).parents[1] / "templates"
DOTS_PER_MM = 8
CODE_MM = 24  # side of the blank square that is kept for the signed code, at the bottom right inside the margins
_WIDE_DOTS = 1728


def margin_mm(head_dots: int) -> float:
    """Return the blank margin on every side of a page; a multiple of half a millimetre."""
    return 12 if head_dots >= _WIDE_DOTS else 2.5


def typst_fonts() -> typst.Fonts:
    """Return the one font for typst, and no other."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT.parent)])


class Typesetter:
    """Sets pages by the templates in `templates/`, one compiler each."""

    def __init__(self) -> None:
        fonts = typst_fonts()
        self._compilers = {
            path.stem: typst.Compiler(path, font_paths=fonts, ignore_system_fonts=True)
            for path in sorted(TEMPLATES.glob("*.typ"))
        }

    def pdf(self, content: Mapping[str, Any]) -> bytes:
        """Set `content` (which names its `template` and `head_dots`); the same content gives the same bytes."""
        head_dots = content["head_dots"]
        sizes = {"width_mm": head_dots / DOTS_PER_MM, "margin_mm": margin_mm(head_dots), "code_mm": CODE_MM}
        compiled = self._compilers[content["template"]].compile(
            format="pdf",
            sys_inputs={"page": json.dumps({**content, **sizes}, default=list)},
            timestamp=0,
            pdf_tags=False,
        )
        if not isinstance(compiled, bytes):
            raise TypeError("typst did not answer with one PDF")
        return compiled
