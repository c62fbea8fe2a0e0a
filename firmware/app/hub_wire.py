"""One kept-alive HTTPS connection to the centre, blocking: TLS 1.3, mutual, one exchange at a time.

Runs in the worker thread of `hub_client.py`; only `abort` is called from another thread. Not responsible for deadlines
beyond a socket operation, nor for what the bodies mean. Source: `docs/reference/hub-protocol.md`, "Transport".
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from firmware.app.hub_errors import Cause, HubError, HubGarbled, HubTimeout, HubUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
LARGEST_ANSWER = 8 * 1024 * 1024
_CLOSED = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError)  # RemoteDisconnected is a ConnectionResetError


@dataclass(frozen=True)
class Question:
    """A request as it is sent; `repeatable` when the centre may get it twice without harm."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    repeatable: bool


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: status, the media type without parameters, the whole body."""

    status: int
    content_type: str
    body: bytes


@dataclass(eq=False)
class Call:
    """One use of the wire, from the asking side: it ends at `ends` (monotonic seconds) or when it is given up."""

    ends: float
    given_up: bool = False

    def left_s(self) -> float:
        """Seconds until the deadline; `HubTimeout` when there are none."""
        left = self.ends - time.monotonic()
        if self.given_up or left <= 0:
            raise HubTimeout
        return left


class _ClosedUnasked(Exception):
    """The peer closed before it answered anything."""


class Wire:
    """The connection. It is opened when needed and dropped after every fault, so that no late answer can be read."""

    def __init__(self, host: str, port: int, context: Callable[[], ssl.SSLContext]) -> None:
        self._host = host
        self._port = port
        self._context = context
        self._lock = threading.Lock()
        self._call: Call | None = None
        self._used: ssl.SSLContext | None = None
        self._socket: socket.socket | None = None

    def abort(self, call: Call) -> None:
        """Give the call up, from any thread: a blocked read or write of it ends at once."""
        with self._lock:
            call.given_up = True
            if self._call is call and self._socket is not None:
                with suppress(OSError):
                    # the method of the plain socket: that of SSLSocket would clear state that the worker is using
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def open(self, call: Call) -> None:
        """Connect and shake hands unless that is done and the peer is still there."""
        self._during(call, lambda: self._ready(call))

    def exchange(self, question: Question, call: Call) -> Answer:
        """Ask and return the answer; raises a `HubError`.

        When the peer closed a kept connection without an answer, a repeatable question is asked once more on a new one.
        """
        return self._during(call, lambda: self._asked(question, call))

    def drop(self) -> None:
        """Close the connection."""
        with self._lock:
            closing, self._socket = self._socket, None
            if closing is not None:
                closing.close()

    def _during(self, call: Call, work: Callable[[], T]) -> T:
        """Run one call's work; translate what the libraries raise, and drop the connection after any fault."""
        with self._lock:
            self._call = call
        try:
            return work()
        except BaseException as error:
            self.drop()
            if call.given_up:
                raise HubTimeout from error
            if isinstance(error, HubError):
                raise
            raise _translated(error) from error
        finally:
            with self._lock:
                self._call = None

    def _asked(self, question: Question, call: Call) -> Answer:
        kept = self._socket
        ready = self._ready(call)
        try:
            return self._ask(ready, question, call)
        except _ClosedUnasked:
            if ready is not kept or not question.repeatable:
                raise
        self.drop()
        return self._ask(self._ready(call), question, call)

    def _ready(self, call: Call) -> socket.socket:
        """Return the kept connection when it is open and shows the present certificate, else a new one."""
        context = self._context()
        if self._socket is not None:
            if context is self._used and _alive(self._socket):
                return self._socket
            self.drop()
        self._used = context
        tls = context.wrap_socket(self._connected(call), server_hostname=self._host, do_handshake_on_connect=False)
        self._hold(tls, call)
        tls.settimeout(call.left_s())
        tls.do_handshake()  # its timeout counts for the whole handshake
        return tls

    def _connected(self, call: Call) -> socket.socket:
        """Connect to the first address that answers."""
        fault: OSError = socket.gaierror("no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM):
            plain = socket.socket(family, kind, protocol)
            self._hold(plain, call)
            plain.settimeout(call.left_s())
            try:
                plain.connect(address)
            except OSError as error:
                self.drop()
                fault = error
                continue
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return plain
        raise fault

    def _hold(self, held: socket.socket, call: Call) -> None:
        with self._lock:
            self._socket = held
            if call.given_up:
                raise HubTimeout

    def _ask(self, ready: socket.socket, question: Question, call: Call) -> Answer:
        wire = http.client.HTTPConnection(self._host, self._port)
        wire.auto_open = 0
        wire.sock = ready
        try:
            ready.settimeout(call.left_s())
            wire.request(question.method, question.path, question.body, question.headers)
            ready.settimeout(call.left_s())
            reply = wire.getresponse()
        except _CLOSED as error:
            raise _ClosedUnasked from error
        with reply:
            answer = Answer(reply.status, _media_type(reply), _body(reply))
        if reply.will_close:
            self.drop()
        return answer


def _alive(kept: socket.socket) -> bool:
    """Tell whether a kept connection is open and silent; TLS session tickets that wait there are taken in."""
    kept.settimeout(0)
    try:
        kept.recv(1)
    except ssl.SSLWantReadError:
        return True
    except OSError:
        return False
    return False  # closed, or bytes that nobody asked for


def _media_type(reply: http.client.HTTPResponse) -> str:
    media_type, _, parameter = reply.headers.get("content-type", "").partition(";")
    if parameter.strip().lower() not in {"", "charset=utf-8"} or "content-encoding" in reply.headers:
        raise HubGarbled("content type")
    return media_type.strip().lower()


def _body(reply: http.client.HTTPResponse) -> bytes:
    """Read the whole body; one without a stated length could be cut off unnoticed and is refused."""
    length = reply.length
    if length is None and not reply.chunked:
        raise HubGarbled("no length")
    if length is not None and length > LARGEST_ANSWER:
        raise HubGarbled("too large")
    body = reply.read(LARGEST_ANSWER + 1)
    if len(body) > LARGEST_ANSWER:
        raise HubGarbled("too large")
    if length is not None and len(body) != length:
        raise HubGarbled("truncated")
    return body


def _translated(error: BaseException) -> BaseException:
    causes: list[tuple[type[BaseException] | tuple[type[BaseException], ...], Cause]] = [
        ((socket.gaierror, UnicodeError), "name"),
        (ssl.SSLCertVerificationError, "certificate"),
        ((_ClosedUnasked, *_CLOSED), "closed"),
        (ssl.SSLError, "tls"),
        (ConnectionRefusedError, "refused"),
    ]
    if isinstance(error, TimeoutError):
        return HubTimeout()
    if isinstance(error, http.client.IncompleteRead):
        return HubGarbled("truncated")
    for kind, cause in causes:
        if isinstance(error, kind):
            return HubUnreachable(cause)
    if isinstance(error, http.client.HTTPException | ValueError):
        return HubGarbled("http")
    return HubUnreachable("network") if isinstance(error, OSError) else error
