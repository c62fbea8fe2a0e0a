"""The client of the centre for kiosk and clerk: questions from asyncio, answers or `HubError`s within one deadline.

Standard library `http.client` in one worker thread, because httpx or aiohttp would cost the kiosk process 8 to 20 MiB.
Not responsible for the meaning of a body (`kiosk/hub.py`, `clerk/exchange.py`). It logs nothing: text of the centre
could carry what does not belong into a log. Source: `docs/reference/hub-protocol.md`, "Transport and identities".
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from firmware.app.daemon_thread import DaemonThread
from firmware.app.hub_errors import HubError, HubGarbled, HubRefused, HubTimeout, HubUnreachable
from firmware.app.hub_wire import LARGEST_ANSWER, Answer, Call, Question, Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = [
    "LARGEST_ANSWER",
    "HubClient",
    "HubError",
    "HubGarbled",
    "HubIdentityUnusable",
    "HubRefused",
    "HubTimeout",
    "HubUnreachable",
    "Response",
]

T = TypeVar("T")
JSON = "application/json"
_PROBLEM = "application/problem+json"


class HubIdentityUnusable(Exception):
    """A file of the identity cannot be used; names the file and the reason."""


class _Current(msgspec.Struct, frozen=True):
    state: Annotated[str, Meta(max_length=40)]
    version: Annotated[int, Meta(ge=1, le=1_000_000)]


class _Problem(msgspec.Struct, frozen=True):
    code: Annotated[str, Meta(max_length=60)]
    refusal: Annotated[str, Meta(max_length=60)] | None = None
    current: _Current | None = None


class Response(Answer):
    """A good answer: status 2xx, the content type that was asked for, and the body."""

    def read(self, kind: type[T]) -> T:
        """Return the JSON body as the structure `kind`; `HubGarbled` when it is not one. Unknown fields are ignored."""
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise HubGarbled(kind.__name__) from error


class HubClient:
    """One kept-alive connection; questions are answered one after the other.

    `ca`, `certificate` and `key` are PEM files; `HubIdentityUnusable` when one cannot be used.
    """

    def __init__(self, url: str, ca: Path, certificate: Path, key: Path) -> None:
        place = urlsplit(url)
        self._wire = Wire(place.hostname or "", place.port or 443, _Identity(ca, certificate, key).context)
        self._worker = DaemonThread("hub")

    async def warm(self, *, deadline_s: float = 10.0) -> None:
        """Open the connection ahead of the first question. Servers close idle ones: warm when a person is near."""
        await self._within(deadline_s, self._wire.open)

    async def request(
        self,
        method: str,
        path: str,
        json_body: object = None,
        *,
        deadline_s: float,
        idempotency_key: str | None = None,
        accept: str = JSON,
    ) -> Response:
        """Ask and return the answer of content type `accept`; `deadline_s` covers everything, waiting in line too.

        Cancelling the caller gives the exchange up. A POST without `idempotency_key` is never sent twice.
        Raises `HubUnreachable`, `HubTimeout`, `HubGarbled`, `HubRefused`.
        """
        headers = {"Accept": f"{accept}, {_PROBLEM}"}
        body = None
        if json_body is not None:
            headers["Content-Type"] = JSON
            body = msgspec.json.encode(json_body)
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        repeatable = method != "POST" or idempotency_key is not None
        question = Question(method, path, headers, body, repeatable)
        answer = await self._within(deadline_s, lambda call: self._wire.exchange(question, call))
        return _checked(answer, accept)

    def close(self) -> None:
        """Give up what is under way and close; the client cannot be used again. Close only when no request waits."""
        self._worker.submit(self._wire.drop)
        self._worker.end()

    async def _within(self, deadline_s: float, work: Callable[[Call], T]) -> T:
        call = Call(ends=time.monotonic() + deadline_s)
        try:
            async with asyncio.timeout(deadline_s):
                return await asyncio.wrap_future(self._worker.submit(lambda: work(call)))
        except TimeoutError:
            raise HubTimeout from None
        finally:
            self._wire.abort(call)  # of no effect when the work is done


class _Identity:
    """The files, read again when the certificate was renewed; one that cannot be used leaves the present one in use."""

    def __init__(self, ca: Path, certificate: Path, key: Path) -> None:
        self._files = ca, certificate, key
        self._seen = self._version()
        self._context = _context(*self._files)

    def context(self) -> ssl.SSLContext:
        """Return the context for a connection begun now."""
        version = self._version()
        if version != self._seen:
            self._seen = version
            with contextlib.suppress(HubIdentityUnusable):
                self._context = _context(*self._files)
        return self._context

    def _version(self) -> tuple[int, int]:
        try:
            found = self._files[1].stat()
        except OSError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns


def _context(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    for path in (ca, certificate, key):
        try:
            path.read_bytes()
        except OSError as error:
            raise HubIdentityUnusable(f"{path}: cannot be read: {error.strerror}") from error
    try:
        context.load_verify_locations(ca)
    except ssl.SSLError as error:
        raise HubIdentityUnusable(f"{ca}: is not a PEM certificate: {error.reason}") from error
    try:
        context.load_cert_chain(certificate, key)
    except ssl.SSLError as error:
        raise HubIdentityUnusable(f"{certificate} and {key}: do not make a pair: {error.reason}") from error
    return context


def _checked(answer: Answer, accept: str) -> Response:
    response = Response(answer.status, answer.content_type, answer.body)
    if answer.status >= 400:  # noqa: PLR2004 - HTTP's own border
        if answer.content_type != _PROBLEM:
            raise HubGarbled("error without problem details")
        problem = response.read(_Problem)
        current = problem.current and (problem.current.state, problem.current.version)
        raise HubRefused(answer.status, problem.code, problem.refusal, current)
    if answer.status not in (200, 201) or answer.content_type != accept:
        raise HubGarbled("status or content type")
    return response
