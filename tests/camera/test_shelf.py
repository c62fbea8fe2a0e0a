"""How long clips are kept: by age and by size, oldest first, held ones always."""

import os
from datetime import UTC, datetime, timedelta

import clips
import pytest

from firmware.app.recorder.shelf import Hold, Shelf

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "evidence")


def test_clips_older_than_their_time_go_and_others_stay(tmp_path, capsys):
    old, young = clips.write(tmp_path, days_ago=31), clips.write(tmp_path, days_ago=29)
    assert clips.tidy(tmp_path, keep_days=30.0) == {young}
    assert not (tmp_path / "evidence" / f"{old}.json").exists()
    assert f"clip {old} deleted: older than 30 days" in capsys.readouterr().err


def test_of_too_many_the_oldest_go_first_whatever_their_order_of_writing(tmp_path, shelf):
    ids = {days: clips.write(tmp_path, days_ago=days) for days in (5, 1, 9, 3)}
    size = shelf.clips()[0].size_bytes
    assert shelf.sweep(LONG_AGO, int(2.5 * size)) == [ids[9], ids[5]]
    assert [clip.clip_id for clip in shelf.clips()] == [ids[3], ids[1]]


def test_a_held_clip_stays_whatever_its_age_and_the_size(tmp_path, shelf):
    held, other = clips.write(tmp_path, days_ago=100), clips.write(tmp_path, days_ago=99)
    shelf.hold(held, "Koga police", "case 12")
    assert shelf.sweep(LONG_AGO, 0) == [other]
    assert clips.tidy(tmp_path, keep_days=30.0) == {held}
    shelf.release(held)
    assert clips.tidy(tmp_path, keep_days=30.0) == set()


def test_the_clip_just_written_stays_however_large(tmp_path, shelf):
    older, newest = clips.write(tmp_path, days_ago=1), clips.write(tmp_path)
    assert shelf.sweep(LONG_AGO, 0, keep=newest) == [older]


def test_for_want_of_room_the_oldest_goes_but_none_that_is_young_or_held(tmp_path, shelf):
    held, old, young = (clips.write(tmp_path, days_ago=days) for days in (9, 8, 1))
    shelf.hold(held, "police", "case")
    before = datetime.now(UTC) - timedelta(days=3)
    assert shelf.drop_oldest(before) == old
    assert shelf.drop_oldest(before) is None
    assert {clip.clip_id for clip in shelf.clips()} == {held, young}


def test_a_hold_on_what_is_not_there_is_refused(tmp_path, shelf):
    clips.write(tmp_path)
    with pytest.raises(KeyError):
        shelf.hold("ff" * 16, "police", "case")
    with pytest.raises(KeyError):
        shelf.release("ff" * 16)
    assert not list(shelf.path.glob("*.hold"))


def test_a_hold_torn_by_a_power_cut_still_holds(tmp_path, shelf):
    held = clips.write(tmp_path, days_ago=100)
    (shelf.path / f"{held}.hold").write_text("")
    assert clips.tidy(tmp_path) == {held}
    assert shelf.clips()[0].hold == Hold()


def test_a_film_whose_manifest_is_gone_or_damaged_is_listed_and_ages_by_its_file(tmp_path, shelf):
    bare, damaged = clips.write(tmp_path), clips.write(tmp_path)
    (shelf.path / f"{bare}.json").unlink()
    (shelf.path / f"{damaged}.json").write_text("{")
    os.utime(shelf.path / f"{bare}.age", (0, 0))
    troubles = {clip.clip_id: clip.trouble for clip in shelf.clips()}
    assert "no manifest" in troubles[bare]
    assert "damaged" in troubles[damaged]
    assert clips.tidy(tmp_path) == {damaged}


def test_other_files_in_the_folder_are_left_alone(tmp_path, shelf):
    clips.write(tmp_path, days_ago=100)
    for name in ("notes.json", "export-log.jsonl", "readme.age"):
        (shelf.path / name).write_text("")
    clips.tidy(tmp_path)
    assert {path.name for path in shelf.path.iterdir()} == {"notes.json", "export-log.jsonl", "readme.age"}


def test_a_folder_that_is_not_there_holds_nothing(shelf):
    assert shelf.clips() == []
