"""`kiosk evidence`: what the operator does for the police. Debian's `age` and `ffprobe` say whether it is true."""

import hashlib
import io
import json
import subprocess
from datetime import UTC, datetime, timedelta

import av
import clips
import pyrage
import pytest
from PIL import Image
from pins_backend_sim import STANDINS

from firmware.__main__ import main
from firmware.app.recorder import view
from sim_hw.machine import CAMERA_MASKS

SAMPLE = STANDINS.parents[1] / "deploy" / "kiosk.toml"
SAID = ["--who", "Sergeant Sato", "--why", "case 12"]


class Kiosk:
    """The command line of a kiosk whose state is below a folder."""

    def __init__(self, folder, capsys) -> None:
        self.folder = folder
        self.evidence = folder / "evidence"
        self.key = folder / "operator.key"
        self.key.write_text(f"# created: today\n# public key: {clips.OPERATOR.to_public()}\n{clips.OPERATOR}\n")
        self.config = folder / "kiosk.toml"
        text = SAMPLE.read_text(encoding="utf-8").replace("/var/lib/kiosk", str(folder))
        self.config.write_text(text, encoding="utf-8")
        self._capsys = capsys

    def says(self, action, *arguments, status=0) -> tuple[list[str], str]:
        """Return the lines of standard output, and standard error."""
        self._capsys.readouterr()
        assert main(["evidence", action, "--config", str(self.config), *map(str, arguments)]) == status
        told = self._capsys.readouterr()
        return told.out.splitlines(), told.err

    def log(self) -> list[dict]:
        return [json.loads(line) for line in (self.evidence / "export-log.jsonl").read_text().splitlines()]


@pytest.fixture
def kiosk(tmp_path, capsys):
    return Kiosk(tmp_path, capsys)


def test_clips_are_listed_oldest_first_with_what_they_are_of(kiosk):
    young, old = clips.write(kiosk.folder), clips.write(kiosk.folder, days_ago=2, mark="alarm", subject="cd" * 16)
    lines, _ = kiosk.says("list")
    assert [line.split()[0] for line in lines] == [old, young]
    assert f"alarm {'cd' * 16} part 1 1.0 s, camera ok" in lines[0]


def test_clips_are_chosen_by_time_transaction_and_alarm(kiosk):
    young, old = clips.write(kiosk.folder), clips.write(kiosk.folder, days_ago=2, mark="alarm", subject="cd" * 16)
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()

    def ids(*choice):
        return [json.loads(line)["clip_id"] for line in kiosk.says("list", "--json", *choice)[0]]

    assert ids("--from", yesterday) == ids("--mark", "transaction") == ids("--subject", "ab" * 16) == [young]
    assert ids("--until", yesterday) == ids("--mark", "alarm") == ids("--subject", "cd" * 16) == [old]
    assert ids("--from", yesterday, "--mark", "alarm") == []


def test_a_mark_without_film_is_listed_as_one_and_cannot_be_exported(kiosk):
    clip = clips.write(kiosk.folder, film=False)
    assert "no film, camera missing" in kiosk.says("list")[0][0]
    _, errors = kiosk.says("export", clip, "--to", kiosk.folder / "out", "--key", kiosk.key, *SAID, status=1)
    assert f"clip {clip}: there is no film, the camera was: missing" in errors


