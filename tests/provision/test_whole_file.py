"""A small file is written whole or not at all, with its mode from the first byte on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from firmware.app import whole_file

if TYPE_CHECKING:
    from pathlib import Path


def test_it_replaces_what_was_there_with_the_mode_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"before")
    whole_file.write(path, b"after", 0o640)
    assert path.read_bytes() == b"after"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_a_disk_that_refuses_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"before")

    def full(_descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(whole_file.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        whole_file.write(path, b"after")
    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_what_a_power_cut_left_beside_it_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".key.new").write_bytes(b"torn")
    whole_file.write(tmp_path / "key", b"after")
    assert (tmp_path / "key").read_bytes() == b"after"
