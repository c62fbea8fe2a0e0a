"""The site on a port of its own with a book that a test writes. Not a test."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from hub.inquiry.app import make_app
from hub.inquiry.centre_line import CentreDown, Standing
from hub.inquiry.inquiry import Keys
from hub.inquiry.reader import Readers
from hub.inquiry.turnstile import Turnstile
from hub.scramble.key import load_panel_keys
from hub.signed_code.verdict import centre_keys
from hub.web.server import Listener
from tests.inquiry.paper import Paper

NAME = {"ja": "古賀市", "en": "Koga City"}


@dataclass
class FakeBook:
    """What the centre would say of one document."""

    paper: Paper
    state: str = "taken"
    down: bool = False
    checks: list = field(default_factory=list)

    async def check(self, document_id):
        if self.down:
            raise CentreDown("down")
        if document_id != self.paper.document_id:
            return None
        self.checks.append(document_id)
        number = len(self.checks)
        return Standing(
            document_id, "402231", "resident_record", 1_790_000_000, 1, self.state, number, self.paper.layers, NAME
        )


@dataclass
class RunningSite:
    url: str
    http: httpx.AsyncClient
    book: FakeBook

    async def send(self, back=(), front=(), number="", language="en"):
        files = [("back", (f"b{at}", data)) for at, data in enumerate(back)]
        files += [("front", (f"f{at}", data)) for at, data in enumerate(front)]
        return await self.http.post(f"/?lang={language}", files=files, data={"number": number})


@asynccontextmanager
async def running_site(data, paper, turnstile=None):
    keys = Keys(load_panel_keys(data / "pki"), centre_keys(data / "pki"))
    book = FakeBook(paper)
    app = make_app(keys, book, Readers(), turnstile or Turnstile(1000, 0.01, lambda: 0.0))
    listener = Listener(app, "127.0.0.1", 0)
    await listener.start()
    url = f"http://127.0.0.1:{listener.port}"
    try:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=110) as http:
            yield RunningSite(url, http, book)
    finally:
        await listener.stop()
        await app.state.site.close()
