"""Which compression a document's panels get: the short and slow one while a processor is free for it, else JBIG1.

Under load the paper grows longer, not the queue. Not responsible for the compressions (`hub/scramble/compression.py`)
nor for drawing (`back_panel.py`).
"""

import os
from collections.abc import Generator
from contextlib import contextmanager

from hub.scramble.compression import Kind


class PanelTurns:
    """Documents that are drawn by the slow compression now; at most one a processor. One event loop uses it."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most or len(os.sched_getaffinity(0))
        self._slow = 0

    @contextmanager
    def taken(self) -> Generator[Kind]:
        """Give the compression for one document, for as long as it is drawn."""
        if self._slow >= self._most:
            yield Kind.JBIG1
            return
        self._slow += 1
        try:
            yield Kind.MIXED_1
        finally:
            self._slow -= 1
