"""Inside the emulated kiosk, put there by the bench alone: lays settings down, starts the board, runs what is asked.

Started from a disk that only the emulator has, by a unit that the emulator's command line brings: the image knows
nothing of it.
Talks over a virtual serial port: a JSON line with a command in, a JSON line with status and output back.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

BENCH = Path("/run/bench")
BOARD = Path("/run/bench-board")
PORT = Path("/dev/virtio-ports/bench")
KIOSK = "/usr/lib/certificate-kiosk"


def lay_settings() -> None:
    """Provision the kiosk, as a fitter would; once."""
    etc = Path("/etc/kiosk")
    if (etc / "bench").exists():
        return
    shutil.copytree(BENCH / "settings", etc, dirs_exist_ok=True)
    for path in [etc, *etc.rglob("*")]:
        shutil.chown(path, "kiosk", "kiosk")
    (etc / "bench").touch()
    os.sync()


def start_board() -> None:
    """The pins, in memory; returns when they can be reached."""
    BOARD.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": f"{BENCH}:{KIOSK}/packages"}
    command = ["/usr/bin/python3", BENCH / "board.py", BOARD / "pins.sock"]
    board = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    (BOARD / "pid").write_text(str(board.pid))
    assert board.stdout
    board.stdout.readline()


def say_ready() -> None:
    """Tell the service manager; the kiosk starts after this."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect(os.environ["NOTIFY_SOCKET"])
        line.send(b"READY=1")


def serve() -> None:
    """Carry commands out until the system ends."""
    with PORT.open("r+b", buffering=0) as port:
        port.write(b'{"hello": true}\n')
        rest = b""
        while True:
            rest += port.read(65536)
            while b"\n" in rest:
                line, _, rest = rest.partition(b"\n")
                asked = json.loads(line)
                words = ["sh", "-c", asked["command"]]
                done = subprocess.run(words, capture_output=True, text=True, check=False)
                answer = {"id": asked["id"], "status": done.returncode, "output": done.stdout + done.stderr}
                port.write(json.dumps(answer).encode() + b"\n")


lay_settings()
start_board()
say_ready()
serve()
