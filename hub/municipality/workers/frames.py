"""The child's side of a worker process: CBOR maps in frames on standard input and output, one answer for each request.

Not responsible for what is asked; the parent's side is `worker.py`. A frame is a 4-byte big-endian length and the
bytes. An error that is not an expected refusal ends the process with its class and line only: texts of errors could
carry names.
"""

import resource
import sys
import traceback
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, BinaryIO, cast

import cbor2

from hub.municipality.interface import Refused

FRAME_MAX = 64 * 1024 * 1024
LENGTH_BYTES = 4
Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


def serve(answer: Answer) -> None:
    """Answer requests until the parent closes the pipe. A `Refused` becomes `{"refusal", "detail"}`; `id` is echoed."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.excepthook = _say_only_where
    _write(sys.stdout.buffer, {"ready": True})
    while (request := _read(sys.stdin.buffer)) is not None:
        try:
            result = answer(request)
        except Refused as refused:
            result = {"refusal": refused.refusal, "detail": refused.detail}
        _write(sys.stdout.buffer, {"id": request["id"], **result})


def _read(stream: BinaryIO) -> Mapping[str, Any] | None:
    head = stream.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    return cast("Mapping[str, Any]", cbor2.loads(stream.read(int.from_bytes(head, "big"))))


def _write(stream: BinaryIO, message: Mapping[str, Any]) -> None:
    body = cbor2.dumps(message)
    stream.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)
    stream.flush()


def _say_only_where(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    last = traceback.extract_tb(trace)[-1] if trace else None
    where = f"{last.filename}:{last.lineno}" if last else "unknown place"
    sys.stderr.write(f"worker process ended by {kind.__name__} at {where}\n")
