"""The list of APDUs a reader sent, without PIN bytes, for the bench and for tests.

Not responsible for: keeping it beyond the process. A VERIFY's data never enters the list, nor do answers' data:
only their lengths do.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

VERIFY = 0x20
HEADER_BYTES = 4
KEPT = 2000


@dataclass(frozen=True)
class TracedApdu:
    """`t_s` is monotonic; `command` is hex; `answer_bytes` counts data without the status word."""

    t_s: float
    command: str
    answer_bytes: int
    status: str


class Trace:
    """The last 2,000 APDUs."""

    def __init__(self) -> None:
        self._apdus: deque[TracedApdu] = deque(maxlen=KEPT)

    def __iter__(self) -> Iterator[TracedApdu]:
        """Oldest first."""
        return iter(tuple(self._apdus))

    def add(self, command: bytes, answer: bytes) -> None:
        """Keep one exchange; an empty `answer` is one that never came."""
        self._apdus.append(
            TracedApdu(time.monotonic(), _without_pin(command), max(0, len(answer) - 2), answer[-2:].hex() or "none"),
        )


def _without_pin(command: bytes) -> str:
    if len(command) > HEADER_BYTES + 1 and command[1] == VERIFY:
        return command[: HEADER_BYTES + 1].hex() + ".." * (len(command) - HEADER_BYTES - 1)
    return command.hex()
