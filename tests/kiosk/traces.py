"""Looks for a person in raw bytes, in every form that software might leave them: an image of a disk, memory, files.

Forms: UTF-8, UTF-16, Shift-JIS, base64 at each of its three alignments, rows of dots as they are printed; and all of
these within zlib, gzip and PNG streams. Not responsible for where the bytes come from (`memory.py`).
"""

from __future__ import annotations

import base64
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim_hw.printer import Strip

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "shift_jis")
SHORTEST = 6  # bytes: a shorter needle is found everywhere by chance
ROWS = 12
MOST_INFLATED = 1 << 20
_STREAM = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")


def forms(name: str, text: str | bytes) -> dict[str, bytes]:
    """Return the bytes in which it may lie, by name."""
    raw = {"raw": text} if isinstance(text, bytes) else {}
    if isinstance(text, str):
        for encoding in ENCODINGS:
            try:
                raw[encoding] = text.encode(encoding)
            except UnicodeEncodeError:  # letters that Shift-JIS does not have
                continue
    found = {f"{name} ({form})": data for form, data in raw.items() if len(data) >= SHORTEST}
    for form, data in raw.items():
        for shift in range(3) if form in ("raw", "utf-8") else ():
            inside = base64.b64encode(bytes(shift) + data + bytes(3))
            piece = inside[4 if shift else 0 : -4 - (len(inside) // 4 and 4)]
            if len(piece) >= SHORTEST * 2:
                found[f"{name} ({form}, base64 {shift})"] = piece
    return found


def rows_of(strip: Strip) -> dict[str, bytes]:
    """Return the rows of a printed strip that say the most: those with the most changes between black and white."""
    width = strip.width_dots // 8
    rows = [strip.dots[start : start + width] for start in range(0, len(strip.dots), width)]
    busiest = sorted(set(rows), key=lambda row: -len(zlib.compress(row)))[:ROWS]
    return {f"row {number}": row for number, row in enumerate(busiest)}


def in_bytes(data: bytes, needles: dict[str, bytes]) -> set[str]:
    """Return the names of the needles that are in the data, or in anything compressed in it."""
    found = {name for name, needle in needles.items() if needle in data}
    for match in _STREAM.finditer(data):
        inflated = _inflated(data, match.start())
        found |= {f"{name}, compressed" for name, needle in needles.items() if needle in inflated}
    return found


def in_file(path: Path, needles: dict[str, bytes]) -> set[str]:
    """Search a file's name and content; one that has just got its final name is searched under that."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return set()
    return in_bytes(path.name.encode() + b"\n" + content, needles)


def in_folders(folders: Iterable[Path], needles: dict[str, bytes]) -> set[tuple[str, str]]:
    """Return (needle, file) of each find below these folders."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {(name, path.name) for path in files for name in in_file(path, needles)}


def _inflated(data: bytes, start: int) -> bytes:
    try:
        return zlib.decompressobj(wbits=47).decompress(data[start : start + MOST_INFLATED], MOST_INFLATED)
    except zlib.error:
        return b""
