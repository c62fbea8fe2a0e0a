"""The recorder process, from the lens to the operator's private key."""

import hashlib
import io
import json
import os
import re
import signal
import time
from datetime import datetime
from pathlib import Path

import av
import pyrage
import pytest

from firmware.app.messages import Camera, Clip, Id, Mark, MarkKind, Moment, Picture, Storage

SUBJECT = Id("0123456789abcdef" * 2)
MARK = Mark(MarkKind.TRANSACTION, SUBJECT)
READABLE = re.compile(rb"ftyp|moov|\x00\x00\x00\x01[\x67\x65\x41]")


def evidence_of(recorder) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(recorder.folder.glob("*.json"))]


def pictures_of(recorder, manifest) -> list[av.VideoFrame]:
    film = pyrage.decrypt((recorder.folder / manifest["file"]).read_bytes(), [recorder.identity])
    assert hashlib.sha256(film).hexdigest() == manifest["film_sha256"]
    with av.open(io.BytesIO(film)) as file:
        return list(file.decode(video=0))


def seconds_between(manifest, first, last) -> float:
    return (datetime.fromisoformat(manifest[last]) - datetime.fromisoformat(manifest[first])).total_seconds()


def test_a_mark_becomes_an_encrypted_clip_with_film_before_and_after(start_recorder):
    recorder = start_recorder()
    recorder.until_picture(Picture.OK)
    time.sleep(3.5)  # more film than the pre-roll
    recorder.send(MARK)
    clip, _ = recorder.until(Clip)
    (manifest,) = evidence_of(recorder)
    assert (manifest["clip_id"], manifest["frames"]) == (clip.clip_id, clip.frames)
    assert (manifest["mark"], manifest["subject_id"], manifest["kiosk_id"]) == ("transaction", SUBJECT, "kiosk-0001")
    assert 2.0 <= seconds_between(manifest, "first_frame_at", "marked_at") < 3.5
    assert 1.0 <= seconds_between(manifest, "marked_at", "last_frame_at") < 1.5
    sealed = (recorder.folder / manifest["file"]).read_bytes()
    assert hashlib.sha256(sealed).hexdigest() == manifest["sha256"]
    pictures = pictures_of(recorder, manifest)
    assert len(pictures) == clip.frames == pytest.approx(3.5 * 5, abs=5)
    assert (pictures[0].width, pictures[0].height) == (640, 360)


def test_only_the_operator_can_read_and_nothing_else_is_on_the_disk(start_recorder, tmp_path):
    recorder = start_recorder()
    recorder.until_picture(Picture.OK)
    recorder.send(MARK)
    recorder.until(Clip)
    (manifest,) = evidence_of(recorder)
    files = {path.name for path in (tmp_path / "state").rglob("*") if path.is_file()}
    assert files == {f"{manifest['clip_id']}.age", f"{manifest['clip_id']}.json"}
    sealed = (recorder.folder / manifest["file"]).read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert not READABLE.search(sealed)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.generate()])


@pytest.mark.parametrize(
    ("fault", "picture"),
    [("cover", Picture.BLACK), ("freeze", Picture.FROZEN), ("unplug", Picture.MISSING)],
)
def test_a_fault_is_told_within_5_s_and_so_is_its_end(start_recorder, lobby, fault, picture):
    recorder = start_recorder()
    recorder.until_picture(Picture.OK)
    getattr(lobby.camera, fault)()
    assert recorder.until_picture(picture) < 5
    getattr(lobby.camera, fault)(False)
    assert recorder.until_picture(Picture.OK) < 5


def test_a_camera_missing_from_the_start_is_told_and_found_when_it_comes(start_recorder, lobby):
    lobby.camera.unplug()
    recorder = start_recorder()
    assert recorder.next() == Camera(Picture.MISSING)
    lobby.camera.unplug(False)
    recorder.until_picture(Picture.OK)


def test_the_judgement_is_repeated_as_a_sign_of_life(start_recorder):
    recorder = start_recorder()
    recorder.until_picture(Picture.OK)
    assert 9 < recorder.until_picture(Picture.OK, limit_s=15) < 12


def test_marks_close_together_are_clips_of_their_own_and_a_repeated_one_is_not(start_recorder):
    recorder = start_recorder()
    recorder.until_picture(Picture.OK)
    recorder.send(MARK)
    recorder.send(MARK)
    recorder.send(Mark(MarkKind.ALARM, SUBJECT))
    first, _ = recorder.until(Clip)
    second, _ = recorder.until(Clip)
    assert first.clip_id != second.clip_id
    assert sorted(manifest["mark"] for manifest in evidence_of(recorder)) == ["alarm", "transaction"]


