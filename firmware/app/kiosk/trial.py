"""The test print that an operator asks for: a process of its own prints it while nobody is served.

Drawing and fonts stay out of this process, which must never wait. Not responsible for lending the printer (`runner.py`)
nor for what is on the strip (`roles/test_print.py`). Once cut it lies in the tray and is called for like any paper.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING, Protocol

from firmware.app.kiosk.clear_command import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

LIMIT_S = 60.0
PRINTED = "printed"


class Lender(Protocol):
    """The runner."""

    async def lend(self, job: Callable[[], Awaitable[bool]]) -> bool | None:
        """Lend the printer to `job`; returns what it returns, None if the printer cannot be lent now."""
        ...


async def test_print(lender: Lender, config: Path) -> None:
    """Print one strip and return once the printer has confirmed it; raises `Refused`."""
    words: list[str] = []
    printed = await lender.lend(partial(_printed, config, words))
    if printed is None:
        raise Refused("printer-not-ready", "paper low, a fault, or something in the tray: look at both states")
    if not printed:
        raise Refused("not-printed", f"the printer did not confirm the strip: {words[0]}")


async def _printed(config: Path, words: list[str]) -> bool:
    """Have the strip printed; its outcome in a word goes to `words`."""
    command = [sys.executable, "-m", "firmware", "test-print", "--config", str(config)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(LIMIT_S):
            said, _ = await process.communicate()
    except TimeoutError:
        said = b"timeout"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    words.append(said.decode(errors="replace").strip()[:40] or f"exit_{process.returncode}")
    return words[0] == PRINTED
