"""The hub's log: one JSON object a line, ids, states and numbers only.

Nothing personal can get in: events take short texts and integers chosen by the caller, and foreign loggers (uvicorn,
asyncio) are reduced to their unformatted message and the type of the error: arguments and tracebacks could
carry names.
"""

import json
import logging
import sys
import time
import traceback
from pathlib import Path

_LOGGER = logging.getLogger("hub")


def event(name: str, **ids: str | int | bool | None) -> None:
    """Write one event; `ids` are identifiers, states, counts, milliseconds."""
    _LOGGER.info(name, extra={"ids": ids})


def fault(name: str, error: BaseException, **ids: str | int) -> None:
    """Write an error of the program as its type and the place in the code; never its text."""
    _LOGGER.error(name, extra={"ids": {**ids, **_place(error)}})


def configure() -> None:
    """Send everything to standard error as JSON lines; called once by the command line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _LOGGER.setLevel(logging.INFO)


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, object] = {"time": f"{seconds}.{int(record.msecs):03d}Z", "event": str(record.msg)}
        if record.levelno >= logging.WARNING:
            line["level"] = record.levelname.lower()
        if record.name != _LOGGER.name:
            line["logger"] = record.name
        if record.exc_info and record.exc_info[1] is not None:
            line |= _place(record.exc_info[1])
        return json.dumps(line | getattr(record, "ids", {}), ensure_ascii=False)


def _place(error: BaseException) -> dict[str, str | int]:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return {"error": type(error).__name__}
    return {"error": type(error).__name__, "file": Path(frames[-1].filename).stem, "line": frames[-1].lineno or 0}
