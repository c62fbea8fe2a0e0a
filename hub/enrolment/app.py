"""The enrolment's HTTP interface (docs/reference/provisioning.md): certificates for a token, and renewed ones.

Served over TLS with a client certificate for those that have one: a new kiosk has none, renewal is asked for with the
certificate that is to be renewed. Not responsible for sockets (`__main__.py`).
"""

from cryptography import x509
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field
from starlette.types import Scope

from hub import log
from hub.enrolment.register import Register
from hub.enrolment.signing import Authority, BadRequest
from hub.enrolment.tokens import Tokens
from hub.web.peer import peer_of
from hub.web.problem import MEDIA_TYPE, Problem

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


class RenewAnswer(BaseModel):
    """A certificate of the same name and key as the one that asked: PEM."""

    certificate: str


class Refused(Exception):
    """The request is refused: status and words."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def make_app(authority: Authority, tokens: Tokens, register: Register) -> FastAPI:
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
        return enrol(authority, tokens, register, body)

    @app.post("/v1/renew", status_code=201)
    def _renew(request: Request) -> RenewAnswer:  # pyright: ignore[reportUnusedFunction]
        return renew(authority, register, request.scope)

    return app


def renew(authority: Authority, register: Register, scope: Scope) -> RenewAnswer:
    """Give a kiosk or clerk the certificate of its connection with a new time. `Refused`."""
    chain: list[str] = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", [])
    if not chain:
        raise Refused(401, "a certificate is renewed over a connection that shows it; without one, use a token")
    try:
        peer = peer_of(scope)
        renewed = authority.again(chain[0])
    except (Problem, BadRequest) as error:
        raise Refused(403, str(error)) from error
    if register.is_revoked(x509.load_pem_x509_certificate(chain[0].encode()).serial_number):
        log.event("renewal_refused", kiosk_id=peer.kiosk_id)
        raise Refused(403, "this certificate is revoked; a new token gives this kiosk new ones")
    register.add(peer.kiosk_id, renewed)
    log.event("renewed", kiosk_id=peer.kiosk_id, role=peer.role)
    return RenewAnswer(certificate=renewed)


def enrol(authority: Authority, tokens: Tokens, register: Register, body: EnrolRequest) -> EnrolAnswer:
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
    register.add(kiosk_id, kiosk, clerk)
    log.event("enrolled", kiosk_id=kiosk_id)
    return EnrolAnswer(
        kiosk_id=kiosk_id,
        kiosk_certificate=kiosk,
        clerk_certificate=clerk,
        tls_ca=authority.pem,
        root_key=authority.root_key,
    )