def test_a_film_is_exported_with_the_operator_s_key_and_logged(kiosk):
    clip, out = clips.write(kiosk.folder), kiosk.folder / "out"
    lines, _ = kiosk.says("export", clip, "--to", out, "--key", kiosk.key, *SAID)
    assert lines == [str(out / f"{clip}.mp4")]
    film = (out / f"{clip}.mp4").read_bytes()
    with av.open(io.BytesIO(film)) as file:
        assert len(list(file.decode(video=0))) == 6
    (line,) = kiosk.log()
    assert (line["who"], line["why"], line["action"]) == ("Sergeant Sato", "case 12", "exported_film")
    assert (line["clip_id"], line["sha256"]) == (clip, hashlib.sha256(film).hexdigest())
    assert abs(datetime.fromisoformat(line["at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert (out / f"{clip}.mp4").stat().st_mode & 0o077 == 0
    assert "Sergeant Sato" in kiosk.says("log")[0][0]


def test_debian_s_age_and_ffprobe_read_what_is_exported_sealed(kiosk, tmp_path):
    clip, out = clips.write(kiosk.folder), kiosk.folder / "out"
    kiosk.says("export", "--subject", "ab" * 16, "--to", out, "--sealed", *SAID)
    film = tmp_path / "clip.mp4"
    subprocess.run(["age", "-d", "-i", kiosk.key, "-o", film, out / f"{clip}.age"], check=True)
    manifest = json.loads((out / f"{clip}.json").read_text())
    assert hashlib.sha256(film.read_bytes()).hexdigest() == manifest["film_sha256"]
    asked = ["-show_entries", "format=duration:format_tags=comment:stream=codec_name,width,height,nb_read_frames"]
    command = ["ffprobe", "-v", "error", "-count_frames", *asked, "-of", "json", film]
    seen = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    (stream,) = seen["streams"]
    assert stream == {"codec_name": "h264", "width": 320, "height": 240, "nb_read_frames": "6"}
    assert float(seen["format"]["duration"]) == pytest.approx(1.2, abs=0.01)  # the last picture lasts, too
    assert json.loads(seen["format"]["tags"]["comment"])["subject_id"] == "ab" * 16
    assert kiosk.log()[0]["action"] == "exported_sealed"


def damage_file(kiosk, clip):
    path = kiosk.evidence / f"{clip}.age"
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)


def lose_file(kiosk, clip):
    (kiosk.evidence / f"{clip}.age").unlink()


def edit_manifest(kiosk, clip):
    path = kiosk.evidence / f"{clip}.json"
    path.write_text(path.read_text().replace("ab" * 16, "ac" * 16))


def edit_manifest_and_its_digest(kiosk, clip):
    path = kiosk.evidence / f"{clip}.json"
    fields = json.loads(path.read_text()) | {"subject_id": "ac" * 16}
    del fields["digest"]
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    path.write_text(json.dumps(fields | {"digest": hashlib.sha256(canonical.encode()).hexdigest()}))


def tear_manifest(kiosk, clip):
    (kiosk.evidence / f"{clip}.json").write_text('{"clip_id": "')


def give_another_key(kiosk, clip):
    kiosk.key.write_text(str(pyrage.x25519.Identity.generate()))


def give_no_key(kiosk, clip):
    kiosk.key.write_text("ssh-ed25519 AAAA")


def give_a_damaged_key(kiosk, clip):
    kiosk.key.write_text(str(clips.OPERATOR)[:-2] + "QQ")


def give_no_file(kiosk, clip):
    kiosk.key.unlink()


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (damage_file, "damaged or was changed"),
        (lose_file, "cannot be read: No such file"),
        (edit_manifest, "the manifest was changed after it was written"),
        (edit_manifest_and_its_digest, "the manifest was changed after it was written: the film itself says"),
        (tear_manifest, "the manifest is damaged"),
        (give_another_key, "the wrong key: it is encrypted to age1"),
        (give_no_key, "holds 0 private keys"),
        (give_a_damaged_key, "the private key is damaged"),
        (give_no_file, "operator.key: cannot be read"),
    ],
)
def test_what_is_not_what_was_written_is_told_and_nothing_is_handed_over(kiosk, break_it, told):
    clip, out = clips.write(kiosk.folder), kiosk.folder / "out"
    break_it(kiosk, clip)
    _, errors = kiosk.says("export", clip, "--to", out, "--key", kiosk.key, *SAID, status=1)
    assert told in errors
    assert list(out.iterdir()) == []
    assert not (kiosk.evidence / "export-log.jsonl").exists()


def test_one_damaged_clip_does_not_hold_up_the_others(kiosk):
    bad, good = clips.write(kiosk.folder, days_ago=1), clips.write(kiosk.folder)
    damage_file(kiosk, bad)
    lines, errors = kiosk.says(
        "export", "--mark", "transaction", "--to", kiosk.folder / "out", "--sealed", *SAID, status=1
    )
    assert lines == [str(kiosk.folder / "out" / f"{good}.age")]
    assert bad in errors
    kiosk.says("export", bad, "--to", kiosk.folder / "out", "--sealed", "--unchecked", *SAID)
    assert [line["clip_id"] for line in kiosk.log()] == [good, bad]


def test_nothing_is_exported_over_a_file_that_is_there(kiosk):
    clip, out = clips.write(kiosk.folder), kiosk.folder / "out"
    kiosk.says("export", clip, "--to", out, "--key", kiosk.key, *SAID)
    _, errors = kiosk.says("export", clip, "--to", out, "--key", kiosk.key, *SAID, status=1)
    assert "is there already" in errors
    assert len(kiosk.log()) == 1


