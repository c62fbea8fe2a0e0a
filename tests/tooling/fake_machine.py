"""A machine for the set-up scripts to run on: a search path that holds only the commands a test puts there.

Commands that would change the machine are fakes that write down how they were called. Nothing outside the test's folder
changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETUP = ROOT / "deploy" / "setup"
PLAIN_TOOLS = ("bash", "sed", "grep", "tr", "env", "cat", "rm", "mkdir", "sha256sum", "dirname", "chmod")


class FakeMachine:
    """One folder of commands; `calls` tells what the fakes were asked to do, in order."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "bin"
        self.path.mkdir()
        self.log = folder / "calls.txt"
        self.log.touch()
        for tool in PLAIN_TOOLS:
            self._write(tool, f'exec {shutil.which(tool)} "$@"')

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()

    def add(self, name: str, body: str = "") -> None:
        """A command that writes down its arguments, then does `body` (bash)."""
        self._write(name, f'echo "{name} $*" >>{self.log}\n{body}')

    def _write(self, name: str, body: str) -> None:
        """Files of its own, never links: writing to a link would write to the real machine's command."""
        command = self.path / name
        command.write_text(f"#!/bin/bash\n{body}\n")
        command.chmod(0o755)

    def add_debian(self, *installed: str, user: int = 1000) -> None:
        """Put dpkg and apt there, with these packages installed, for the user of that number."""
        self.add("dpkg-query", f'case " {" ".join(installed)} " in *" ${{!#}} "*) echo -n installed;; *) exit 1;; esac')
        self.add("apt-get")
        for name in ("mkdir", "rm", "tee"):  # they would change /run
            self.add(name, "[ -p /dev/stdin ] && cat >/dev/null; exit 0")
        self.add("apt-cache", 'case "$2" in not-here) echo "  Candidate: (none)";; *) echo "  Candidate: 1.0";; esac')
        self.add("id", f"echo {user}")

    def run(
        self, *command: str | Path, stdin: int = subprocess.DEVNULL, folder: Path = ROOT
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(word) for word in command],
            env={"PATH": str(self.path), "HOME": os.devnull},
            cwd=folder,
            stdin=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
