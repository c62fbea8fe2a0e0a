"""The rules about locked requirements, checked: `python -m tests.tooling.locks` lists every offence and exits 1.

A lock names no host, gives a hash for every file, holds every package that pyproject.toml asks for, and the
larger lock holds the smaller one, same versions (`deploy/setup/environment.sh` relies on it).
Remedy of nearly all: `make lock`.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
RUN = "requirements.lock"
ALL = "requirements-dev.lock"
LOCKS = (RUN, ALL, "deploy/setup/installer.lock", "deploy/setup/build.lock", "deploy/package/kiosk.lock")
HOST = re.compile(
    r"[a-z][a-z0-9+]*://|--(?:extra-)?index-url|--find-links|\b[\w-]+\.(?:org|com|net|io|dev)\b", re.IGNORECASE
)


def locked(text: str) -> list[tuple[Requirement, int]]:
    """Each requirement of a lock with the number of its hashes."""
    entries: list[tuple[Requirement, int]] = []
    for entry in text.replace("\\\n", " ").splitlines():
        words = entry.split("#", 1)[0].split("--hash=")
        if words[0].strip():
            entries.append((Requirement(words[0].strip()), len(words) - 1))
    return entries


def host_offences(name: str, text: str) -> Iterator[str]:
    """Lines that tie the lock to one place to fetch from."""
    for number, line in enumerate(text.splitlines(), 1):
        if HOST.search(line):
            yield f"{name}:{number}: names a host or an index; run make lock"


def lock_offences(name: str, text: str) -> Iterator[str]:
    """Requirements that do not say exactly what is to be installed."""
    for requirement, hashes in locked(text):
        if not hashes:
            yield f"{name}: {requirement.name} has no hash; run make lock"
        if not str(requirement.specifier).startswith("=="):
            yield f"{name}: {requirement.name} is not pinned to one version; run make lock"


def asked_offences(name: str, text: str, asked: list[str]) -> Iterator[str]:
    """Requirements of pyproject.toml that the lock does not satisfy."""
    versions: dict[str, list[str]] = {}
    for requirement, _ in locked(text):
        pinned = str(requirement.specifier).removeprefix("==")
        versions.setdefault(canonicalize_name(requirement.name), []).append(pinned)
    for requirement in map(Requirement, asked):
        found = versions.get(canonicalize_name(requirement.name), [])
        if not found or not all(requirement.specifier.contains(version) for version in found):
            yield f"{name}: pyproject.toml asks for {requirement}, locked is {found or 'nothing'}; run make lock"


def offences(root: Path) -> list[str]:
    """Everything that is wrong with the locks below `root`."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    texts = {name: (root / name).read_text(encoding="utf-8") for name in LOCKS}
    found = [offence for name, text in texts.items() for offence in host_offences(name, text)]
    if found:
        return found
    found += [offence for name, text in texts.items() for offence in lock_offences(name, text)]
    run = project["project"]["dependencies"]
    found += asked_offences(RUN, texts[RUN], run)
    found += asked_offences(ALL, texts[ALL], run + project["dependency-groups"]["dev"])
    smaller, larger = (  # for which machines may differ: the larger one's own packages can need it on more
        {f"{requirement.name}{requirement.specifier}" for requirement, _ in locked(texts[name])} for name in (RUN, ALL)
    )
    found += [f"{ALL}: lacks {entry} of {RUN}; run make lock" for entry in sorted(smaller - larger)]
    return found


def main() -> int:
    """Print the offences of this checkout."""
    found = offences(ROOT)
    for offence in found:
        print(offence)
    print(f"locks: {len(found)} offences in {len(LOCKS)} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
