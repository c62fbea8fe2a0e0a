"""A hostile clerk reaches hub, card service, screen and printer, and nothing else; without walls there is no service.

The attempts are made by a process inside the walls (`from_inside.py`), on this machine's own kernel. One that lacks
Landlock or seccomp must refuse to serve: then that is what these tests see, and say.
"""

from __future__ import annotations

import json
import os
import pty
import re
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from firmware.app.clerk import sandbox, system_calls
from firmware.app.clerk.sandbox import Needs, SandboxUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
REFUSED = {"EPERM", "EACCES"}
NEEDS = Needs(files=(), devices=(), ports=(443,), names=False, speech=False)


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Give what a clerk may and may not reach: keys, a journal, a printer's device, servers that listen."""
    folder = tmp_path_factory.mktemp("walls")
    (folder / "state").mkdir()
    for name in ("state/journal", "kiosk.key", "clerk.key"):
        (folder / name).write_bytes(b"secret")
    master, device = pty.openpty()
    abstract, card = secrets.token_hex(8), f"{folder}/card"
    lines = [socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))]
    for where in ("\0" + abstract, card):
        line = socket.socket(socket.AF_UNIX)
        line.bind(where)
        line.listen()
        lines.append(line)
    yield {
        "state": f"{folder}/state",
        "kiosk_key": f"{folder}/kiosk.key",
        "own_key": f"{folder}/clerk.key",
        "device": os.ttyname(device),
        "hub_port": lines[0].getsockname()[1],
        "other_port": lines[1].getsockname()[1],
        "abstract": abstract,
        "card_socket": card,
        "parent": os.getpid(),
        "names": False,
    }
    for line in lines:
        line.close()
    os.close(master)
    os.close(device)


def tried(told: dict[str, Any]) -> tuple[dict[str, dict[str, str]], str]:
    """Run the attempts; returns their outcomes, and the process's status as the kernel tells it meanwhile."""
    command = [sys.executable, "-m", "tests.attack.from_inside", json.dumps(told)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        status = Path(f"/proc/{process.pid}/status").read_text()
        process.communicate("")
    assert line, "the process inside the walls ended early"
    return json.loads(line), status


def refuses_to_serve() -> bool:
    """Tell whether this kernel lacks a wall, and then prove that a clerk which requires it does not serve."""
    if not sandbox.missing():
        return False
    with pytest.raises(SandboxUnavailable, match="lacks"):
        sandbox.confine(NEEDS, required=True)
    return True


def test_a_hostile_clerk_is_refused_everything_and_a_working_one_nothing(surroundings: dict[str, Any]) -> None:
    if refuses_to_serve():
        return
    told, status = tried(surroundings)
    assert {what for what, came in told["needed"].items() if came != "done"} == set()
    expected = {"use io_uring": {"EPERM", "ENOSYS"}, "take the screen's input": REFUSED | {"ENOENT"}}
    for where in ("forbidden", "in a thread"):
        wrong = {what: came for what, came in told[where].items() if came not in expected.get(what, REFUSED)}
        assert wrong == {}, where
    assert len(told["forbidden"]) > len(told["in a thread"]) > 40
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
    assert re.search(r"^Seccomp:\s+2$", status, re.MULTILINE)
    assert (Path(surroundings["state"]) / "journal").read_bytes() == b"secret"
    assert [each.name for each in Path(surroundings["state"]).iterdir()] == ["journal"]


def test_datagrams_are_there_only_where_the_hubs_name_must_be_looked_up(surroundings: dict[str, Any]) -> None:
    if refuses_to_serve():
        return
    assert tried(surroundings)[0]["forbidden"]["look up a name"] == "EPERM"
    told, _ = tried(surroundings | {"names": True})
    assert told["forbidden"].pop("look up a name") == "done"
    assert "done" not in told["forbidden"].values()


@pytest.mark.parametrize(("abi", "filters"), [(0, True), (3, True), (5, True), (7, False)])
def test_a_kernel_that_lacks_a_wall_does_not_serve(monkeypatch: pytest.MonkeyPatch, abi: int, filters: bool) -> None:  # noqa: FBT001
    monkeypatch.setattr(sandbox, "_abi", lambda: abi)
    monkeypatch.setattr(system_calls, "available", lambda: filters)
    with pytest.raises(SandboxUnavailable, match=r'lacks .*clerk\.sandbox = "available"'):
        sandbox.confine(NEEDS, required=True)


def test_walls_that_do_not_hold_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here nothing was put up, so the first forbidden thing succeeds."""
    with pytest.raises(SandboxUnavailable, match="was not refused"):
        sandbox._feel()


def test_a_thread_that_runs_already_is_not_forgotten_outside_the_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "missing", lambda: "")
    monkeypatch.setattr(os, "listdir", lambda _path: ["1", "2"])
    with pytest.raises(SandboxUnavailable, match="thread"):
        sandbox.confine(NEEDS, required=True)
