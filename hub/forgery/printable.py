"""Which dots of a background a printer must not get: pairs of bytes that it would obey as real-time commands.

Not responsible for framing. Source: `docs/reference/background.md`, "What a printer must not read".
"""

_SECOND = (0x04, 0x05, 0x14)
_FIRST = 0x10
_REACH_ROWS = 23


def _pairs(row: bytes | bytearray) -> list[int]:
    return [at for at in range(len(row) - 1) if row[at] == _FIRST and row[at + 1] in _SECOND]


def printable(page: bytes, drawn: bytes, width_dots: int) -> bytes:
    """Return `drawn` (the page with its background) as it is printed; the page's own dots all stay."""
    width = width_dots // 8
    own = [page[at : at + width] for at in range(0, len(page), width)]
    rows = [bytearray(drawn[at : at + width]) for at in range(0, len(drawn), width)]
    for number, row in enumerate(own):
        if _FIRST in row and _pairs(row):
            for near in range(max(0, number - _REACH_ROWS), min(len(own), number + _REACH_ROWS + 1)):
                rows[near][:] = own[near]
    for number, row in enumerate(rows):
        if _FIRST not in row:
            continue
        while mixed := [at for at in _pairs(row) if bytes(row[at : at + 2]) != own[number][at : at + 2]]:
            row[mixed[0] : mixed[0] + 2] = own[number][mixed[0] : mixed[0] + 2]
    return b"".join(rows)
