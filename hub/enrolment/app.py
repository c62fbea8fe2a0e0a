"""The enrolment's HTTP interface (docs/reference/provisioning.md): who the authority is, certificates for a token.

Served over TLS without client certificates: a new kiosk has none. Not responsible for sockets (`__main__.py`).
"""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field

from hub import log
from hub.enrolment.signing import Authority, BadRequest
from hub.enrolment.tokens import Tokens
from hub.web.problem import MEDIA_TYPE

LONGEST_PEM = 4096


class EnrolRequest(BaseModel):
    """A token and two requests, PEM."""

    token: str = Field(max_length=200)
    kiosk_csr: str = Field(max_length=LONGEST_PEM)
    clerk_csr: str = Field(max_length=LONGEST_PEM)


class EnrolAnswer(BaseModel):
    """What a kiosk needs: PEM files."""

    kiosk_id: str
    kiosk_certificate: str
    clerk_certificate: str
    tls_ca: str
    root_key: str


class Refused(Exception):
    """The request is refused: status and words."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def make_app(authority: Authority, tokens: Tokens) -> FastAPI:
    """Make the application."""
    app = FastAPI(title="Enrolment of kiosks", openapi_url=None, docs_url=None, redoc_url=None)

    @app.exception_handler(Refused)
    async def _refused(_request: Request, error: Refused) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        body = {"status": error.status, "detail": str(error)}
        return JSONResponse(body, status_code=error.status, media_type=MEDIA_TYPE)

    @app.get("/v1/authority")
    async def _authority() -> PlainTextResponse:  # pyright: ignore[reportUnusedFunction]
        return PlainTextResponse(authority.pem, media_type="application/x-pem-file")

    @app.post("/v1/enrol", status_code=201)
    def _enrol(body: EnrolRequest) -> EnrolAnswer:  # pyright: ignore[reportUnusedFunction]
        return enrol(authority, tokens, body)

    return app


def enrol(authority: Authority, tokens: Tokens, body: EnrolRequest) -> EnrolAnswer:
    """Give certificates for a token, which is then used up; a request that cannot be signed uses none. `Refused`."""
    kiosk_id = body.token.split(".")[0]
    try:
        kiosk = authority.client(body.kiosk_csr, kiosk_id)
        clerk = authority.client(body.clerk_csr, f"{kiosk_id}.clerk")
    except ValueError as error:
        why = str(error) if isinstance(error, BadRequest) else "the token names no kiosk"
        raise Refused(400, why) from error
    if tokens.spend(body.token) != kiosk_id:
        log.event("enrolment_refused")
        raise Refused(403, "this token is unknown, used, or older than a day; have a new one made")
    log.event("enrolled", kiosk_id=kiosk_id)
    return EnrolAnswer(
        kiosk_id=kiosk_id,
        kiosk_certificate=kiosk,
        clerk_certificate=clerk,
        tls_ca=authority.pem,
        root_key=authority.root_key,
    )
