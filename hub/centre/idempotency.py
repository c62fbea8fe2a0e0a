"""Idempotency keys of POST requests: the same key and body get the same answer, also while the first is under way.

Whichever process of the centre a retry reaches. Answers with nothing personal are kept for a day in the database; those
about a card, a query or an order for minutes, encrypted, where sessions are held (`held.py`). Answers of 500 and above
are not kept: such a request may be tried again. Not responsible for PUT, which has versions.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

import cbor2
from sqlalchemy import Engine, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.centre.held import HeldAnswer, Processes
from hub.centre.records import KeptAnswer
from hub.centre.sessions import sealed_for, unsealed
from hub.clock import Clock
from hub.database import not_awaited, reading, writing
from hub.web.peer import peer_of
from hub.web.problem import Problem

KEPT_FOR = timedelta(hours=24)
HELD_FOR = timedelta(seconds=120)
UNDER_WAY_MAX = 10_000
WAIT_S = 30.0
LOOK_EVERY_S = 0.05
LEFT_OVER = "kiosk.left_over"  # in a request's scope: a process died while it worked on the very same request
_KEY = re.compile(r"[0-9a-f]{32}")
_HELD_ONLY = ("/card", "/order", "/query")
_SUCCESS = range(200, 300)
_SERVER_ERROR = 500
_THIS = (HeldAnswer.who == bindparam("asker"), HeldAnswer.key == bindparam("named"))
_OF = HeldAnswer.process == bindparam("worker")
_FIND = select(HeldAnswer.digest, HeldAnswer.process, HeldAnswer.status, HeldAnswer.sealed).where(*_THIS)
_HOLD = update(HeldAnswer).where(*_THIS, _OF).values(status=bindparam("code"), sealed=bindparam("answer"))
_DROP = delete(HeldAnswer).where(*_THIS, _OF, HeldAnswer.status.is_(None))
_KEPT = select(KeptAnswer.digest, KeptAnswer.status, KeptAnswer.body).where(
    KeptAnswer.who == bindparam("asker"), KeptAnswer.key == bindparam("named")
)


@dataclass(slots=True)
class _Answer:
    """What the application sent."""

    status: int = 0
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as it is told apart from others."""

    who: str
    key: str
    digest: bytes
    body: bytes

    @property
    def name(self) -> tuple[str, str]:
        return self.who, self.key

    @property
    def wanted(self) -> dict[str, Any]:
        """Parameters of the statements that find it."""
        return {"asker": self.who, "named": self.key}


