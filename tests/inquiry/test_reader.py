"""The reading process: it has no keys and no room, ends with its inquiry, and nobody waits for it for ever."""

import asyncio
import io
import os
from pathlib import Path

import pytest
from PIL import Image

from hub.inquiry import reader as reader_module
from hub.inquiry.reader import File, Reader, Readers, ReadingFailed
from hub.inquiry.told import read_files

pytestmark = pytest.mark.anyio


def blank_png():
    out = io.BytesIO()
    Image.new("L", (300, 300), 255).save(out, "PNG")
    return out.getvalue()


def told_by_kernel(pid, what):
    return Path(f"/proc/{pid}/{what}").read_bytes()


async def test_it_has_limits_knows_no_secret_and_ends_with_its_inquiry(monkeypatch):
    monkeypatch.setenv("KIOSK_SECRET", "not for it")
    async with await Reader.started() as reader:
        pid = reader._process.pid
        limits = told_by_kernel(pid, "limits").decode("ascii")
        limit = {line[:25].strip(): line[26:47].strip() for line in limits.splitlines()}
        assert (limit["Max file size"], limit["Max core file size"]) == ("0", "0")
        assert int(limit["Max cpu time"]) <= 120
        assert int(limit["Max address space"]) < 8 << 30
        assert b"KIOSK_SECRET" not in told_by_kernel(pid, "environ")
        (looked,) = read_files(await reader.look([File(blank_png())]))
        assert [panel.reason for panel in looked.panels] == ["markers_missing"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_one_that_is_killed_or_slow_is_a_failure_and_not_a_wait(monkeypatch):
    async with await Reader.started() as reader:
        reader._process.kill()
        with pytest.raises(ReadingFailed):
            await reader.look([File(blank_png())])
    async with await Reader.started() as reader:
        monkeypatch.setattr(reader_module, "ANSWER_S", 0.0)
        with pytest.raises(ReadingFailed):
            await reader.look([File(blank_png())])


async def test_every_inquiry_has_a_process_of_its_own():
    readers = Readers()
    first = await readers.take()
    readers.prepare()
    second = await readers.take()
    assert first._process.pid != second._process.pid
    await asyncio.gather(first.end(), second.end())
    readers.prepare()
    await readers.close()


@pytest.mark.parametrize("told", [[{}], [{"reason": 5, "panels": [], "codes": []}], [None], [{"panels": [{}]}]])
def test_what_a_process_says_is_not_believed_without_form(told):
    with pytest.raises(ReadingFailed):
        read_files(told)
