"""A clerk that never rests: decrypts, checks, frames and sends an A4 page of 1728 dots, again and again, on one core.

`python -m tests.measure.clerk_at_work CORE` runs until its standard input closes, then writes how many pages it sent.
It does what the clerk process does with a document, by the clerk's own code and driver, but without a pause: no person,
no motor. Its printer is another process on the same core (`quick_printer.py`). Not responsible for what is measured
beside it (`reaction.py`).
"""

import asyncio
import os
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from firmware import config
from firmware.app.clerk import binding, print_job
from firmware.drivers.printer.job import EscposJob

sys.path.insert(0, str(Path(__file__).parents[1] / "binding"))

import binding_answer

HEAD_DOTS = 1728
PAGE_ROWS = 297 * 8
PANEL_ROWS = 60 * 8


def _dots(rows):
    """A sheet full of lines of text, blank where the code stands."""
    page = Image.new("1", (HEAD_DOTS, rows), 1)
    pen = ImageDraw.Draw(page)
    for top in range(60, rows - 20, 36):
        pen.text((60, top), "The above is certified to be a true copy. 0123456789 " * 5, fill=0)
    return bytes(byte ^ 0xFF for byte in page.tobytes())


def _answer():
    """A centre's sealed answer to this clerk's session, as the binding's tests make it."""
    binding_answer.HEAD_DOTS = HEAD_DOTS
    answer = binding_answer.Answer()
    answer.pages, answer.back_panels = [_dots(PAGE_ROWS)], [_dots(PANEL_ROWS)]
    answer.statement["pages"] = [binding_answer.claim(answer.pages[0], HEAD_DOTS)]
    panel = {"kind": "scramble", **binding_answer.claim(answer.back_panels[0], HEAD_DOTS)}
    answer.layers["back_panels"] = [panel]
    sealed = binding_answer.seal(answer.plaintext(), answer.keys.encryption_key, binding_answer.TRANSACTION)
    return answer, sealed


async def _page(answer, sealed, expected, trusted, printer):
    """All that a clerk does with a document once it is there."""
    plaintext = answer.keys.open(sealed, binding_answer.TRANSACTION)
    document = binding.check(plaintext, expected, trusted, binding_answer.NOW_S)
    sheets = print_job.framed(document)[:1]

    async def opened():
        return EscposJob(printer)

    fault = await print_job.print_sheets(sheets, opened, lambda _share: None)
    if fault is not None:
        raise AssertionError(f"the page was not printed: {fault}")


async def _work():
    answer, sealed = _answer()
    expected, trusted = answer.expected, answer.trusted
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.measure.quick_printer"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    port = int(await process.stdout.readline())
    printer = config.Printer(transport="tcp", host="127.0.0.1", port=port, head_dots=HEAD_DOTS)
    told_to_stop = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
    pages = 0
    try:
        while not told_to_stop.done():
            await _page(answer, sealed, expected, trusted, printer)
            pages += 1
            if pages == 1:
                print("at work", flush=True)
    finally:
        process.stdin.close()
        await process.wait()
    print(pages, flush=True)


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})
    asyncio.run(_work())
