"""What the inquiry site may ask of the centre: what became of a document; each answer is counted as a check.

Not responsible for what a scan shows (`hub/inquiry`). Source: `docs/reference/inquiry.md`, "Between site and centre".
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Path as PathValue
from pydantic import BaseModel, ConfigDict

from hub import log
from hub.centre.centre import Centre
from hub.centre.checks import DocumentChecks
from hub.centre.describe import problems
from hub.centre.wire import CoseBytes, Identifier, OrderState
from hub.web.peer import common_name_of
from hub.web.problem import Problem

INQUIRY_NAME = "inquiry"


class CheckRequest(BaseModel):
    """Which document the site has before it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    document_id: Identifier


class CheckAnswer(BaseModel):
    """What the book says. Times in seconds since 1970; `checks` counts this one too; no name while it is not known."""

    model_config = ConfigDict(extra="forbid", strict=True)

    document_id: Identifier
    municipality: str
    municipality_name: dict[str, str] | None
    type: str
    issued_at_s: int
    sheets: int
    state: OrderState
    checks: int
    layers: CoseBytes


async def _inquiry(request: Request) -> Centre:
    if common_name_of(request.scope) != INQUIRY_NAME:
        raise Problem("wrong-role", "this resource is for the inquiry site's certificate")
    return request.app.state.centre


router = APIRouter(prefix="/v1/checks", tags=["inquiry"])


@router.put("/{check_id}", responses=problems("unknown-order", "wrong-state"))
async def check(
    centre: Annotated[Centre, Depends(_inquiry)],
    check_id: Annotated[str, PathValue(pattern="^[0-9a-f]{32}$")],
    body: CheckRequest,
) -> CheckAnswer:
    """Tell what became of a document, and count the check; the same id again counts once."""
    order, checks = DocumentChecks(centre.engine, centre.clock).note(check_id, body.document_id)
    log.event("checked", document_id=order.document_id, state=order.state, checks=checks)
    name = await centre.towns.name_of(order.municipality)
    return CheckAnswer.model_validate(
        {
            "document_id": order.document_id,
            "municipality": order.municipality,
            "municipality_name": None if name is None else dict(name),
            "type": order.type,
            "issued_at_s": order.opened_at_s,
            "sheets": order.sheets,
            "state": order.state,
            "checks": checks,
            "layers": order.layers,
        }
    )
