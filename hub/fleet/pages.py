"""The fleet's pages and what they fetch: the list as it changes (server-sent events), one kiosk, commands, figures.

Not responsible for who may come in (`hub/desk/gate.py`). The key that signs a command stays in the operator's browser.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import aiomqtt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from hub import log
from hub.desk.setting import style
from hub.fleet.figures import Figures, text_of
from hub.fleet.line import Order
from hub.fleet.signing import COMMANDS
from hub.fleet.watching import GATHER_S, Watching, rows_of

TITLE = "キオスク端末の一覧"
PAGES = Path(__file__).parent / "pages"
POLICY = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'"
)
_KEEP_S = 15.0
_LARGEST_COMMAND = 4096
_ALARM_ID = re.compile(r"[0-9a-f]{32}")
_NONCE = re.compile(r'"nonce"\s*:\s*"([0-9a-f]{32})"')


@dataclass(frozen=True, slots=True)
class FleetPages:
    """The pages over `watching`; `stops` gives what the centre has stopped."""

    watching: Watching
    stops: Callable[[], Iterable[str]]

    def app(self) -> Starlette:
        """Make the application that stands behind the gate."""
        return Starlette(
            routes=[
                Route("/", _file("fleet.html")),
                Route("/fleet.css", _file("fleet.css")),
                Route("/style.css", style),
                Route("/fleet.js", _file("fleet.js")),
                Route("/api/changes", self.changes),
                Route("/api/kiosks/{kiosk_id}", self.one),
                Route("/api/kiosks/{kiosk_id}/commands/{name}", self.command, methods=["POST"]),
                Route("/api/alarms/{alarm_id}/acknowledge", self.acknowledge, methods=["POST"]),
            ]
        )

    async def figures(self, _request: Request) -> Response:
        """Give the figures for Prometheus."""
        text = text_of(Figures(self.watching.register, self.stops))
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def changes(self, _request: Request) -> Response:
        """Send the rows of all kiosks, then of those that change, some together."""
        return StreamingResponse(self._changes(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def _changes(self) -> AsyncGenerator[str]:
        changed, awake = watcher = self.watching.watch()
        try:
            while not self.watching.closing:
                try:
                    async with asyncio.timeout(_KEEP_S):
                        await awake.wait()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                awake.clear()
                rows = rows_of(self.watching.register, changed)
                changed.clear()
                yield f"data: {rows}\n\n"
                await asyncio.sleep(GATHER_S)  # what changes together is sent together
        finally:
            self.watching.forget(watcher)

    async def one(self, request: Request) -> Response:
        """Give all that is known of a kiosk."""
        kiosk = self.watching.register.kiosks.get(request.path_params["kiosk_id"])
        if kiosk is None:
            return _problem(404, "その端末はありません。")
        history = self.watching.history
        alarms = [
            {"code": code, **body, "acknowledged": history.acknowledged(str(body.get("alarm_id", "")))}
            for code, body in sorted(kiosk.alarms.items())
        ]
        states = dict(sorted(kiosk.states.items()))
        return JSONResponse({"row": kiosk.row(), "alarms": alarms, "states": states, "events": history.of(kiosk.id)})

    async def acknowledge(self, request: Request) -> Response:
        """Note that whoever is at the desk sees to an alarm."""
        alarm_id = request.path_params["alarm_id"]
        if not _ALARM_ID.fullmatch(alarm_id):
            return _problem(422, "警報の番号が正しくありません。")
        self.watching.history.acknowledge(
            alarm_id, request.state.person, datetime.now(UTC).isoformat(timespec="seconds")
        )
        return JSONResponse({"result": "acknowledged"})

    async def command(self, request: Request) -> Response:
        """Pass on a command that was signed in the browser, and give the kiosk's answer."""
        kiosk_id, name = request.path_params["kiosk_id"], request.path_params["name"]
        payload = await request.body()
        nonce = _nonce(payload)
        if name not in COMMANDS or kiosk_id not in self.watching.register.kiosks or nonce is None:
            return _problem(422, "命令が正しくありません。")
        log.event("fleet_command", kiosk=kiosk_id, command=name, person=request.state.person)
        try:
            answer = await self.watching.pass_on(Order(kiosk_id, name, payload, nonce))
        except aiomqtt.MqttError:
            return _problem(503, "ブローカーにつながっていません。しばらくしてからもう一度お試しください。")
        if answer is None:
            return _problem(504, "端末から返事がありません。電源と通信を確かめてください。")
        return JSONResponse(answer)


def _nonce(payload: bytes) -> str | None:
    """Return the nonce of a signed command as it travels; None for what is none."""
    try:
        value: Any = json.loads(payload) if len(payload) <= _LARGEST_COMMAND else None
    except (ValueError, RecursionError):
        return None
    text = cast("dict[str, Any]", value).get("command") if isinstance(value, dict) else None
    found = _NONCE.search(text) if isinstance(text, str) else None
    return found[1] if found else None


def _file(name: str) -> Callable[[Request], Response]:
    def give(_request: Request) -> Response:
        return FileResponse(PAGES / name, headers={"cache-control": "no-cache"})

    return give


def _problem(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status)
