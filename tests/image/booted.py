"""What the booted tests share: the image that was made, a kiosk's settings, and the card they are put into."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyrage

from hub.files import write_new
from hub.setup.tls import TlsAuthority
from sim_hw.machine import Wiring, write_config

IMAGE = Path(os.environ.get("IMAGE", Path(__file__).parents[2] / "out" / "image"))
PAPER_IN = "kill -USR1 $(cat /run/bench-board/pid)"
PAPER_OUT = "kill -USR2 $(cat /run/bench-board/pid)"
PROGRAMS = ("qemu-system-aarch64", "mtype", "fdtput", "mksquashfs", "sfdisk", "rauc")


def need_image() -> Path:
    """Fail in words where there is nothing to boot."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    assert not missing, f"missing here: {', '.join(missing)}: deploy/setup/packages.sh deploy/setup/apt-image.txt"
    assert (IMAGE / "kiosk.img").exists(), f"there is no {IMAGE}/kiosk.img: run make image first"
    return IMAGE


def settings(folder: Path) -> Path:
    """What a fitter puts into /etc/kiosk: keys of an authority of its own; no hub or broker will answer."""
    data = folder / "hub"
    keys = data / "kiosks" / "kiosk-0001"
    write_new(data / "pki" / "root.pub.pem", b"no list of keys is ever asked for here\n")
    TlsAuthority(data / "pki", datetime.now(UTC), lambda _line: None).kiosk(
        keys, "kiosk-0001", data / "pki" / "root.pub.pem"
    )
    etc = folder / "etc"
    etc.mkdir()
    wiring = Wiring(9, 9, 9, 8080, 576, str(pyrage.x25519.Identity.generate().to_public()), "A" * 43)
    write_config(etc / "kiosk.toml", data, wiring, {"kiosk": {"state_dir": "/var/lib/kiosk"}})
    text = (etc / "kiosk.toml").read_text(encoding="utf-8").replace(str(keys), "/etc/kiosk/pki")
    (etc / "kiosk.toml").write_text(text, encoding="utf-8")
    shutil.copytree(keys, etc / "pki")
    return etc
