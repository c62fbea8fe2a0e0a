"""Running an ASGI application with uvicorn in a loop that others share: mutual TLS, given socket, no signal handling.

Not responsible for signals (`hub/serve.py` owns them) nor for the application.
"""

import asyncio
import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from hub.web.peer import PeerProtocol

KEEP_ALIVE_S = 75
GRACE_S = 3


class Server(uvicorn.Server):
    """A uvicorn server that leaves the signals alone."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Do nothing: the process has one owner of signals."""
        yield


class _Given:
    """A context factory, as uvicorn asks for one, that gives the context already made."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls

    def __call__(self, *_: object) -> ssl.SSLContext:
        return self._tls


class Listener:
    """One listening server; `port` is known as soon as it is made (0 asks the system for one).

    `shared`: other processes listen there too, and the kernel deals new connections out among them (SO_REUSEPORT).
    """

    def __init__(
        self, app: ASGIApp, host: str, port: int, tls: ssl.SSLContext | None = None, *, shared: bool = False
    ) -> None:
        self._socket = _bound(host, port, shared=shared)
        self.port: int = self._socket.getsockname()[1]
        options: dict[str, Any] = {}
        if tls is not None:
            options["ssl_context_factory"] = _Given(tls)
        self._server = Server(
            uvicorn.Config(
                app,
                http=PeerProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
                **options,
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to serve; returns when connections are accepted."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._task.done():
                self._task.result()
                raise RuntimeError("the server ended while it was starting")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Finish the requests under way (a few seconds at most) and close."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._socket.close()


def mutual_tls(certificate: Path, key: Path, client_ca: Path) -> ssl.SSLContext:
    """Server context: TLS 1.3, and no connection without a client certificate of `client_ca`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(client_ca)
    return context


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    # With its protocol named, asyncio sets TCP_NODELAY; without, each answer waits 44 ms for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise OSError(f"cannot listen on {host}:{port} ({error.strerror}); choose another port or 0") from error
    return listening
