"""The inquiry site's ASGI application: a form, its upload, an answer. Works without scripts; keeps nothing.

Not responsible for TLS or sockets, nor for an inquiry itself (`inquiry.py`). Source: `docs/reference/inquiry.md`.
"""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from hub import log
from hub.inquiry.centre_line import Book, CentreDown
from hub.inquiry.inquiry import Keys, answered
from hub.inquiry.page import Answer, answer_page, form_page
from hub.inquiry.reader import Readers, ReadingFailed
from hub.inquiry.texts import language_of
from hub.inquiry.turnstile import Turnstile
from hub.inquiry.upload import Refused, Upload, taken
from hub.inquiry.verdict import Verdict

BURST, EVERY_S = 8, 10.0
WAITING_MAX = 6
_ASSETS = Path(__file__).parent / "assets"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'self'; script-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Site:
    """What the routes need; `close` ends the reading process that is kept ready."""

    def __init__(self, keys: Keys, book: Book, readers: Readers, turnstile: Turnstile) -> None:
        self._keys = keys
        self._book = book
        self.readers = readers
        self._turnstile = turnstile
        self._inside = 0

    async def form(self, request: Request) -> Response:
        """Show the form, and start a reading process for who will send it."""
        self.readers.prepare()
        return HTMLResponse(form_page(_language(request)))

    async def inquiry(self, request: Request) -> Response:
        """Take an upload and answer it."""
        language = _language(request)
        try:
            page = answer_page(language, await self._answer(request, language))
        except Refused as refused:
            log.event("inquiry_refused", why=refused.text)
            return HTMLResponse(form_page(language, refused.text), refused.status)
        return HTMLResponse(page)

    async def _answer(self, request: Request, language: str) -> Answer:
        if not self._turnstile.lets_in(request.client.host if request.client else ""):
            raise Refused("refused_too_often", 429)
        if self._inside >= WAITING_MAX:
            raise Refused("refused_busy", 503)
        self._inside += 1
        try:
            return await self._worked_on(await taken(request), language)
        finally:
            self._inside -= 1

    async def _worked_on(self, upload: Upload, language: str) -> Answer:
        async with self.readers.turns:
            try:
                async with await self.readers.take() as reader:
                    answer = await answered(upload, reader, self._keys, self._book, language)
            except ReadingFailed as error:
                log.event("reading_failed", why=str(error))
                return Answer(Verdict.UNREADABLE, "other", (), ())
            except CentreDown as error:
                raise Refused("refused_centre_down", 503) from error
        log.event("inquiry_answered", verdict=answer.verdict.value, files=len(upload.files))
        return answer

    async def close(self) -> None:
        """End the process that is ready."""
        await self.readers.close()


def make_app(keys: Keys, book: Book, readers: Readers | None = None, turnstile: Turnstile | None = None) -> Starlette:
    """Make the application; `app.state.site.close()` when done."""
    site = Site(keys, book, readers or Readers(), turnstile or Turnstile(BURST, EVERY_S, time.monotonic))
    app = Starlette(
        routes=[
            Route("/", site.form, methods=["GET"]),
            Route("/", site.inquiry, methods=["POST"]),
            Route("/style.css", _asset("style.css")),
            Route("/form.js", _asset("form.js")),
        ],
        exception_handlers={404: _not_found, 500: _failed},
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=_with_headers)],
    )
    app.state.site = site
    return app


def _asset(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(_request: Request) -> Response:
        return FileResponse(_ASSETS / name)

    return serve


async def _with_headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers.update(_HEADERS)
    return response


async def _not_found(request: Request, _error: Exception) -> Response:
    return HTMLResponse(form_page(_language(request), "refused_not_found"), 404)


async def _failed(request: Request, error: Exception) -> Response:
    log.fault("inquiry_failed", error)
    return HTMLResponse(form_page(_language(request), "refused_busy"), 500, _HEADERS)


def _language(request: Request) -> str:
    return language_of(request.query_params.get("lang"), request.headers.get("accept-language", ""))
