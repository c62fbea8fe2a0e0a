"""An update that was asked for: the real line, with a stand-in only for the program `kiosk-update` that it runs."""

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest
from contract import faults
from mosquitto_subscriber import becomes_true

from firmware.app.kiosk.clear_command import Refused
from firmware.app.kiosk.telemetry import Head
from firmware.app.kiosk.update import FILE, NotAvailable, Place, Update
from firmware.drivers.updater import Updater

pytestmark = pytest.mark.anyio
DEPLOY = Path("deploy/update").absolute()
BUNDLE, NONCE = "kiosk-2.raucb", "a" * 32
SOURCE = "http://updates.example/kiosk/"
STAND_IN = """#!/bin/sh
echo "$*" >>"$ASKED"
if [ -e "$ASKED.$1" ]; then . "$ASKED.$1"; fi
if [ "$1" = install ]; then
    echo installing
    for done in 0 5 20 40 41 60 80 99 100; do echo "$(printf %3d $done)% Copying image"; done
    echo "Installing succeeded"
fi
"""


class Machine:
    """A machine with the line and the stand-in; `says(word, script)` is what the stand-in does first."""

    def __init__(self, folder: Path) -> None:
        self.path, self._asked = folder / "line.sock", folder / "asked"
        program = folder / "kiosk-update"
        program.write_text(STAND_IN, encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self._environment = {
            "ASKED": str(self._asked), "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(DEPLOY),
        }  # fmt: skip
        self._process = None

    async def start(self) -> None:
        """Have the service manager's own tool listen, as the unit of the socket does."""
        given = [word for name in self._environment for word in ("-E", name)]
        command = [sys.executable, "-m", "kiosk_update", "listen"]
        self._process = await asyncio.create_subprocess_exec(
            "systemd-socket-activate", "--accept", "--inetd", "-l", str(self.path), *given, *command,
            env=self._environment, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await becomes_true(self.path.exists)

    async def stop(self) -> None:
        if self._process:
            self._process.terminate()
            await self._process.wait()

    def says(self, word: str, script: str) -> None:
        Path(f"{self._asked}.{word}").write_text(script, encoding="utf-8")

    @property
    def asked(self) -> list[str]:
        return self._asked.read_text(encoding="utf-8").splitlines() if self._asked.exists() else []


class Asked:
    """The update of a kiosk, with what it told and how it held the kiosk."""

    def __init__(self, line, folder: Path, source: str = SOURCE) -> None:
        self.told, self.held = [], []
        self._head = Head()
        self.update = Update(Place(source, line, folder), self.held.append, self._tell)
        self.update.state("in_service")
        self._running = asyncio.create_task(self.update.run())

    def _tell(self, body) -> None:
        self.told.append(body)
        assert faults("kiosk/v1/kiosk-0001/event/update", self._head.event("update", body).payload) == []

    @property
    def phases(self) -> list[str]:
        return [body["phase"] for body in self.told]

    async def close(self) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)


@pytest.fixture
async def machine(tmp_path):
    made = Machine(tmp_path)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def make_asked(tmp_path):
    """Make kiosks on that machine; all are closed after the test."""
    made = []

    def make(path: Path, source: str = SOURCE) -> Asked:
        made.append(Asked(Updater(path).line, tmp_path, source))
        return made[-1]

    yield make
    for asked in made:
        await asked.close()


async def test_it_is_installed_while_the_kiosk_serves_and_restarted_into_when_nobody_is_there(machine, make_asked):
    asked = make_asked(machine.path)
    asked.update.state("serving")
    await asked.update.begin(BUNDLE, NONCE)
    await becomes_true(lambda: asked.held == [True])
    assert machine.asked == [f"install {SOURCE}{BUNDLE}"]
    assert [(body["phase"], body["percent"]) for body in asked.told] == [
        *(("installing", percent) for percent in (0, 20, 40, 60, 80)),
        ("installed", 100),
    ]
    asked.update.state("awaiting_pickup")
    asked.update.state("in_service")
    assert machine.asked == [f"install {SOURCE}{BUNDLE}"]
    asked.update.state("out_of_service")
    await becomes_true(lambda: asked.phases[-1] == "restarting")
    assert machine.asked[1:] == ["restart"]
    assert asked.held == [True]
    assert {(body["bundle"], body["nonce"]) for body in asked.told} == {(BUNDLE, NONCE)}


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        (("install", "echo 'the kiosk is serving: try again'; exit 75"), "the kiosk is serving: try again"),
        (("install", "echo 'signature verification failed'; exit 1"), "signature verification failed"),
        (("install", "exit 1"), "exit status 1"),
        (("install", "kill -9 $PPID; exit 1"), "the updater was lost: journalctl -u 'kiosk-update@*' on the kiosk"),
        (("restart", "echo 'nothing is installed'; exit 64"), "nothing is installed"),
    ],
    ids=["refused", "not-signed", "without-a-word", "line-lost", "no-restart"],
)
async def test_what_goes_wrong_is_told_and_the_kiosk_serves_on(machine, make_asked, wrong, detail, tmp_path):
    machine.says(*wrong)
    asked = make_asked(machine.path)
    asked.update.state("out_of_service")
    await asked.update.begin(BUNDLE, NONCE)
    await becomes_true(lambda: asked.phases[-1:] == ["failed"])
    assert asked.told[-1]["detail"] == detail
    await becomes_true(lambda: asked.held in ([], [True, False]))
    assert not (tmp_path / FILE).exists()


