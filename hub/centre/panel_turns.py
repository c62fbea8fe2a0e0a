"""Which compression a document's panels get: the short and slow one while few orders are under way, else JBIG1.

Under load the paper grows longer, not the queue. Not responsible for counting the orders (`sessions.py`), for the
compressions (`hub/scramble/compression.py`) nor for drawing (`back_panel.py`).
"""

import os

from hub.scramble.compression import Kind


def panel_kind(under_way: int, processors: int | None = None) -> Kind:
    """Give the compression for one of so many orders that all the centre's processes work on at this moment.

    Half of the processors may draw slowly, one at least; the rest is for whoever else is served.
    """
    slow = max(1, (processors or len(os.sched_getaffinity(0))) // 2)
    return Kind.MIXED_2 if under_way <= slow else Kind.JBIG1
