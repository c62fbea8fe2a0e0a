"""Messages between the site and a reading process: CBOR maps behind a length of 4 bytes, big-endian.

Both sides use it; what a process says is bounded, since a hostile picture may have taken it over.
"""

from typing import Any, cast

import cbor2

LENGTH_BYTES = 4
MOST_BYTES = 128 << 20


class BadFrame(ValueError):
    """The bytes are no message."""


def packed(message: dict[str, Any]) -> bytes:
    """Write a message."""
    body = cbor2.dumps(message)
    return len(body).to_bytes(LENGTH_BYTES) + body


def length_of(head: bytes) -> int:
    """Read the length; raises BadFrame."""
    length = int.from_bytes(head)
    if len(head) != LENGTH_BYTES or not 0 < length <= MOST_BYTES:
        raise BadFrame("no message, or one that is too long")
    return length


def unpacked(body: bytes) -> dict[str, Any]:
    """Read a message; raises BadFrame."""
    try:
        message = cbor2.loads(body)
    except (cbor2.CBORError, ValueError, RecursionError) as error:
        raise BadFrame("not CBOR") from error
    if not isinstance(message, dict):
        raise BadFrame("not a map")
    return cast("dict[str, Any]", message)
