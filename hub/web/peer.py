"""Who asks: the client certificate's common name, carried from the TLS connection into the request, and its role.

Uses the shape of the ASGI TLS extension (`client_cert_name`, `client_cert_chain`), with `client_cert_serial` beside it.
The certificate itself was checked by the TLS layer; this is not responsible for what a role may do, nor for revocation
(`admission.py`). Roles: `docs/reference/hub-protocol.md`, "Transport and identities".
"""

import asyncio
import json
import re
import ssl
from dataclasses import dataclass
from typing import Any, cast

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from hub.web.problem import MEDIA_TYPE, Problem, document

FIRST_REQUEST_S = 10.0
_NAME = re.compile(r"(kiosk-[0-9]{4,6})(\.clerk)?")


@dataclass(frozen=True, slots=True)
class Peer:
    """A known asker; `role` is `kiosk` or `clerk`."""

    kiosk_id: str
    role: str

    @property
    def common_name(self) -> str:
        """The certificate's common name."""
        return self.kiosk_id if self.role == "kiosk" else f"{self.kiosk_id}.clerk"


def common_name_of(scope: Scope) -> str:
    """Read the client certificate's common name from a request's scope; empty without one."""
    return cast("str", scope.get("extensions", {}).get("tls", {}).get("client_cert_name") or "")


def peer_of(scope: Scope) -> Peer:
    """Read the asker from a request's scope; raises Problem `wrong-role` for any other certificate."""
    match = _NAME.fullmatch(common_name_of(scope))
    if match is None:
        raise Problem("wrong-role", "the client certificate is neither a kiosk's nor a clerk's")
    return Peer(match[1], "clerk" if match[2] else "kiosk")


class PeerProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol that tells the application who the client is, and does not wait for ever."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wrap the application for this connection."""
        super().connection_made(transport)
        certificate: dict[str, Any] | None = transport.get_extra_info("peercert")
        tls = {
            "client_cert_name": _common_name(certificate),
            "client_cert_serial": int(certificate["serialNumber"], 16) if certificate else None,
            "client_cert_chain": _chain(transport),
        }
        inner: Any = self.app

        async def with_peer(scope: Scope, receive: Receive, send: Send) -> None:
            await inner({**scope, "extensions": {**scope.get("extensions", {}), "tls": tls}}, receive, send)

        self.app = cast("Any", with_peer)
        self.loop.call_later(FIRST_REQUEST_S, self._drop_if_mute)

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are no HTTP with a problem document, as everything else."""
        body = json.dumps(document(Problem("bad-request", msg))).encode()
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"connection", b"close")]
        self.transport.write(self.conn.send(h11.Response(status_code=400, headers=headers)) or b"")
        self.transport.write(self.conn.send(h11.Data(data=body)) or b"")
        self.transport.write(self.conn.send(h11.EndOfMessage()) or b"")
        self.transport.close()

    def _drop_if_mute(self) -> None:
        if cast("Any", self.scope) is None:
            self.transport.close()


def _chain(transport: asyncio.Transport) -> list[str]:
    """Return the client's certificate in PEM, alone; nothing without one."""
    tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
    raw = tls.getpeercert(binary_form=True) if tls else None
    return [ssl.DER_cert_to_PEM_cert(raw)] if raw else []


def _common_name(certificate: dict[str, Any] | None) -> str | None:
    """Read the only common name of `getpeercert()`; None when there is none or more than one."""
    subject = (certificate or {}).get("subject", ())
    names = [value for part in subject for key, value in part if key == "commonName"]
    return names[0] if len(names) == 1 else None
