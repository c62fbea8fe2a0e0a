"""Film on its way to the disk: what waits, what is tried again, what is said to be lost."""

import asyncio
import subprocess
import sys

import clips
import pytest
from pins_backend_sim import STANDINS, until_async

from firmware import config
from firmware.app.messages import Clip, Id, Mark, MarkKind, Storage
from firmware.app.recorder import store
from firmware.app.recorder.evidence import Evidence, EvidenceError, EvidenceFull, Piece
from firmware.app.recorder.store import Store

pytestmark = pytest.mark.anyio


class FakeEvidence:
    """Writes into a list, or raises what it is told to."""

    def __init__(self) -> None:
        self.fails: EvidenceError | None = None
        self.written: list[Piece] = []
        self.kept: list[str] = []
        self.tried = 0

    def write(self, piece, _offset_s):
        self.tried += 1
        if self.fails:
            raise self.fails
        self.written.append(piece)
        return Clip(piece.clip_id, len(piece.frames), piece.mark.mark, piece.mark.subject_id, piece.part)

    def tidy(self, keep=""):
        self.kept.append(keep)
        if self.fails:
            raise self.fails


class Desk:
    """A store at work, with a fake disk."""

    def __init__(self) -> None:
        self.disk = FakeEvidence()
        self.clips: list[Clip] = []
        self.changes: list[Storage] = []
        self.ended = asyncio.get_running_loop().create_future()
        self.store = Store(self.disk, self.clips.append, lambda: self.changes.append(self.store.storage), self.ended)
        self.task = asyncio.create_task(self.store.run())


def piece(number: int) -> Piece:
    return Piece(Mark(MarkKind.ALARM, Id(f"{number:032x}")), 0.0, 0.0, [])


@pytest.fixture
async def desk(monkeypatch):
    monkeypatch.setattr(store, "RETRY_S", 0.02)
    monkeypatch.setattr(store, "TIDY_EVERY_S", 0.02)
    desk = Desk()
    yield desk
    desk.task.cancel()
    await asyncio.wait({desk.task})


async def test_pieces_are_written_in_their_order_and_the_newest_is_spared(desk):
    pieces = [piece(number) for number in range(3)]
    for each in pieces:
        desk.store.put(each)
    await until_async(lambda: len(desk.clips) == 3)
    assert desk.disk.written == pieces
    await until_async(lambda: pieces[-1].clip_id in desk.disk.kept)


@pytest.mark.parametrize(("error", "storage"), [(EvidenceFull("full"), "full"), (EvidenceError("broken"), "failed")])
async def test_a_piece_that_cannot_be_written_waits_and_is_tried_again(desk, error, storage):
    desk.disk.fails = error
    desk.store.put(piece(1))
    await until_async(lambda: desk.disk.tried >= 3)
    assert (desk.clips, desk.changes) == ([], [storage])
    desk.disk.fails = None
    await until_async(lambda: desk.clips)
    await until_async(lambda: desk.changes == [storage, "ok"])


async def test_a_full_disk_is_noticed_before_there_is_anything_to_write(desk):
    desk.disk.fails = EvidenceFull("full")
    await until_async(lambda: desk.changes == ["full"])
    assert desk.disk.tried == 0


async def test_of_too_many_that_wait_the_oldest_is_lost_and_said_to_be(desk, capsys):
    desk.disk.fails = EvidenceFull("full")
    for number in range(store.MOST_WAITING + 2):
        desk.store.put(piece(number))
    lost = [line for line in capsys.readouterr().err.splitlines() if "is lost" in line]
    assert [line.split()[-3] for line in lost] == [f"{number:032x}" for number in range(2)]


async def test_told_to_end_it_writes_what_waits(desk):
    desk.store.put(piece(1))
    desk.store.end()
    async with asyncio.timeout(5):
        await desk.task
    assert len(desk.clips) == 1


async def test_what_cannot_be_written_at_the_end_is_an_error(desk, capsys):
    desk.disk.fails = EvidenceFull("no room")
    desk.store.put(piece(1))
    desk.store.end()
    async with asyncio.timeout(5):
        with pytest.raises(EvidenceFull, match="no room"):
            await desk.task
    assert "is lost" in capsys.readouterr().err


def test_a_public_key_that_is_none_is_told_with_its_key(tmp_path):
    settings = config.Camera(recipient="age1" + "q" * 58, masks=())
    with pytest.raises(EvidenceError, match=r"camera\.recipient.*age-keygen"):
        Evidence(tmp_path, settings, "kiosk-0001")


def test_less_room_than_asked_for_is_told_when_no_clip_may_go(tmp_path):
    clips.write(tmp_path, days_ago=1)
    with pytest.raises(EvidenceFull, match="release clips that are held"):
        clips.tidy(tmp_path, keep_free_mb=100_000_000)


def test_the_command_line_starts_without_the_camera_s_and_the_film_s_libraries():
    heavy = "{'av', 'numpy', 'pyrage', 'PIL'}"
    code = f"import sys; import firmware.__main__; print(sorted({heavy} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=STANDINS.parents[1])
    assert told.stdout.decode().strip() == "[]"
