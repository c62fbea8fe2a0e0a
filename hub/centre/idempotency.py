"""Retries of POST: the same key and body from the same asker get the same answer, even while the first is under way.

Answers are kept in memory; those that say nothing about a person (not `card`, `order`, `query`) also on disk, for a
retry after a restart. Answers of 500 and above are not kept: such a request may be tried again.
Not responsible for PUT, which has versions.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.centre.records import KeptAnswer
from hub.clock import Clock
from hub.web.peer import peer_of
from hub.web.problem import Problem

KEPT_FOR = timedelta(hours=24)
KEPT_MAX = 10_000
_KEY = re.compile(r"[0-9a-f]{32}")
_MEMORY_ONLY = ("/card", "/order", "/query")
_SUCCESS = range(200, 300)
_SERVER_ERROR = 500


@dataclass(slots=True)
class _Answer:
    """What the application sent."""

    status: int = 0
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytearray = field(default_factory=bytearray)


class Idempotency:
    """ASGI layer around the application; expects whole bodies (`Limits`)."""

    def __init__(self, app: ASGIApp, engine: Engine, clock: Clock) -> None:
        self._app = app
        self._engine = engine
        self._clock = clock
        self._answers: OrderedDict[tuple[str, str], tuple[bytes, asyncio.Task[_Answer]]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await request.body()
        key = request.headers.get("idempotency-key", "")
        if not _KEY.fullmatch(key):
            raise Problem("bad-request", "every POST takes the header Idempotency-Key: 32 lower-case hex digits")
        who = peer_of(scope).common_name
        digest = sha256(request.url.path.encode() + b"\0" + body).digest()
        await _send(await self._answer(scope, who, key, digest, body), send)

    def purge(self) -> None:
        """Forget old answers; call now and then."""
        limit_s = int((self._clock() - KEPT_FOR).timestamp())
        with Session(self._engine) as session, session.begin():
            session.execute(delete(KeptAnswer).where(KeptAnswer.kept_at_s < limit_s))

    async def _answer(self, scope: Scope, who: str, key: str, digest: bytes, body: bytes) -> _Answer:
        known = self._answers.get((who, key))
        if known is None:
            kept = None if _memory_only(scope) else self._kept(who, key, digest)
            if kept is not None:
                return kept
            task = asyncio.ensure_future(self._run(scope, who, key, digest, body))
            self._answers[who, key] = (digest, task)
            while len(self._answers) > KEPT_MAX:
                self._answers.popitem(last=False)
        else:
            if known[0] != digest:
                raise _conflict()
            task = known[1]
        return await asyncio.shield(task)

    async def _run(self, scope: Scope, who: str, key: str, digest: bytes, body: bytes) -> _Answer:
        answer = _Answer()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            else:
                answer.body += message.get("body", b"")

        try:
            await self._app(scope, receive, send)
        except BaseException:
            self._answers.pop((who, key), None)
            raise
        if answer.status >= _SERVER_ERROR:
            self._answers.pop((who, key), None)
        elif answer.status in _SUCCESS and not _memory_only(scope):
            self._keep(who, key, digest, answer)
        return answer

    def _kept(self, who: str, key: str, digest: bytes) -> _Answer | None:
        with Session(self._engine) as session:
            row = session.get(KeptAnswer, (who, key))
            if row is None:
                return None
            if row.digest != digest:
                raise _conflict()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(row.body)).encode())]
            return _Answer(row.status, headers, bytearray(row.body))

    def _keep(self, who: str, key: str, digest: bytes, answer: _Answer) -> None:
        kept = KeptAnswer(
            who=who,
            key=key,
            digest=digest,
            status=answer.status,
            body=bytes(answer.body),
            kept_at_s=int(self._clock().timestamp()),
        )
        with Session(self._engine) as session, session.begin():
            session.add(kept)


def _memory_only(scope: Scope) -> bool:
    return str(scope["path"]).endswith(_MEMORY_ONLY)


def _conflict() -> Problem:
    return Problem("idempotency-conflict", "this idempotency key was used with another request; make a new one")


async def _send(answer: _Answer, send: Send) -> None:
    headers = [*answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": bytes(answer.body)})