class Idempotency:
    """ASGI layer around the application; expects whole bodies (`Limits`)."""

    def __init__(
        self, app: ASGIApp, records: Engine, held: Engine, processes: Processes, *, secret: bytes, clock: Clock
    ) -> None:
        self._app = app
        self._records = records
        self._held = held
        self._processes = processes
        self._secret = secret
        self._clock = clock
        self._under_way: OrderedDict[tuple[str, str], tuple[bytes, asyncio.Task[_Answer]]] = OrderedDict()

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
        digest = sha256(request.url.path.encode() + b"\0" + body).digest()
        asked = _Asked(peer_of(scope).common_name, key, digest, body)
        await _send(await self._answer(scope, asked), send)

    def purge(self) -> None:
        """Forget answers of yesterday; call now and then."""
        kept_s = int((self._clock() - KEPT_FOR).timestamp())
        with not_awaited(self._records) as connection:
            connection.execute(delete(KeptAnswer).where(KeptAnswer.kept_at_s < kept_s))

    def drop_held(self) -> None:
        """Forget answers that are held for minutes; call every few seconds."""
        held_s = int((self._clock() - HELD_FOR).timestamp())
        with writing(self._held) as connection:
            connection.execute(delete(HeldAnswer).where(HeldAnswer.began_at_s < held_s))

    async def _answer(self, scope: Scope, asked: _Asked) -> _Answer:
        known = self._under_way.get(asked.name)
        if known is None:
            if len(self._under_way) >= UNDER_WAY_MAX:
                raise Problem("busy", "as many requests are under way as the centre takes; try again soon")
            task = asyncio.ensure_future(self._once(scope, asked))
            self._under_way[asked.name] = (asked.digest, task)
            task.add_done_callback(lambda _: self._under_way.pop(asked.name, None))
        else:
            if known[0] != asked.digest:
                raise _conflict()
            task = known[1]
        return await asyncio.shield(task)

    async def _once(self, scope: Scope, asked: _Asked) -> _Answer:
        """Answer from what is kept, wait for another process that works on it, or do the work."""
        kept = None if _held_only(scope) else self._kept(asked)
        if kept is not None:
            return kept
        left_over = False
        ends = asyncio.get_running_loop().time() + WAIT_S
        while not self._claim(asked):
            found = self._found(asked)
            if isinstance(found, _Answer):
                return found
            if found is not None and found not in self._processes.alive():
                left_over = True
                self._drop(asked, found)
            elif asyncio.get_running_loop().time() > ends:
                raise Problem("busy", "the same request is still under way; try again")
            else:
                await asyncio.sleep(LOOK_EVERY_S)
        scope[LEFT_OVER] = left_over
        return await self._run(scope, asked)

    async def _run(self, scope: Scope, asked: _Asked) -> _Answer:
        answer = _Answer()

        async def receive() -> Message:
            return {"type": "http.request", "body": asked.body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            else:
                answer.body += message.get("body", b"")

        try:
            await self._app(scope, receive, send)
        except BaseException:
            self._drop(asked, self._processes.own)
            raise
        if answer.status >= _SERVER_ERROR:
            self._drop(asked, self._processes.own)
        else:
            if answer.status in _SUCCESS and not _held_only(scope):
                self._keep(asked, answer)
            self._hold(asked, answer)
        return answer

    def _claim(self, asked: _Asked) -> bool:
        """Take the request for this process; False if one has it."""
        row = {
            "who": asked.who,
            "key": asked.key,
            "digest": asked.digest,
            "process": self._processes.own,
            "status": None,
            "sealed": None,
            "began_at_s": int(self._clock().timestamp()),
        }
        try:
            with writing(self._held) as connection:
                connection.execute(insert(HeldAnswer), row)
        except IntegrityError:
            return False
        return True

    def _found(self, asked: _Asked) -> _Answer | str | None:
        """Return the answer that is held, or the process that works on it; None if it was dropped just now."""
        with reading(self._held) as connection:
            row = connection.execute(_FIND, asked.wanted).one_or_none()
        if row is None:
            return None
        if row.digest != asked.digest:
            raise _conflict()
        if row.status is None or row.sealed is None:
            return row.process
        headers, body = cbor2.loads(unsealed(self._secret, row.sealed, "/".join(asked.name)))
        return _Answer(row.status, [tuple(each) for each in headers], bytearray(body))

    def _hold(self, asked: _Asked, answer: _Answer) -> None:
        sealed = sealed_for(self._secret, cbor2.dumps([answer.headers, bytes(answer.body)]), "/".join(asked.name))
        now = {"worker": self._processes.own, "code": answer.status, "answer": sealed}
        with writing(self._held) as connection:
            connection.execute(_HOLD, asked.wanted | now)

    def _drop(self, asked: _Asked, process: str) -> None:
        with writing(self._held) as connection:
            connection.execute(_DROP, asked.wanted | {"worker": process})

    def _kept(self, asked: _Asked) -> _Answer | None:
        with reading(self._records) as connection:
            row = connection.execute(_KEPT, asked.wanted).one_or_none()
        if row is None:
            return None
        if row.digest != asked.digest:
            raise _conflict()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(row.body)).encode())]
        return _Answer(row.status, headers, bytearray(row.body))

    def _keep(self, asked: _Asked, answer: _Answer) -> None:
        kept = {
            "who": asked.who,
            "key": asked.key,
            "digest": asked.digest,
            "status": answer.status,
            "body": bytes(answer.body),
            "kept_at_s": int(self._clock().timestamp()),
        }
        with not_awaited(self._records) as connection:
            connection.execute(insert(KeptAnswer), kept)


def _held_only(scope: Scope) -> bool:
    return str(scope["path"]).endswith(_HELD_ONLY)


def _conflict() -> Problem:
    return Problem("idempotency-conflict", "this idempotency key was used with another request; make a new one")


async def _send(answer: _Answer, send: Send) -> None:
    headers = [*answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": bytes(answer.body)})
