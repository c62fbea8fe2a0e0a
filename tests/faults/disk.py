"""A disk that forgets what it was not told to keep, under the very file operations of the kiosk's books.

Stands in for `os` in the modules that write state (`Run._in_place`): each fsync copies the file to what would be left.
A cut leaves of the rest nothing, all, a half, or zeros of the same length, as file systems do. It can also be full,
worn out or read-only. Not responsible for when (`points.py`). Why no kernel's layer: docs/decisions/0022.
"""

from __future__ import annotations

import errno
import os
import stat
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

if TYPE_CHECKING:
    from collections.abc import Callable


class Torn(StrEnum):
    """What a power cut leaves of bytes that were written and not synced."""

    NOTHING = "nothing"
    HALF = "half"
    ALL = "all"
    ZEROS = "zeros"


class Disk:
    """The layer. `reach` is told of every operation; `error` is the errno that the next one fails with."""

    def __init__(self, folder: Path, reach: Callable[[str], None]) -> None:
        self.folder = folder
        self._reach = reach
        self._kept: dict[Path, bytearray] = {}
        self._grew: set[Path] = set()  # only appended to since it was kept
        self._listed: set[Path] = set()
        self._open: dict[int, Path] = {}
        self._buffered: list[BinaryIO] = []
        self.error = 0
        self.full = False
        self.read_only = False

    # ------------------------------------------------------------ what stands in for `os`

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: Path | str, flags: int, mode: int = 0o777) -> int:
        """Open a file or a folder."""
        path = Path(path)
        if self.read_only and flags & (os.O_RDWR | os.O_WRONLY):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        name = "folder" if path == self.folder else path.name
        self._reach(f"{name}: open")
        descriptor = os.open(path, flags, mode)
        self._open[descriptor] = path
        return descriptor

    def write(self, descriptor: int, line: bytes) -> int:
        """Write to the cache; a disk that is full takes what is left of its last block."""
        name = self._open[descriptor].name
        self._reach(f"{name}: write")
        self._fail()
        if self.full or self.read_only:
            if self.read_only:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            os.write(descriptor, line[: len(line) // 2])
            return len(line) // 2
        written = os.write(descriptor, line)
        self._reach(f"{name}: written")
        return written

    def pwrite(self, descriptor: int, content: bytes, offset: int) -> int:
        """Write over what is there; a disk that is full takes that, and nothing beyond."""
        name = self._open[descriptor].name
        self._reach(f"{name}: write")
        self._fail()
        if self.read_only:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        if self.full and offset + len(content) > os.fstat(descriptor).st_size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = os.pwrite(descriptor, content, offset)
        self._grew.discard(self._open[descriptor])
        self._reach(f"{name}: written")
        return written

    def ftruncate(self, descriptor: int, length: int) -> None:
        """Cut a file off."""
        self._reach(f"{self._open[descriptor].name}: cut off")
        if length != os.fstat(descriptor).st_size:
            self._grew.discard(self._open[descriptor])
        os.ftruncate(descriptor, length)

    def fdatasync(self, descriptor: int) -> None:
        """Keep a file's content."""
        self._keep(descriptor)

    def fsync(self, descriptor: int) -> None:
        """Keep a file's content, or what a folder lists."""
        self._keep(descriptor)

    def _keep(self, descriptor: int) -> None:
        path = self._open.get(descriptor) or Path(f"/proc/self/fd/{descriptor}").readlink()
        name = "folder" if path == self.folder else path.name
        self._reach(f"{name}: sync")
        self._fail()
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            self._listed = {each for each in path.iterdir() if each.is_file()}
        else:
            self._copy(path)
        self._reach(f"{name}: synced")

    def _copy(self, path: Path) -> None:
        """Copy what a file has now; of one that only grew, what is new."""
        if path not in self._grew:
            self._kept[path] = bytearray()
        kept = self._kept[path]
        with path.open("rb") as file:
            file.seek(len(kept))
            kept += file.read()
        self._grew.add(path)

    def fdopen(self, descriptor: int, mode: str) -> BinaryIO:
        """Hand a file out with a buffer, which dies with the process."""
        self._open.pop(descriptor)
        file = cast("BinaryIO", os.fdopen(descriptor, mode))
        self._buffered.append(file)
        return file

    def close(self, descriptor: int) -> None:
        """Close a file."""
        self._open.pop(descriptor, None)
        os.close(descriptor)

    def _fail(self) -> None:
        code, self.error = self.error, 0
        if code:
            raise OSError(code, os.strerror(code))

    # ------------------------------------------------------------ what happens to it

    def died(self) -> None:
        """The process that had files open is gone."""
        for descriptor in tuple(self._open):
            self.close(descriptor)
        with Path(os.devnull).open("r+b") as nowhere:
            for file in self._buffered:
                if not file.closed:
                    os.dup2(nowhere.fileno(), file.fileno())  # what was in the buffer is lost
                    file.close()
        self._buffered.clear()

    def power_cut(self, torn: Torn) -> None:
        """Forget what was not synced: content, and names that came or went."""
        for path in self._listed:
            if torn is Torn.NOTHING and not path.exists():
                path.write_bytes(self._kept.get(path, b""))
        self._grew.clear()
        for path in [each for each in self.folder.iterdir() if each.is_file()]:
            there, kept = path.read_bytes(), bytes(self._kept.get(path, b""))
            if path not in self._listed and torn is Torn.NOTHING:
                path.unlink()
            elif there != kept:
                path.write_bytes(_left(there, kept, torn))
            self._kept[path] = bytearray(path.read_bytes() if path.exists() else b"")


def _left(there: bytes, kept: bytes, torn: Torn) -> bytes:
    """Return what a cut leaves: what was synced, and of the rest what `torn` says."""
    if len(there) == len(kept):  # written over in place
        half = len(there) // 2
        return {Torn.HALF: there[:half] + kept[half:], Torn.ALL: there}.get(torn, kept)
    rest = there[len(kept) :] if there.startswith(kept) else b""
    match torn:
        case Torn.NOTHING:
            return kept
        case Torn.HALF:
            return kept + rest[: len(rest) // 2]
        case Torn.ZEROS:
            return kept + bytes(len(rest))
        case Torn.ALL:
            return there
