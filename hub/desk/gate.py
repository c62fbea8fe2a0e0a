"""The door of a desk: loopback names only, a session after a person's token, no request from another site.

Wraps the desk's pages (ASGI); behind it `request.state.person` is the name of whoever asks. Sessions live in memory and
end with the process, after eight hours, or when the person is removed. Not responsible for what a person may do.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub import log
from hub.desk.people import people_at, person_with
from hub.desk.setting import form_of, page

SESSION_S = 8 * 3600
COOKIE = "desk"
_PAGES_ALONE = b"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_HEADERS = (
    (b"referrer-policy", b"same-origin"),  # with `no-referrer` a browser would hide its origin from the check below
    (b"x-content-type-options", b"nosniff"),
)


@dataclass(frozen=True, slots=True)
class _Session:
    person: str
    ends_at: float


class Gate:
    """Lets named people in; `title` is what the desk is called, `port` is known when it listens."""

    def __init__(
        self,
        app: ASGIApp,
        data: Path,
        desk: str,
        title: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        policy: bytes = _PAGES_ALONE,
    ) -> None:
        self._app = app
        self._data = data
        self._desk = desk
        self._title = title
        self._clock = clock
        self._sessions: dict[str, _Session] = {}
        self._headers = ((b"content-security-policy", policy), *_HEADERS)
        self.port = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._headers]
            await send(message)

        response = await self._answer(request)
        await (self._app if response is None else response)(scope, receive, guarded)

    async def _answer(self, request: Request) -> Response | None:
        """Return an answer of the door's own; None lets the request in."""
        host = request.headers.get("host", "")
        if host not in {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}:
            return page("refused.html", 421, title=self._title, told="この画面は 127.0.0.1 でだけ開けます。")
        if request.method == "POST" and request.headers.get("origin") != f"http://{host}":
            return page("refused.html", 403, title=self._title, told="ほかの画面からの操作は受け付けません。")
        if request.url.path == "/style.css":
            return None
        if request.url.path == "/login":
            return await self._login(request)
        session = self._sessions.get(request.cookies.get(COOKIE, ""))
        if session is None or not self._valid(session):
            return RedirectResponse("/login", 303)
        if request.url.path == "/logout" and request.method == "POST":
            self._sessions.pop(request.cookies[COOKIE])
            return RedirectResponse("/login", 303)
        request.state.person = session.person
        return None

    async def _login(self, request: Request) -> Response:
        if request.method != "POST":
            return page("login.html", title=self._title, wrong=False)
        person = person_with(self._data, self._desk, (await form_of(request)).get("token", ""))
        log.event("desk_login", desk=self._desk, accepted=person is not None)
        if person is None:
            return page("login.html", 403, title=self._title, wrong=True)
        name = secrets.token_urlsafe(32)
        self._sessions = {key: it for key, it in self._sessions.items() if self._valid(it)}
        self._sessions[name] = _Session(person, self._clock() + SESSION_S)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, name, httponly=True, samesite="strict", max_age=SESSION_S)
        return answer

    def _valid(self, session: _Session) -> bool:
        return self._clock() < session.ends_at and session.person in people_at(self._data, self._desk)
