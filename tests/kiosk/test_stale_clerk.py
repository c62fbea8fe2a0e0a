"""A waiting clerk's walls hold the files there were when it started: the kiosk knows when those are others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.app.kiosk.children import Clerks

if TYPE_CHECKING:
    from pathlib import Path


def test_a_clerk_is_stale_once_a_printer_appears_or_a_file_is_replaced(tmp_path: Path) -> None:
    resolver, printer, run = tmp_path / "resolv.conf", tmp_path / "lp0", tmp_path / "run"
    run.mkdir()
    (run / "stub").write_text("nameserver 192.0.2.1")
    resolver.symlink_to(run / "stub")
    clerks = Clerks(tmp_path / "kiosk.toml", "", lambda *_: None, lambda _: None, (resolver, printer))
    clerks.note_walls(1)
    assert not clerks.is_stale(1)
    (run / "stub").write_text("nameserver 192.0.2.2")
    assert not clerks.is_stale(1), "written in place, it is the same file"
    (run / "new").write_text("nameserver 192.0.2.3")
    (run / "new").replace(run / "stub")
    assert clerks.is_stale(1)
    clerks.note_walls(2)
    assert not clerks.is_stale(2)
    printer.touch()
    assert clerks.is_stale(2)
    assert not clerks.is_stale(3), "nobody knows this one"
