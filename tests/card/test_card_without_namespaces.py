"""Where namespaces are refused (containers, chroots, Ubuntu's users) the card works in the open, or says why not."""

import os
import stat
from pathlib import Path

import pytest
from card_watched import Watched

from firmware.app.clerk.jpki import Authenticated, authenticate
from firmware.devices import CardInserted, CardRemoved, ReaderOffline, ReaderOnline
from firmware.drivers.card_reader import CardReader
from sim_hw.card import namespaces
from sim_hw.card.session import CardSession, CardSessionError

pytestmark = pytest.mark.anyio
REFUSED = "unshare: unshare failed: Operation not permitted"


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of programs that are found first; unshare in it refuses as it does in a container."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    add_program(folder, "unshare", f"echo '{REFUSED}' >&2; exit 1")
    return folder


def add_program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def running(pids: tuple[int, ...]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def sockets_in(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if stat.S_ISSOCK(file.lstat().st_mode) or file.is_symlink()]


async def test_the_card_signs_and_the_bench_is_told_that_it_is_in_the_open(
    bench: CardSession, watch: Watched, hanako: Path,
) -> None:  # fmt: skip
    await bench.insert(hanako)
    await watch.until(CardInserted)
    signed = await authenticate(CardReader(apdu_timeout_s=3.0), bytearray(b"1234"), lambda: b"asked")
    assert isinstance(signed, Authenticated)
    assert signed.certificate_der == (hanako / "auth_cert.der").read_bytes()
    assert REFUSED in bench.note


async def test_pcscd_may_die_and_come_back_there_too(bench: CardSession, watch: Watched, hanako: Path) -> None:
    await bench.insert(hanako)
    await watch.until(CardInserted)
    await bench.kill_pcscd()
    assert isinstance(await watch.next(), ReaderOffline)
    await bench.start_pcscd()
    await watch.until(ReaderOnline)
    await watch.until(CardInserted)
    await bench.remove()
    await watch.until(CardRemoved)


async def test_two_sessions_run_side_by_side_and_leave_nothing(hanako: Path, taro: Path, tmp_path: Path) -> None:
    async with CardSession(tmp_path / "a") as one, CardSession(tmp_path / "b") as other:
        await one.insert(hanako)
        await other.insert(taro)
        hosts = one.pid, other.pid
        assert one.csock.resolve() != other.csock.resolve()
    assert not running(hosts)
    assert not sockets_in(tmp_path)


async def test_a_user_who_cannot_make_the_folder_of_pcscd_is_told_how(programs: Path, tmp_path: Path) -> None:
    says = "echo '00000087 pcscdaemon.c:626:main() cannot create /run/pcscd: Permission denied'; exit 1"
    add_program(programs, "pcscd", says)
    with pytest.raises(CardSessionError, match="sudo mkdir -p /run/pcscd") as refused:
        async with CardSession(tmp_path / "s"):
            pass
    assert REFUSED in str(refused.value)


async def test_only_switches_of_this_machine_that_stand_wrong_are_named(tmp_path: Path) -> None:
    kernel = tmp_path / "kernel"
    kernel.mkdir()
    assert "run this as root" in namespaces.remedy(tmp_path)
    (kernel / "unprivileged_userns_clone").write_text("1\n")
    (kernel / "apparmor_restrict_unprivileged_userns").write_text("1\n")
    assert namespaces.remedy(tmp_path) == "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
