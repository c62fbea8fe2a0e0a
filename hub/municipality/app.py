"""Municipalities' issuing server as an ASGI application: `interface.Municipality` over HTTP, for the centre alone.

A centre that hangs up ends the work on its request, and nothing waits longer than the time limit. Not responsible for
TLS nor for deciding. Source: `docs/reference/hub-protocol.md`, "Between centre and issuing server".
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub import log
from hub.clock import Clock
from hub.municipality import wire
from hub.municipality.interface import IssueRequest, Municipality, QueryRequest, Refused
from hub.web.limits import Limits
from hub.web.peer import common_name_of
from hub.web.problem import Problem, answer

Kind = TypeVar("Kind")
CENTRE = "centre"
_OPERATOR_MAX = 32


class _HungUp(Exception):
    """The centre does not wait any more."""


class IssuingServer:
    """The handlers over some municipalities; `at_once` bounds the requests worked on, `answer_s` the time of each."""

    def __init__(self, municipalities: Sequence[Municipality], clock: Clock, at_once: int, answer_s: float) -> None:
        self._municipalities: Mapping[str, Municipality] = {each.code: each for each in municipalities}
        self._clock = clock
        self._at_once = at_once
        self._answer_s = answer_s
        self._at_work = 0

    async def states(self, request: Request) -> Response:
        """Tell hours, notices and offers of all municipalities at one operator."""
        _require_centre(request)
        found = [self._state(each, _operator(request)) for each in self._municipalities.values()]
        return Response(wire.write_states(found), media_type=wire.MEDIA_TYPE)

    async def state(self, request: Request) -> Response:
        """Tell the same of one municipality."""
        _require_centre(request)
        state = self._state(self._one(request), _operator(request))
        return Response(wire.write(state), media_type=wire.MEDIA_TYPE)

    async def issue(self, request: Request) -> Response:
        """Make one certificate."""
        _require_centre(request)
        asked = _read(await request.body(), IssueRequest)
        return await self._answered(request, self._one(request).issue(asked))

    async def answer(self, request: Request) -> Response:
        """Answer one query."""
        _require_centre(request)
        asked = _read(await request.body(), QueryRequest)
        return await self._answered(request, self._one(request).answer(asked))

    async def _answered(self, request: Request, work: Coroutine[Any, Any, Any]) -> Response:
        if self._at_work >= self._at_once:
            work.close()
            raise Problem("busy", "the issuing server has too much to do; try again")
        self._at_work += 1
        try:
            made = await _while_connected(request, work, self._answer_s)
        except Refused as refused:
            raise Problem("refused", refused.detail, refusal=refused.refusal) from refused
        except TimeoutError:
            raise Problem("municipality-timeout", "the certificate was not ready in time") from None
        except _HungUp:
            log.event("issuing_given_up", municipality=str(request.path_params["code"]))
            return Response(status_code=499)
        finally:
            self._at_work -= 1
        return Response(wire.write(made), media_type=wire.MEDIA_TYPE)

    def _one(self, request: Request) -> Municipality:
        found = self._municipalities.get(request.path_params["code"])
        if found is None:
            raise Problem("not-found", "this issuing server does not serve that municipality")
        return found

    def _state(self, municipality: Municipality, operator: str) -> wire.State:
        now = self._clock()
        return wire.State(municipality.availability(now, operator), municipality.offers(now, operator))


def make_issuing_app(server: IssuingServer) -> Limits:
    """Return the ASGI application."""
    routes = [
        Route("/v1/state", server.states, methods=["GET"]),
        Route("/v1/{code}/state", server.state, methods=["GET"]),
        Route("/v1/{code}/issue", server.issue, methods=["POST"]),
        Route("/v1/{code}/answer", server.answer, methods=["POST"]),
    ]
    app = Starlette(routes=routes, exception_handlers={Problem: _problem, HTTPException: _http})
    return Limits(app, body_max_bytes=wire.REQUEST_MAX_BYTES)


async def _while_connected(request: Request, work: Coroutine[Any, Any, Any], answer_s: float) -> Any:
    """Do the work unless the centre hangs up (raises _HungUp) or the time is over (raises TimeoutError)."""
    working, gone = asyncio.ensure_future(work), asyncio.ensure_future(_hung_up(request))
    try:
        done, _ = await asyncio.wait({working, gone}, timeout=answer_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        if not working.done():
            working.add_done_callback(_look_at)
            working.cancel()
    if working in done:
        return working.result()
    raise _HungUp if gone in done else TimeoutError


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _look_at(late: asyncio.Future[Any]) -> None:
    """Fetch the end of work nobody waits for, so that it is not reported as forgotten."""
    if not late.cancelled() and (error := late.exception()) is not None and not isinstance(error, Refused):
        log.fault("late_work_failed", error)


def _require_centre(request: Request) -> None:
    if common_name_of(request.scope) != CENTRE:
        raise Problem("wrong-role", "an issuing server answers the certificate centre only")


def _operator(request: Request) -> str:
    operator = request.query_params.get("operator", "")
    if not 0 < len(operator) <= _OPERATOR_MAX:
        raise Problem("bad-request", "operator: name one, like seven_eleven")
    return operator


def _read(body: bytes, kind: type[Kind]) -> Kind:
    try:
        return wire.read(body, kind)
    except wire.Garbled as garbled:
        raise Problem("bad-request", f"body: {garbled}") from garbled


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this class only
    return answer(error)


async def _http(_request: Request, error: Exception) -> Response:
    missing = isinstance(error, HTTPException) and error.status_code == 404  # noqa: PLR2004
    return answer(Problem("not-found" if missing else "method-not-allowed", "no such path, or not with this method"))
