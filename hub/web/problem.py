"""Problem details (RFC 9457): the closed list of problem codes and how one is answered.

Source: `docs/reference/hub-protocol.md`, "Resources of the centre". The detail is plain English and never personal.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"

CATALOGUE: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "bad-request": (422, "The request is not of the form the protocol asks for"),
        "too-large": (413, "The request body is too large"),
        "request-timeout": (408, "The request took too long to arrive"),
        "not-found": (404, "There is no such resource"),
        "method-not-allowed": (405, "This resource does not take this method"),
        "wrong-role": (403, "This certificate may not use this resource"),
        "certificate-revoked": (403, "The certificate of the asking side is revoked"),
        "unknown-transaction": (404, "This kiosk has no such transaction"),
        "unknown-order": (404, "This kiosk has no such order"),
        "wrong-state": (409, "The state does not allow this step"),
        "stale-version": (409, "The order has another version"),
        "idempotency-conflict": (409, "The idempotency key was used with another request"),
        "expired-transaction": (410, "The transaction has expired"),
        "document-gone": (410, "The document is no longer held"),
        "closed": (409, "Closed at this time"),
        "type-stopped": (409, "This certificate type is stopped"),
        "kiosk-stopped": (403, "This kiosk is stopped"),
        "bad-signature": (403, "A signature does not fit"),
        "nonce-reused": (409, "The nonce was used before"),
        "card-chain": (403, "The certificate was not issued for user authentication by the trusted authority"),
        "card-expired": (403, "The certificate is not valid at this time"),
        "card-revoked": (403, "The certificate is revoked"),
        "card-status-unknown": (503, "The certificate's status cannot be known now"),
        "not-resident": (403, "The municipality does not know the holder of this card"),
        "refused": (403, "The municipality does not issue this certificate"),
        "municipality-timeout": (504, "The municipality did not answer in time"),
        "municipality-down": (503, "The municipality cannot be reached"),
        "binding-mismatch": (409, "The answer does not belong to this transaction"),
        "busy": (503, "Too many transactions are open"),
        "internal": (500, "An error of the centre"),
    }
)


class Problem(Exception):
    """A request that is answered with a problem; `members` are added to the answer (`refusal`, `current`)."""

    def __init__(self, code: str, detail: str, **members: Any) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.members = members


def document(problem: Problem) -> dict[str, Any]:
    """Build the JSON object of a problem."""
    status, title = CATALOGUE[problem.code]
    head = {"type": f"urn:kiosk:problem:{problem.code}", "title": title, "status": status, "detail": problem.detail}
    return {**head, "code": problem.code, **problem.members}


def answer(problem: Problem) -> JSONResponse:
    """Build the HTTP response of a problem."""
    body = document(problem)
    return JSONResponse(body, body["status"], media_type=MEDIA_TYPE)
