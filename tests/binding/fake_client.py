"""An in-memory stand-in for `HubClient`: answers come from a table, questions are kept. Not a test."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from firmware.app.hub_client import Response
from firmware.app.hub_errors import HubGarbled


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Asked:
    method: str
    path: str
    body: Any
    deadline_s: float
    idempotency_key: str | None


@dataclass
class FakeClient:
    """`answers` maps the last part of a path to a JSON value, bytes, an exception, or a function of the body."""

    answers: dict[str, Any]
    asked: list[Asked] = field(default_factory=list)

    async def request(
        self,
        method: str,
        path: str,
        json_body: Any = None,
        *,
        deadline_s: float,
        idempotency_key: str | None = None,
        accept: str = "application/json",
    ) -> Response:
        self.asked.append(Asked(method, path, json_body, deadline_s, idempotency_key))
        given = self.answers[path.split("?", 1)[0].rsplit("/", 1)[1]]
        given = given(json_body) if callable(given) else given
        if isinstance(given, BaseException):
            raise given
        body = given if isinstance(given, bytes) else json.dumps(given).encode()
        if isinstance(given, bytes) != (accept != "application/json"):
            raise HubGarbled("status or content type")
        return Response(200, accept, body)

    @property
    def steps(self) -> list[str]:
        return [asked.path.rsplit("/", 1)[1] for asked in self.asked]
