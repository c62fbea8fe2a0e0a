"""The JPKI centre over plain HTTP: OCSP by POST and GET (RFC 6960 appendix A), revocation lists.

Plain HTTP on purpose: the answers are signed. Not responsible for what is in an answer.
"""

import base64
import binascii

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.clock import Clock
from hub.jpki.authority import Authority
from hub.jpki.register import Register
from hub.jpki.responder import Responder
from hub.jpki.revocation_list import make_revocation_list
from hub.web.limits import Limits

REQUEST_TYPE = "application/ocsp-request"
RESPONSE_TYPE = "application/ocsp-response"
REQUEST_MAX_BYTES = 4096


def make_jpki_app(responder: Responder, authorities: list[Authority], register: Register, clock: Clock) -> Limits:
    """Return the ASGI application."""
    known = {authority.kind: authority for authority in authorities}

    async def post(request: Request) -> Response:
        if request.headers.get("content-type", "").split(";")[0].strip() != REQUEST_TYPE:
            return Response(f"POST a DER request as {REQUEST_TYPE}\n", 415, media_type="text/plain")
        return _ocsp(responder.answer(await request.body()))

    async def get(request: Request) -> Response:
        text: str = request.path_params["encoded"]
        try:
            der = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            der = b""  # answered as malformedRequest, like any other bytes that are no request
        return _ocsp(responder.answer(der))

    async def revocation_list(request: Request) -> Response:
        authority = known.get(request.path_params["kind"])
        if authority is None:
            return Response("no such authority; the lists are auth.crl and sign.crl\n", 404, media_type="text/plain")
        return Response(make_revocation_list(authority, register, clock), media_type="application/pkix-crl")

    routes = [
        Route("/", post, methods=["POST"]),
        Route("/crl/{kind}.crl", revocation_list, methods=["GET"]),
        Route("/{encoded:path}", get, methods=["GET"]),
    ]
    return Limits(Starlette(routes=routes), body_max_bytes=REQUEST_MAX_BYTES)


def _ocsp(der: bytes) -> Response:
    return Response(der, media_type=RESPONSE_TYPE)