def test_a_mark_while_the_camera_is_missing_keeps_the_film_before_it(start_recorder, lobby):
    recorder = start_recorder()
    recorder.until_picture(Picture.OK)
    time.sleep(1.5)
    lobby.camera.unplug()
    recorder.until_picture(Picture.MISSING)
    recorder.send(MARK)
    clip, _ = recorder.until(Clip)
    assert clip.frames >= 5


@pytest.mark.parametrize("end", ["terminate", "hang up"])
def test_told_to_end_it_finishes_the_clip_it_had_begun(start_recorder, end):
    recorder = start_recorder(post_roll_s=60)
    recorder.until_picture(Picture.OK)
    recorder.send(MARK)
    time.sleep(0.5)
    if end == "terminate":
        recorder.process.send_signal(signal.SIGTERM)
    else:
        recorder.hang_up()
    assert recorder.status() == (0, "")
    (manifest,) = evidence_of(recorder)
    assert len(pictures_of(recorder, manifest)) == manifest["frames"]


def test_a_packet_that_is_no_mark_ends_it(start_recorder):
    recorder = start_recorder()
    recorder.until_picture(Picture.OK)
    recorder.wire.send(b'{"type":"mark","mark":"transaction","subject_id":"Koga Hanako"}')
    code, errors = recorder.status()
    assert code == 1
    assert "what it may not" in errors
    assert "Hanako" not in errors


def test_a_disk_that_cannot_be_written_is_told_and_ends_it(start_recorder, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "evidence").write_text("not a folder")
    code, errors = start_recorder().status()
    assert code == 74
    assert "evidence cannot be written" in errors
    assert "Traceback" not in errors


def test_a_torn_file_of_a_power_cut_is_swept_away(start_recorder, tmp_path):
    folder = tmp_path / "state" / "evidence"
    folder.mkdir(parents=True)
    (folder / ".abc.age.new").write_bytes(b"torn")
    start_recorder().until_picture(Picture.OK)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("scene", "picture"), [({"veiled": True}, "covered"), ({"turned": 0.1}, "moved")])
def test_a_lens_taped_over_and_a_camera_turned_are_told_within_5_s(start_recorder, lobby, scene, picture):
    recorder = start_recorder(reference=True)
    recorder.until_picture(Picture.OK)
    lobby.pins.show(**scene)
    assert recorder.until_picture(picture) < 5
    lobby.pins.show(veiled=False, turned=0.0)
    assert recorder.until_picture(Picture.OK) < 5


def test_people_in_front_and_less_light_are_no_fault(start_recorder, lobby):
    recorder = start_recorder(reference=True)
    recorder.until_picture(Picture.OK)
    lobby.camera.crowd(3)
    lobby.camera.light(0.5)
    recorder.until_picture(Picture.OK, limit_s=15)  # its repetition, after 10 s
    assert {message.picture for message in recorder.told} == {Picture.OK}


def test_a_reference_that_cannot_be_used_ends_it_with_the_remedy(start_recorder, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "camera-reference.png").write_bytes(b"torn")
    code, errors = start_recorder().status()
    assert code == 78
    assert "kiosk evidence reference" in errors


def test_what_is_begun_is_filmed_until_it_ends_and_a_while_after(start_recorder):
    recorder = start_recorder(pre_roll_s=1.0)
    recorder.until_picture(Picture.OK)
    recorder.send(Mark(MarkKind.TRANSACTION, SUBJECT, Moment.BEGIN))
    time.sleep(3.0)  # longer than the post-roll
    assert evidence_of(recorder) == []
    recorder.send(Mark(MarkKind.TRANSACTION, SUBJECT, Moment.END))
    recorder.until(Clip)
    (manifest,) = evidence_of(recorder)
    assert 4.0 <= seconds_between(manifest, "marked_at", "last_frame_at") < 4.6


def test_an_end_without_a_beginning_is_a_moment_of_its_own(start_recorder):
    recorder = start_recorder()
    recorder.until_picture(Picture.OK)
    recorder.send(Mark(MarkKind.ALARM, SUBJECT, Moment.END))
    recorder.until(Clip)
    (manifest,) = evidence_of(recorder)
    assert manifest["first_frame_at"] <= manifest["marked_at"] <= manifest["last_frame_at"]


