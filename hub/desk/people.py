"""Who may sit at which desk: a name and the digest of a token for each person, in DIR/desks.json (mode 0600).

A token is shown once, when it is made; it is 256 random bits, so that a plain digest is enough. Not responsible for
sessions (`gate.py`). Why tokens: `docs/decisions/0016-desks-with-tokens.md`.
"""

import hmac
import json
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

NAME_MAX = 60

_People = dict[str, dict[str, str]]


def add_person(data: Path, desk: str, name: str) -> str:
    """Let somebody sit at a desk; returns the token, which is kept nowhere. Raises ValueError for a bad name."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_MAX or not name.isprintable():
        raise ValueError(f"a name has 1 to {NAME_MAX} printable characters")
    people = _read(data)
    if name in people.get(desk, {}):
        raise ValueError(f"{name} sits at desk {desk} already; remove the name first to make a new token")
    token = secrets.token_urlsafe(32)
    people.setdefault(desk, {})[name] = _digest(token)
    _write(data, people)
    return token


def remove_person(data: Path, desk: str, name: str) -> None:
    """Take a person from a desk, also out of sessions that are open. Raises ValueError if there is none."""
    people, name = _read(data), " ".join(name.split())
    if people.get(desk, {}).pop(name, None) is None:
        raise ValueError(
            f"nobody called {name} sits at desk {desk}; there are: {', '.join(people.get(desk, {})) or 'none'}"
        )
    _write(data, people)


def people_at(data: Path, desk: str) -> Mapping[str, str]:
    """Return names and digests of tokens."""
    return _read(data).get(desk, {})


def person_with(data: Path, desk: str, token: str) -> str | None:
    """Return whose token it is."""
    digest = _digest(token)
    return next((name for name, kept in people_at(data, desk).items() if hmac.compare_digest(kept, digest)), None)


def _digest(token: str) -> str:
    return sha256(token.strip().encode()).hexdigest()


def _read(data: Path) -> _People:
    path = data / "desks.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _write(data: Path, people: _People) -> None:
    path = data / "desks.json"
    beside = path.with_suffix(".part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(people, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