async def test_a_restart_that_is_refused_is_asked_for_again(machine, make_asked, monkeypatch):
    monkeypatch.setattr("firmware.app.kiosk.update.AGAIN_S", 0.01)
    machine.says("restart", '[ "$(grep -c restart "$ASKED")" -ge 3 ] || { echo somebody is there; exit 75; }')
    asked = make_asked(machine.path)
    asked.update.state("out_of_service")
    await asked.update.begin(BUNDLE, NONCE)
    await becomes_true(lambda: asked.phases[-1:] == ["restarting"])
    assert machine.asked.count("restart") == 3


async def test_one_at_a_time(machine, make_asked):
    machine.says("install", 'read -r _ <"$ASKED.go"')
    os.mkfifo(f"{machine._asked}.go")
    asked = make_asked(machine.path)
    await asked.update.begin(BUNDLE, NONCE)
    with pytest.raises(Refused) as refused:
        await asked.update.begin("kiosk-3.raucb", "b" * 32)
    assert refused.value.code == "updating"
    await asyncio.to_thread(Path(f"{machine._asked}.go").write_text, "go\n")
    await becomes_true(lambda: asked.phases[-1] == "installed")


async def test_without_source_or_updater_the_remedy_is_named(make_asked, tmp_path):
    with pytest.raises(NotAvailable, match=r"update\.source of kiosk\.toml is empty"):
        await make_asked(tmp_path / "none.sock", source="").update.begin(BUNDLE, NONCE)
    asked = make_asked(tmp_path / "none.sock")
    for _ in range(2):  # the first try leaves nothing behind
        with pytest.raises(NotAvailable, match="no updater on this machine"):
            await asked.update.begin(BUNDLE, NONCE)


async def test_a_kiosk_that_dies_does_not_stop_what_is_being_written(machine, make_asked):
    machine.says("install", 'read -r _ <"$ASKED.go"; trap \'echo "written" >>"$ASKED"\' EXIT')
    os.mkfifo(f"{machine._asked}.go")
    asked = make_asked(machine.path)
    await asked.update.begin(BUNDLE, NONCE)
    await becomes_true(lambda: machine.asked)
    await asked.close()
    await asyncio.to_thread(Path(f"{machine._asked}.go").write_text, "go\n")
    await becomes_true(lambda: machine.asked[-1] == "written")


async def test_a_line_that_ends_as_the_machine_goes_down_does_not_end_the_update(machine, make_asked, tmp_path):
    machine.says("restart", "kill -9 $PPID")
    asked = make_asked(machine.path)
    asked.update.state("out_of_service")
    await asked.update.begin(BUNDLE, NONCE)
    await becomes_true(lambda: asked.phases[-1:] == ["restarting"])
    assert (tmp_path / FILE).exists()
    assert asked.held == [True]


async def test_a_restart_that_does_not_come_is_told(machine, make_asked, monkeypatch):
    monkeypatch.setattr("firmware.app.kiosk.update.RESTART_S", 0.05)
    asked = make_asked(machine.path)
    asked.update.state("out_of_service")
    await asked.update.begin(BUNDLE, NONCE)
    await becomes_true(lambda: asked.phases[-2:] == ["restarting", "failed"])
    assert asked.told[-1]["detail"] == "the restart was asked for and did not come"
    await becomes_true(lambda: asked.held == [True, False])


@pytest.fixture
async def answering(tmp_path):
    """Give a socket behind which one hears each of `answers` in turn, the last for ever."""
    path, heard, answers = tmp_path / "outcome.sock", [], []

    async def talk(reader, writer):
        heard.append(await reader.readline())
        if answer := answers[0] if len(answers) == 1 else answers.pop(0):
            writer.write(f"{answer}\n".encode())
            await writer.drain()
            await reader.read()
        writer.close()

    async with await asyncio.start_unix_server(talk, path):
        yield path, heard, answers


@pytest.mark.parametrize(
    ("answer", "phase"), [("good", "good"), ("returned", "returned"), ("failed not tried", "failed")]
)
async def test_after_the_restart_it_is_told_what_became_of_it(answering, make_asked, tmp_path, answer, phase):
    path, heard, answers = answering
    answers.append(answer)
    (tmp_path / FILE).write_text(f'{{"bundle":"{BUNDLE}","nonce":"{NONCE}"}}', encoding="utf-8")
    asked = make_asked(path)
    await becomes_true(lambda: asked.told)
    assert heard == [b"outcome\n"]
    assert [(body["phase"], body["bundle"], body["nonce"]) for body in asked.told] == [(phase, BUNDLE, NONCE)]
    await becomes_true(lambda: not (tmp_path / FILE).exists())


async def test_an_outcome_that_is_not_known_yet_is_asked_for_again(answering, make_asked, tmp_path, monkeypatch):
    monkeypatch.setattr("firmware.app.kiosk.update.AGAIN_S", 0.01)
    path, heard, answers = answering
    answers += ["", "", "returned"]
    (tmp_path / FILE).write_text(f'{{"bundle":"{BUNDLE}","nonce":"{NONCE}"}}', encoding="utf-8")
    asked = make_asked(path)
    await becomes_true(lambda: asked.phases == ["returned"])
    assert len(heard) == 3


async def test_a_record_that_cannot_be_read_does_not_stop_the_kiosk(make_asked, tmp_path):
    (tmp_path / FILE).write_text("\0", encoding="utf-8")
    asked = make_asked(tmp_path / "none.sock")
    await becomes_true(lambda: asked.phases == ["failed"])