def test_a_long_film_comes_in_parts_without_a_gap(start_recorder):
    recorder = start_recorder(pre_roll_s=1.0, post_roll_s=4.0, part_s=2.0)
    recorder.until_picture(Picture.OK)
    recorder.send(MARK)
    for _ in range(2):
        recorder.until(Clip)
    parts = sorted(evidence_of(recorder), key=lambda manifest: manifest["part"])
    assert [manifest["part"] for manifest in parts] == [1, 2]
    first, second = parts
    assert first["marked_at"] == second["marked_at"]
    gap = datetime.fromisoformat(second["first_frame_at"]) - datetime.fromisoformat(first["last_frame_at"])
    assert 0.1 < gap.total_seconds() < 0.4  # one picture later
    assert len(pictures_of(recorder, second)) == second["frames"]


def test_a_mark_without_any_film_is_put_on_record(start_recorder, lobby):
    lobby.camera.unplug()
    recorder = start_recorder()
    recorder.until_picture(Picture.MISSING)
    recorder.send(MARK)
    clip, _ = recorder.until(Clip)
    assert clip.frames == 0
    (manifest,) = evidence_of(recorder)
    assert (manifest["subject_id"], manifest["frames"], manifest["pictures"]) == (SUBJECT, 0, ["missing"])
    assert manifest["file"] is manifest["sha256"] is manifest["first_frame_at"] is None
    assert list(recorder.folder.glob("*.age")) == []


def test_a_clip_says_what_became_of_the_picture_while_it_was_taken(start_recorder, lobby):
    recorder = start_recorder(post_roll_s=4.0)
    recorder.until_picture(Picture.OK)
    recorder.send(MARK)
    lobby.camera.cover()
    recorder.until(Clip)
    (manifest,) = evidence_of(recorder)
    assert manifest["pictures"] == ["black", "ok"]


def small_disk(kilobytes: int) -> tuple[str, ...]:
    """Return a command that gives the recorder a state folder on a disk of its own, in its own namespace."""
    mount = f'mount -t tmpfs -o size={kilobytes}k tmpfs "$0" && exec "$@"'
    alone = ("unshare", "-m") if os.geteuid() == 0 else ("unshare", "-U", "-r", "-m")
    return (*alone, "bash", "-c", mount)


def seen_by(recorder, folder) -> Path:
    """Return the folder as the recorder sees it."""
    return Path(f"/proc/{recorder.process.pid}/root{folder}")


def test_on_a_full_disk_clips_wait_and_are_written_when_there_is_room(start_recorder, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    recorder = start_recorder(around=(*small_disk(600), str(state)), keep_free_mb=0)
    recorder.until_picture(Picture.OK)
    inside = seen_by(recorder, state)
    (inside / "hoard").write_bytes(b"x" * 590_000)
    recorder.send(MARK)
    assert recorder.until(Camera(Picture.OK, Storage.FULL))
    assert list((inside / "evidence").glob("*")) == []  # no half of a clip
    (inside / "hoard").unlink()
    clip, _ = recorder.until(Clip)
    recorder.until_picture(Picture.OK)
    assert {path.name for path in (inside / "evidence").iterdir()} == {f"{clip.clip_id}.age", f"{clip.clip_id}.json"}
    recorder.hang_up()
    code, errors = recorder.status()
    assert code == 0
    assert "storage full" in errors
    assert "Free the disk" in errors or "Look at the disk" in errors


def test_on_a_full_disk_the_oldest_clip_makes_room_for_the_new_one(start_recorder, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    recorder = start_recorder(around=(*small_disk(600), str(state)), keep_free_mb=0, keep_least_days=0)
    recorder.until_picture(Picture.OK)
    first = filmed(recorder, Mark(MarkKind.TRANSACTION, SUBJECT))
    second = filmed(recorder, Mark(MarkKind.ALARM, SUBJECT))
    inside = seen_by(recorder, state)
    room = os.statvfs(inside).f_bavail * os.statvfs(inside).f_frsize
    (inside / "hoard").write_bytes(b"x" * (room - 8192))
    third = filmed(recorder, Mark(MarkKind.TRANSACTION, Id("f" * 32)))
    left = {path.stem for path in (inside / "evidence").glob("*.age")}
    assert third in left
    assert first not in left
    assert second in left or len(left) == 1  # the third may need the room of both


def filmed(recorder, mark) -> str:
    recorder.send(mark)
    return recorder.until(Clip)[0].clip_id