def test_holds_and_releases_are_shown_and_logged(kiosk):
    clip = clips.write(kiosk.folder, days_ago=200)
    kiosk.says("hold", "--subject", "ab" * 16, *SAID)
    assert "HELD for Sergeant Sato" in kiosk.says("list")[0][0]
    assert clips.tidy(kiosk.folder) == {clip}
    kiosk.says("release", clip, "--who", "Operator", "--why", "case closed")
    assert "HELD" not in kiosk.says("list")[0][0]
    assert [(line["action"], line["who"]) for line in kiosk.log()] == [
        ("held", "Sergeant Sato"),
        ("released", "Operator"),
    ]
    _, errors = kiosk.says("release", clip, *SAID, status=1)
    assert "is not held" in errors


@pytest.mark.parametrize("change", ["take a line out", "edit a line", "tear a line"])
def test_a_log_that_was_changed_is_found_out_and_not_written_on(kiosk, change):
    clip = clips.write(kiosk.folder)
    for number in range(3):
        kiosk.says("hold", clip, "--who", f"officer {number}", "--why", "case")
    path = kiosk.evidence / "export-log.jsonl"
    lines = path.read_text().splitlines()
    match change:
        case "take a line out":
            del lines[1]
        case "edit a line":
            lines[1] = lines[1].replace("officer 1", "officer 7")
        case _:
            lines[1] = lines[1][:20]
    path.write_text("\n".join(lines) + "\n")
    _, errors = kiosk.says("log", status=1)
    assert "changed or taken out" in errors or "line 2 is damaged" in errors
    _, errors = kiosk.says("export", clip, "--to", kiosk.folder / "out", "--sealed", *SAID, status=1)
    assert "export-log.jsonl" in errors
    assert path.read_text() == "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["export", "--to", "out", "--sealed", *SAID], "name clips, or choose with"),
        (["export", "ff" * 16, "--to", "out", "--sealed", *SAID], "is not in"),
        (["export", "--mark", "alarm", "--to", "out", "--sealed", *SAID], "no clip fits"),
        (["export", "ff" * 16, "--to", "out", "--key", "k", "--unchecked", *SAID], "--unchecked goes with --sealed"),
        (["hold", *SAID], "name clips, or choose with"),
        (["release", *SAID], "name the clips to release"),
    ],
    ids=lambda value: " ".join(value)[:30],
)
def test_a_command_without_sense_is_refused_with_its_reason(kiosk, arguments, told):
    clips.write(kiosk.folder)
    _, errors = kiosk.says(*arguments, status=1)
    assert told in errors


def test_no_export_without_who_why_and_a_form(kiosk):
    for arguments in (["--sealed", "--who", "a"], ["--sealed", "--who", " ", "--why", "b"], SAID):
        with pytest.raises(SystemExit):
            kiosk.says("export", "ff" * 16, "--to", "out", *arguments)


def test_the_fitter_s_still_is_black_where_the_masks_are(kiosk, lobby):
    out = kiosk.folder / "still.png"
    lines, _ = kiosk.says("still", "--out", out)
    assert "3 masks" in lines[0]
    with Image.open(out) as picture:
        assert picture.size == (640, 360)
        for x, y, width, height in CAMERA_MASKS:
            extremes = picture.crop((x, y, x + width, y + height)).getextrema()
            assert max(high for _, high in extremes) < 8
        assert min(low for low, _ in picture.crop((100, 100, 150, 120)).getextrema()) > 50


def test_the_fitter_s_reference_is_what_the_recorder_compares_with(kiosk, lobby):
    lines, _ = kiosk.says("reference")
    assert "landmarks" in lines[0]
    assert (kiosk.folder / view.NAME).exists()


def test_a_view_that_shows_nothing_is_no_reference(kiosk, lobby):
    lobby.camera.veil()
    _, errors = kiosk.says("reference", status=1)
    assert "too little to be known again" in errors
    assert not (kiosk.folder / view.NAME).exists()


def test_no_camera_for_the_fitter_is_told_with_its_remedy(kiosk, lobby):
    lobby.camera.unplug()
    _, errors = kiosk.says("still", "--out", kiosk.folder / "still.png", status=1)
    assert "No camera" in errors
    assert "stop it first" in errors
