"""The printer that takes no time says to the firmware's own job what a printer says."""

import asyncio

from firmware.config import Printer
from firmware.drivers.printer.job import EscposJob
from tests.measure.quick_printer import QuickPrinter

BANDS = [b"\x1dv0\x00\x48\x00\x08\x00" + bytes(72 * 8)] * 240


def test_a_job_is_ready_printed_and_cut_once_for_each_sheet():
    cuts = []

    async def cut():
        cuts.append("cut")

    async def play():
        printer = QuickPrinter(cut)
        job = EscposJob(Printer(transport="tcp", host="127.0.0.1", port=await printer.start()))
        assert (await job.preflight()).ready
        for _ in range(2):
            progress = []
            await job.print_bands(BANDS, progress.append)
            assert progress == sorted(set(progress))
            assert progress[-1] == 1.0
            assert len(progress) <= 11  # the page is drawn anew for each
        await job.close()
        await printer.close()

    asyncio.run(play())
    assert cuts == ["cut", "cut"]
