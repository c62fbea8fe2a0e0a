"""`python -m hub restore`: a scan of a back panel given back as the page it was made from, with the centre's keys.

The scan is read in a process of its own as on the inquiry site; the check is not counted. Not responsible for reading.
"""

import asyncio
from pathlib import Path
from typing import Any

from PIL import Image

from hub.inquiry.evidence import Evidence, weighed
from hub.inquiry.reader import File, Reader, ReadingFailed
from hub.inquiry.texts import texts_in
from hub.inquiry.told import LookedAt, read_files
from hub.scramble.key import load_panel_keys
from hub.signed_code.verdict import centre_keys

MOST_BYTES = 64 << 20


def restore(data: Path, scan: Path, out: Path | None, page: int | None = None) -> dict[str, Any]:
    """Restore the page and write it as a picture of one sample a dot; `page`: of a file with several.

    Returns the JSON of `docs/reference/inquiry.md`, "On the command line". Raises PanelKeyError, KeysError, OSError.
    """
    keys, signers = load_panel_keys(data / "pki"), centre_keys(data / "pki")
    if scan.stat().st_size > MOST_BYTES:
        return {"verdict": "unreadable", **_told("too_large")}
    try:
        files = asyncio.run(_looked_at(File(scan.read_bytes(), page)))
    except ReadingFailed:
        return {"verdict": "unreadable", **_told("reading_failed")}
    evidence = weighed(files, keys, signers)
    figures = [panel.figures.model_dump() for file in files for panel in file.panels]
    if not evidence.pages:
        genuine = evidence.reason not in {"not_authentic", "unknown_key"}
        return {"verdict": "unreadable" if genuine else "not_genuine", **_told(evidence.reason), "figures": figures}
    return {"verdict": "genuine", **_written(evidence, out), "figures": figures}


def _told(reason: str | None) -> dict[str, str | None]:
    """Give a reason with what to do about it, as the site says it."""
    say = texts_in("en")
    return {"reason": reason, "advice": say.get(f"reason_{reason}", say["reason_other"])}


async def _looked_at(file: File) -> list[LookedAt]:
    async with await Reader.started() as reader:
        return read_files(await reader.look([file]))


def _written(evidence: Evidence, out: Path | None) -> dict[str, Any]:
    """Write the pages (`restored.png`, `restored-2.png` …)."""
    pages = [evidence.pages[number] for number in sorted(evidence.pages)]
    written: list[str] = []
    for page in pages:
        if out is None:
            break
        path = out if page.number == 1 or len(pages) == 1 else out.with_stem(f"{out.stem}-{page.number}")
        size = (page.width_dots, page.rows)
        Image.frombytes("1", size, page.dots, "raw", "1;I").save(path, "PNG", bits=1)
        written.append(str(path))
    return {
        "document_id": evidence.document_id,
        "pages": [page.number for page in pages],
        "of": evidence.page_count,
        "width_dots": pages[0].width_dots,
        "several": evidence.several,
        "written": written,
    }
