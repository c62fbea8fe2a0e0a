"""`python -m hub detect|verify|verify-page` as a person runs them: exit codes and JSON."""

import json

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from hub.__main__ import main
from hub.centre.keys import KeysError
from hub.centre.records import open_records
from hub.clock import utc_now
from hub.cose import kid_of
from hub.files import load_key
from hub.forgery.key import load_background_key, make_background_key, seed_of
from hub.setup.signing import make_key_list, make_signing_keys
from hub.signed_code.content import Content, signed_text
from tests.forgery.sample import document, grey_of


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    make_signing_keys(folder / "pki")
    make_key_list(folder / "pki", {}, utc_now(), lambda _: None)
    make_background_key(folder / "pki")
    open_records(folder / "centre.sqlite").dispose()
    return folder


def told(capsys):
    return json.loads(capsys.readouterr().out)


def test_verify_tells_genuine_from_damaged(data, capsys):
    key = load_key(data / "pki" / "centre.key", Ed25519PrivateKey)
    text = signed_text(Content("402231", "income_tax", 1, "ab" * 16, bytes(32)), key, kid_of(key.public_key()))
    assert main(["verify", text, "--data", str(data)]) == 0
    assert told(capsys)["type"] == "income_tax"
    assert main(["verify", text[:-1], "--data", str(data)]) == 1
    assert told(capsys)["verdict"] == "not_genuine"
    assert main(["verify", str(data / "missing.png"), "--data", str(data)]) == 1
    assert told(capsys)["verdict"] == "unreadable"


def test_the_page_is_written_with_the_centres_key(data, tmp_path):
    assert main(["verify-page", "--data", str(data), "--out", str(tmp_path / "verify.html")]) == 0
    assert '<script type="application/json" id="keys">{"' in (tmp_path / "verify.html").read_text(encoding="utf-8")


def test_detect_judges_a_picture_and_looks_the_document_up(data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("tests.forgery.sample.KEY", load_background_key(data / "pki"))
    background, dots = document(np.random.default_rng(4), rows=480)
    Image.fromarray(grey_of(dots)).resize((1152, 960)).save(tmp_path / "scan.png", dpi=(406.4, 406.4))
    assert main(["detect", str(tmp_path / "scan.png"), "--data", str(data)]) == 0
    found = told(capsys)
    assert (found["verdict"], found["document_id"], found["issued"]) == ("original", background.document_id, False)
    Image.new("L", (50, 50)).save(tmp_path / "small.png")
    assert main(["detect", str(tmp_path / "small.png"), "--data", str(data)]) == 1
    assert told(capsys)["verdict"] == "unreadable"


def test_seeds_differ_by_document_and_key_and_the_key_is_made_once(data):
    key = load_background_key(data / "pki")
    make_background_key(data / "pki")
    assert load_background_key(data / "pki") == key
    assert len({seed_of("ab" * 16, key), seed_of("cd" * 16, key), seed_of("ab" * 16, bytes(32))}) == 3


def test_a_missing_key_says_what_to_do(tmp_path):
    with pytest.raises(KeysError, match="hub init"):
        load_background_key(tmp_path)
