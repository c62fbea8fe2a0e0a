"""The resource that takes a kiosk's audit log. Source: `docs/reference/audit.md`, "To the hub".

The key of its check-points is that of the certificate the kiosk asks with. Not responsible for what is kept.
"""

import asyncio
from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from hub.audit.received import AuditLogs, Told
from hub.centre.describe import problems
from hub.web.peer import Peer, peer_of
from hub.web.problem import Problem

LINES_MAX = 200
_Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Line = Annotated[str, Field(pattern=r"^[0-9a-f]{64} [ -~]{2,900}$")]


class AuditRequest(BaseModel):
    """Lines that follow line `after`, whose hash is `after_head`; `anew`: the log is another one than is here."""

    model_config = ConfigDict(extra="forbid", strict=True)

    after: Annotated[int, Field(ge=0)]
    after_head: _Hash
    lines: Annotated[list[_Line], Field(max_length=LINES_MAX)]
    anew: bool = False


class AuditAnswer(BaseModel):
    """How many lines are here, and the last one's hash."""

    model_config = ConfigDict(extra="forbid", strict=True)

    lines: int
    head: str


async def _kiosk(request: Request) -> Peer:
    peer = peer_of(request.scope)
    if peer.role != "kiosk":
        raise Problem("wrong-role", "this resource is for kiosk certificates")
    return peer


async def _logs(request: Request) -> AuditLogs:
    centre = request.app.state.centre
    return AuditLogs(centre.engine, centre.clock)


router = APIRouter(prefix="/v1/audit", tags=["kiosk"])
_Kiosk = Annotated[Peer, Depends(_kiosk)]
_Logs = Annotated[AuditLogs, Depends(_logs)]


@router.get("", responses=problems())
async def standing(peer: _Kiosk, logs: _Logs) -> AuditAnswer:
    """Tell how far this kiosk's log is here."""
    lines, head = await asyncio.to_thread(logs.standing, peer.kiosk_id)
    return AuditAnswer(lines=lines, head=head)


@router.put("", responses=problems("wrong-state"))
async def take(peer: _Kiosk, logs: _Logs, body: AuditRequest, request: Request) -> AuditAnswer:
    """Take lines; a fault in them is kept and told to the office, not to the kiosk."""
    told = Told(body.after, body.after_head, tuple(body.lines), body.anew)
    lines, head = await asyncio.to_thread(logs.take, peer.kiosk_id, told, _keys(request))
    return AuditAnswer(lines=lines, head=head)


def _keys(request: Request) -> list[ec.EllipticCurvePublicKey]:
    chain: list[str] = request.scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", [])
    keys = [x509.load_pem_x509_certificate(each.encode()).public_key() for each in chain[:1]]
    return [key for key in keys if isinstance(key, ec.EllipticCurvePublicKey)]
