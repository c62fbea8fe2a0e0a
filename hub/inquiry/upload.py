"""An upload taken apart within limits, in memory: nothing of it is ever written to a disk.

Not responsible for what is in the files.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from hub.inquiry.page import MEGABYTES
from hub.inquiry.reader import File

MOST_BYTES = MEGABYTES << 20
MOST_FILES = 8
UPLOAD_S = 180.0
_BODY_MOST_BYTES = MOST_BYTES + (64 << 10)
_READ_MOST_BYTES = 4 * MOST_BYTES
_NUMBER = re.compile(r"[0-9a-f]{32}")
_BETWEEN = re.compile(r"[\s\-‐‑–—ー－]+")
_WIDE = str.maketrans("０１２３４５６７８９ａｂｃｄｅｆＡＢＣＤＥＦ", "0123456789abcdefABCDEF")


class Refused(Exception):
    """An upload that is not taken; `text` is the name of the text that says why, `status` the HTTP status."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.text = text
        self.status = status


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent; `number` is the document's, 32 hex digits, if it was typed."""

    files: tuple[File, ...]
    number: str | None


class _InMemory(MultiPartParser):
    """The form parser, with room for all files before it would use a disk."""

    spool_max_size = _BODY_MOST_BYTES + 1


async def taken(request: Request) -> Upload:
    """Read the form; raises Refused."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Refused("refused_bad_form", 400)
    parser = _InMemory(request.headers, _bounded(request), max_files=MOST_FILES, max_fields=4, max_part_size=1024)
    try:
        async with asyncio.timeout(UPLOAD_S):
            form = await parser.parse()
    except MultiPartException as error:
        many = "Too many files" in error.message
        raise Refused("refused_too_many_files" if many else "refused_bad_form", 400) from error
    except (TimeoutError, ClientDisconnect) as error:
        raise Refused("refused_bad_form", 408) from error
    try:
        sent = [each for each in (*form.getlist("back"), *form.getlist("front")) if isinstance(each, UploadFile)]
        files = tuple([File(data) for each in sent if (data := await each.read())])
        number = _number(form.get("number"))
    finally:
        await form.close()
    if not files:
        raise Refused("refused_no_file", 400)
    return Upload(files, number)


async def _bounded(request: Request) -> AsyncGenerator[bytes]:
    """Give the body up to its limit; of more, read on for a while, so that the sender gets to see the answer."""
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _READ_MOST_BYTES:
            break
        if size <= _BODY_MOST_BYTES:
            yield part
    if size > _BODY_MOST_BYTES:
        raise Refused("refused_too_large", 413)


def _number(value: object) -> str | None:
    """Read a number as it is printed or copied: groups with dashes, wide digits; raises Refused."""
    if not isinstance(value, str) or not value.strip():
        return None
    number = _BETWEEN.sub("", value.translate(_WIDE)).lower()
    if not _NUMBER.fullmatch(number):
        raise Refused("refused_bad_number", 400)
    return number
