"""`python -m hub restore`: the very page comes back from a scan of its back panel, or the reason why not."""

import json

import numpy as np
import pytest
from PIL import Image

from hub.__main__ import main
from hub.scramble.panel import draw_panel
from hub.scramble.profile import Profile
from tests.inquiry.paper import DOCUMENT, SITE, WIDTH, as_dots, scan


def restored(data, scan_file, capsys, *more):
    code = main(["restore", str(scan_file), "--data", str(data), *map(str, more)])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("condition", "name"), [("jpeg-200", "scan.jpg"), ("fine-600-colour", "scan.png"), ("folds-300", "scan.pdf")]
)
def test_a_scan_of_a_back_gives_the_page_back_dot_for_dot(data, paper, tmp_path, capsys, condition, name):  # noqa: PLR0917
    picture = scan(paper.back, condition)
    dpi = 600 if "600" in condition else 300
    picture.save(tmp_path / name, **({"resolution": dpi} if name.endswith("pdf") else {"dpi": (dpi, dpi)}))
    code, told = restored(data, tmp_path / name, capsys, "--out", tmp_path / "restored.png")
    assert (code, told["verdict"], told["document_id"], told["pages"]) == (0, "genuine", DOCUMENT, [1])
    with Image.open(tmp_path / "restored.png") as opened:
        assert (opened.mode, opened.width) == ("1", WIDTH)
        assert bytes(0xFF ^ byte for byte in opened.tobytes()) == paper.page


def test_a_page_of_a_file_can_be_chosen(data, paper, tmp_path, capsys):
    blank = Image.new("L", (600, 800), 255)
    blank.save(tmp_path / "scan.tiff", save_all=True, append_images=[scan(paper.back)])
    assert restored(data, tmp_path / "scan.tiff", capsys, "--page", 1)[1]["reason"] == "markers_missing"
    assert restored(data, tmp_path / "scan.tiff", capsys, "--page", 2)[0] == 0
    assert restored(data, tmp_path / "scan.tiff", capsys, "--page", 3)[1]["reason"] == "no_such_page"


def test_a_panel_made_with_another_key_is_not_genuine(data, paper, tmp_path, capsys):
    forged = draw_panel(paper.page, WIDTH, DOCUMENT, 1, b"f" * 32, Profile.STANDARD, SITE)
    picture = Image.fromarray((255 * (1 - as_dots(forged.dots))).repeat(2, axis=0).repeat(2, axis=1).astype(np.uint8))
    picture.save(tmp_path / "forged.png")
    code, told = restored(data, tmp_path / "forged.png", capsys)
    assert (code, told["verdict"], told["reason"]) == (1, "not_genuine", "not_authentic")


def test_what_is_no_scan_is_unreadable(data, tmp_path, capsys):
    (tmp_path / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing that belongs there")
    code, told = restored(data, tmp_path / "scan.png", capsys)
    assert (code, told["verdict"], told["reason"]) == (1, "unreadable", "not_a_picture")
    assert "Choose PNG" in told["advice"]


def test_without_keys_it_says_what_to_do(tmp_path, capsys):
    (tmp_path / "pki").mkdir()
    assert main(["restore", "scan.png", "--data", str(tmp_path)]) == 78
    assert "hub init" in capsys.readouterr().err
