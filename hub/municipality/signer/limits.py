"""What a process that reads a finished page may use: a page must not be able to fill the machine's memory.

Time is limited by the parent, who ends a process that does not answer (`workers/worker.py`). Not responsible for what
is in a page (`raster.py`).
"""

import resource
from pathlib import Path

# Over what the warm process has: the longest page of the widest head needs 400 MiB.
MEMORY_BYTES = 768 * 1024 * 1024


def limit() -> None:
    """Limit this process from now on; more memory than that ends it, or the reading of the page."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
