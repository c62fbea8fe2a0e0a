"""A proxy that holds both ends' trust: it reads and changes every answer on its way to the victim's clerk.

It keeps what it saw of everybody, and may give the victim an answer of the other person, of an earlier visit, doubled,
cut, changed, or under another step's name. Stands in place of `HubClient`. Not a test.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from firmware.app.hub_client import HubClient, Response
from firmware.app.hub_errors import HubTimeout

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = ("keys", "transactions", "card", "query", "order", "document")


@dataclass
class Seen:
    """The answers that passed, by whose they were and by step; `old` are of earlier visits."""

    now: dict[tuple[str, str], Response] = field(default_factory=dict)
    old: dict[str, list[Response]] = field(default_factory=dict)

    def turn_over(self) -> None:
        """Make what was seen an earlier visit's."""
        for (_, step), response in self.now.items():
            self.old.setdefault(step, []).append(response)
            del self.old[step][:-20]
        self.now.clear()


class HostileProxy:
    """Asks the real centre through `client`; on `step` gives what `change(genuine)` makes of the answer."""

    def __init__(self, client: HubClient, whose: str, seen: Seen) -> None:
        self._client = client
        self._whose = whose
        self._seen = seen
        self.step = ""
        self.change: Callable[[Response], Response] | None = None
        self.changed = False

    async def request(self, method: str, path: str, json_body: object = None, **options: Any) -> Response:
        """Ask, look, and perhaps change."""
        genuine = await self._client.request(method, path, json_body, **options)
        step = path.rsplit("/", 1)[1]
        self._seen.now[self._whose, step] = genuine
        if self.change is None or step != self.step:
            return genuine
        self.changed = True
        hostile = self.change(genuine)
        self.changed = hostile != genuine
        return hostile


def swapped(chance: random.Random, genuine: Response, step: str, seen: Seen) -> Response:
    """Give what was the other person's, or an earlier visit's, or another step's."""
    others = [seen.now[other] for other in seen.now if other[0] != "victim" and other[1] == step]
    choices = [*others * 4, *seen.old.get(step, []), *seen.now.values()]
    return chance.choice(choices)


def cut(chance: random.Random, genuine: Response) -> Response:
    """Give a part of it, or more than it."""
    body = genuine.body
    if chance.random() < 0.5:
        return replace(genuine, body=body[: chance.randrange(len(body))])
    return replace(genuine, body=body + body[: chance.randint(1, 40)])


def bits(chance: random.Random, genuine: Response) -> Response:
    """Give it with bits changed."""
    body = bytearray(genuine.body)
    for _ in range(chance.choice((1, 1, 4))):
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    return replace(genuine, body=bytes(body))


def field_of_another(chance: random.Random, genuine: Response, step: str, seen: Seen) -> Response:
    """Give it with one field of the other's answer, or with a strange one."""
    if genuine.content_type != "application/json":
        return bits(chance, genuine)
    record = json.loads(genuine.body)
    name = chance.choice(sorted(record))
    theirs = [json.loads(other.body) for (who, what), other in seen.now.items() if who != "victim" and what == step]
    record[name] = theirs[0][name] if theirs and name in theirs[0] else chance.choice((None, "", 0, "f" * 32, []))
    return replace(genuine, body=json.dumps(record).encode())


def never(_genuine: Response) -> Response:
    """Let the answer be lost on the way."""
    raise HubTimeout
