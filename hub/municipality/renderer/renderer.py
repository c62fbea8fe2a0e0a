"""The renderer: content in, PDF out, in a worker process that holds no key and no register.

Not responsible for whose content it is; nothing it says is believed, the signer looks at the page itself
(`signer/signer.py`). Run as `python -m hub.municipality.renderer.renderer`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from hub.municipality.interface import Refused
from hub.municipality.renderer.glyphs import Glyphs
from hub.municipality.renderer.typesetter import Typesetter
from hub.municipality.workers import frames
from hub.municipality.workers.pool import WorkerPool
from hub.municipality.workers.worker import WorkerProcess

MODULE = "hub.municipality.renderer.renderer"
_FRAME = (
    "issuer",
    "title",
    "subtitle",
    "sentence",
    "certified_on",
    "mayor_title",
    "mayor",
    "contact",
    "address",
    "head",
)
_WARMING = {
    "template": "resident_record",
    "head_dots": 576,
    "preview": False,
    **dict.fromkeys((*_FRAME, "note"), "見本"),
    **dict.fromkeys(("marks", "document_id"), ()),
    "persons": [
        {"name": "見本", "kana": "ミホン", "fields": [{"label": "見本", "value": "1", "short": True, "pair": True}] * 3}
    ],
    "seal": ("見本", "之印"),
}


class Renderer(Protocol):
    """Sets one page."""

    async def pdf(self, content: Mapping[str, Any]) -> bytes:
        """Return the PDF; raises Refused (`glyph_missing`, `municipality_down`)."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


class RendererProcess:
    """The renderer in a process of its own, kept warm, or in a pool's."""

    def __init__(self, worker: WorkerProcess | WorkerPool | None = None) -> None:
        self.worker = worker or WorkerProcess(MODULE)

    async def pdf(self, content: Mapping[str, Any]) -> bytes:
        """Return the PDF; raises Refused (`glyph_missing`, `municipality_down`)."""
        return (await self.worker.ask({"content": content}))["pdf"]

    async def close(self) -> None:
        """End the process."""
        await self.worker.close()


def main() -> None:
    """Load font and templates, set one page to warm up, then serve."""
    glyphs, typesetter = Glyphs(), Typesetter()
    typesetter.pdf(_WARMING)

    def answer(request: Mapping[str, Any]) -> dict[str, Any]:
        content = request["content"]
        if missing := glyphs.missing_in(content):
            raise Refused("glyph_missing", f"the font lacks {len(missing)} character(s) of the certificate")
        return {"pdf": typesetter.pdf(content)}

    frames.serve(answer)


if __name__ == "__main__":
    main()
