"""The centre's line to municipalities' issuing servers: `interface.Municipality` over HTTPS with both certificates.

Connections are kept and bounded; a server that is full, silent or garbled becomes a refusal, never a guess. Not
responsible for how long a person waits (`asking.py`) nor for believing an answer (`answer_check.py`).
Source: `docs/reference/hub-protocol.md`, "Between centre and issuing server".
"""

import ssl
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx

from hub.municipality import wire
from hub.municipality.interface import IssueAnswer, IssueRequest, QueryAnswer, QueryRequest, Refused

Kind = TypeVar("Kind")
CONNECTIONS_MAX = 64
KEPT_S = 60.0
STATE_S = 2.0  # how long connecting may take, and hours and offers: a kiosk waits for all of them
CONNECT_S = 5.0
TURN_S = 2.0  # wait for a free connection; after it the municipality is busy
_NAME = {"sni_hostname": "issuing-server"}


class IssuingServerLine:
    """One issuing server; `answer_s` is the longest time for a certificate."""

    def __init__(self, url: str, tls: ssl.SSLContext, answer_s: float) -> None:
        self._answer_s = answer_s
        limits = httpx.Limits(
            max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX, keepalive_expiry=KEPT_S
        )
        self._http = httpx.AsyncClient(
            base_url=url, verify=tls, trust_env=False, follow_redirects=False, limits=limits, timeout=STATE_S
        )

    async def states(self, operator: str) -> list[wire.State]:
        """Ask for all municipalities of the server; raises Refused `municipality_down`."""
        return await self._asked("GET", "/v1/state", wire.read_states, params={"operator": operator})

    async def state(self, code: str, operator: str) -> wire.State:
        """Ask for one municipality; raises Refused `municipality_down`."""
        return await self._asked("GET", f"/v1/{code}/state", _reader(wire.State), params={"operator": operator})

    async def issue(self, request: IssueRequest) -> IssueAnswer:
        """Have a certificate made; raises Refused. A cancelled wait closes the connection, which ends the work."""
        path = f"/v1/{request.municipality}/issue"
        return await self._asked("POST", path, _reader(IssueAnswer), content=wire.write(request))

    async def answer(self, request: QueryRequest) -> QueryAnswer:
        """Have a query answered; raises Refused."""
        path = f"/v1/{request.municipality}/answer"
        return await self._asked("POST", path, _reader(QueryAnswer), content=wire.write(request))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _asked(self, method: str, path: str, read: Callable[[bytes], Kind], **parts: Any) -> Kind:
        wait_s = STATE_S if method == "GET" else self._answer_s
        limits = httpx.Timeout(wait_s, connect=min(wait_s, CONNECT_S), pool=TURN_S)
        try:
            async with self._http.stream(method, path, timeout=limits, extensions=_NAME, **parts) as answer:
                body = await _whole(answer)
        except httpx.PoolTimeout as error:
            raise Refused("busy", "too many people ask this municipality's server at once") from error
        except httpx.HTTPError as error:
            raise Refused("municipality_down", "the municipality's server cannot be reached") from error
        if answer.status_code != HTTPStatus.OK:
            raise _refusal(answer.status_code, body)
        try:
            return read(body)
        except wire.Garbled as garbled:
            raise Refused("municipality_down", f"the municipality's server answered nonsense: {garbled}") from garbled


def centre_tls(pki: Path) -> ssl.SSLContext:
    """Return the centre's side of the line: TLS 1.3, its own client certificate, servers of the network's authority."""
    context = ssl.create_default_context(cafile=str(pki / "tls-ca.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(pki / "centre-client.pem", pki / "centre-client.key")
    return context


def _reader(kind: type[Kind]) -> Callable[[bytes], Kind]:
    return lambda body: wire.read(body, kind)


async def _whole(answer: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > wire.ANSWER_MAX_BYTES:
            raise Refused("municipality_down", "the municipality's server answered too much")
        parts.append(part)
    return b"".join(parts)


def _refusal(status: int, body: bytes) -> Refused:
    """Read a problem document; one that cannot be read counts as a server that is down."""
    try:
        told = httpx.Response(status, content=body).json()
        code, detail = str(told["code"]), str(told["detail"])
        refusal = str(told["refusal"]) if code == "refused" else code.replace("-", "_")
    except (ValueError, KeyError, TypeError):
        return Refused("municipality_down", "the municipality's server failed")
    if refusal in {"busy", "municipality_timeout"} or code == "refused":
        return Refused(refusal, detail)
    return Refused("municipality_down", "the municipality's server does not serve this request")
