"""The outermost ASGI layer: reads the whole body within limits, logs one line a request, is the last resort for errors.

Not responsible for what a request means. A client sees a problem document, never a stack trace.
"""

import asyncio
import time
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub import log
from hub.web.problem import Problem, answer

BODY_MAX_BYTES = 1 << 20
BODY_TIME_S = 10.0
_DRAIN_MAX_BYTES = 8 << 20  # read on for a while, so that the client gets to see the 413


class Limits:
    """Wraps an application; `body_time_s` bounds how long a body may take to arrive."""

    def __init__(self, app: ASGIApp, body_max_bytes: int = BODY_MAX_BYTES, body_time_s: float = BODY_TIME_S) -> None:
        self._app = app
        self._body_max_bytes = body_max_bytes
        self._body_time_s = body_time_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            raise NotImplementedError(f"only HTTP is served here, not {scope['type']}")
        started_s = time.monotonic()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"cache-control", b"no-store")]
            await send(message)

        try:
            body = await self._body_in_time(receive)
            await self._app(scope, _replay(body, receive), noting)
        except Problem as problem:
            await _last(problem, scope, receive, noting, status)
        except _Disconnected:
            return
        except Exception as error:  # noqa: BLE001 - the last resort: told to the log, and to the client as `internal`
            log.fault("request_failed", error)
            await _last(Problem("internal", "the centre could not finish; try again"), scope, receive, noting, status)
        finally:
            route = cast("str", getattr(scope.get("route"), "path", "none"))
            took_ms = round(1000 * (time.monotonic() - started_s))
            log.event("request", method=str(scope["method"]), route=route, status=status, took_ms=took_ms)

    async def _body_in_time(self, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self._body_time_s):
                return await self._body(receive)
        except TimeoutError:
            raise Problem("request-timeout", f"send the whole body within {self._body_time_s:.0f} s") from None

    async def _body(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Disconnected
            part = cast("bytes", message.get("body", b""))
            size += len(part)
            if size <= self._body_max_bytes:
                parts.append(part)
            if not message.get("more_body", False) or size > _DRAIN_MAX_BYTES:
                break
        if size > self._body_max_bytes:
            raise Problem("too-large", f"the body may have {self._body_max_bytes} bytes")
        return b"".join(parts)


class _Disconnected(Exception):
    """The client left before its request was whole."""


async def _last(problem: Problem, scope: Scope, receive: Receive, send: Send, status: int) -> None:
    if status == 0:  # nothing was sent yet
        await answer(problem)(scope, receive, send)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
