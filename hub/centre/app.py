"""The centre's ASGI application: routes, problem documents for everything that goes wrong, limits, idempotency.

Not responsible for TLS or sockets (`hub/web/server.py`).
"""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from hub.audit import routes as audit_routes
from hub.centre import inquiries, routes, wire
from hub.centre.centre import Centre
from hub.centre.examples import add_examples
from hub.centre.idempotency import Idempotency
from hub.web.limits import Limits
from hub.web.problem import Problem, answer

_DESCRIPTION = (
    "HTTPS with TLS 1.3 and client certificates: `kiosk-0001` is a kiosk, `kiosk-0001.clerk` its clerk. "
    "Bytes in JSON are base64url without padding. A reference design; not the national centre's interface."
)
_CODES = {404: ("not-found", "no such path"), 405: ("method-not-allowed", "the path takes another method")}


def make_api(centre: Centre | None) -> FastAPI:
    """Make the FastAPI application; without a centre it only describes itself."""
    api = FastAPI(
        title="Certificate centre",
        version="1",
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    api.state.centre = centre
    for router in (routes.common, routes.clerk, routes.kiosk, inquiries.router, audit_routes.router):
        api.include_router(router)
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(Exception, _internal)
    return api


class CentreApp(Limits):
    """The whole application; `purge` belongs to the housekeeping."""

    def __init__(self, centre: Centre) -> None:
        self._idempotency = Idempotency(
            make_api(centre),
            centre.engine,
            centre.held,
            centre.processes,
            secret=centre.secret,
            clock=centre.clock,
        )
        super().__init__(self._idempotency)

    def purge(self) -> None:
        """Forget answers of yesterday."""
        self._idempotency.purge()

    def drop_held(self) -> None:
        """Forget answers that are held for minutes."""
        self._idempotency.drop_held()


def openapi() -> dict[str, Any]:
    """Describe the interface from the code (OpenAPI 3.1)."""
    api = make_api(None)
    described = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
    schemas = described["components"]["schemas"]
    parts = wire.ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
    parts.pop("$defs", None)
    schemas[wire.ProblemAnswer.__name__] = parts
    add_examples(described)
    return described


async def _problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this class only
    return answer(error)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Name the places and reasons, never the values: they may be personal."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = [f"{'.'.join(str(part) for part in each['loc'][1:]) or 'body'}: {each['type']}" for each in error.errors()]
    return answer(Problem("bad-request", "; ".join(found[:5])[:500]))


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    code, detail = _CODES.get(error.status_code, ("bad-request", "the body is not JSON"))
    return answer(Problem(code, detail))


async def _internal(_request: Request, _error: Exception) -> JSONResponse:
    return answer(Problem("internal", "the centre could not finish; try again"))
