"""Bundles, made by bundle.sh and read by the real rauc: signed, verity; another key or a changed bundle is refused."""

import os
import re
import shutil
import subprocess

import pytest

from tests.image.conftest import DEPLOY

UPDATE = DEPLOY / "update"


def run(*command, **environment):
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment}
    )


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """Parts as build.sh leaves them, small ones."""
    assert shutil.which("rauc"), "rauc is missing: apt-get install rauc"
    folder = tmp_path_factory.mktemp("image")
    (folder / "rootfs.img").write_bytes(os.urandom(256 * 1024))
    (folder / "boot.vfat").write_bytes(os.urandom(64 * 1024))
    (folder / "version").write_text("0.1.0-1790000000\n")
    assert run(UPDATE / "test-key.sh", folder / "test-key").returncode == 0
    made = run(UPDATE / "bundle.sh", folder, folder / "update.raucb")
    assert made.returncode == 0, made.stderr
    return folder


def info(image, bundle, trusted="test-key"):
    """Ask rauc with the kiosk's own settings; the oldest one in Debian does not know the limit of versions yet."""
    settings = re.sub(r"^min-bundle-version=.*\n", "", (UPDATE / "system.conf").read_text(), flags=re.MULTILINE)
    settings = settings.replace("@COMPATIBLE@", "certificate-kiosk-rpi").replace("@DISK_ID@", "4b494f53")
    (image / "system.conf").write_text(settings)
    return run(
        "rauc", "--conf", image / "system.conf", "info", "--keyring", image / trusted / "certificate.pem", bundle
    )


def test_the_bundle_is_signed_and_says_what_it_is(image):
    told = info(image, image / "update.raucb")
    assert told.returncode == 0, told.stderr
    for words in ("certificate-kiosk-rpi", "0.1.0-1790000000", "verity", "rootfs.img", "boot.img"):
        assert words in told.stdout


def test_a_bundle_of_another_signer_is_refused(image):
    run(UPDATE / "test-key.sh", image / "stranger")
    told = info(image, image / "update.raucb", trusted="stranger")
    assert told.returncode != 0
    assert "signature" in told.stderr.lower() or "self-signed" in told.stderr.lower()


def test_a_bundle_whose_signature_was_changed_is_refused(image, tmp_path):
    data = bytearray((image / "update.raucb").read_bytes())
    data[-200] ^= 1
    (tmp_path / "changed.raucb").write_bytes(data)
    assert info(image, tmp_path / "changed.raucb").returncode != 0


def test_a_key_that_is_there_is_not_made_anew(image):
    before = (image / "test-key" / "key.pem").read_bytes()
    run(UPDATE / "test-key.sh", image / "test-key")
    assert (image / "test-key" / "key.pem").read_bytes() == before
    assert (image / "test-key" / "key.pem").stat().st_mode & 0o077 == 0
