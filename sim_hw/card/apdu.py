"""Command APDUs as a card reads them: header, data, expected length; short and extended form.

Not responsible for: what a command means. Source: ISO/IEC 7816-4 §5.2, Table 2 (cases 1 to 4).
"""

from dataclasses import dataclass

HEADER_BYTES = 4
SHORT_MAX = 256
EXTENDED_MAX = 65536


class ApduError(ValueError):
    """The bytes are no command APDU; a card answers 6700."""


@dataclass(frozen=True)
class CommandApdu:
    """One command; `le` is the longest answer wanted in bytes, None where none is."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None


def parse(raw: bytes) -> CommandApdu:
    """Read one command APDU; raise `ApduError` when its lengths contradict one another."""
    if len(raw) < HEADER_BYTES:
        raise ApduError(f"a command has at least 4 bytes, not {len(raw)}")
    data, le = _body(raw[HEADER_BYTES:])
    return CommandApdu(raw[0], raw[1], raw[2], raw[3], data, le)


def _body(body: bytes) -> tuple[bytes, int | None]:
    if not body:
        return b"", None
    if len(body) == 1:
        return b"", body[0] or SHORT_MAX
    if body[0] != 0:
        return _data_and_le(body[1:], body[0], le_bytes=1)
    if len(body) == 3:  # noqa: PLR2004  case 2E: 00 and two bytes of Le
        return b"", int.from_bytes(body[1:], "big") or EXTENDED_MAX
    return _data_and_le(body[3:], int.from_bytes(body[1:3], "big"), le_bytes=2)


def _data_and_le(rest: bytes, lc: int, le_bytes: int) -> tuple[bytes, int | None]:
    if lc and len(rest) == lc:
        return rest, None
    if lc and len(rest) == lc + le_bytes:
        longest = SHORT_MAX if le_bytes == 1 else EXTENDED_MAX
        return rest[:lc], int.from_bytes(rest[lc:], "big") or longest
    raise ApduError(f"Lc says {lc} bytes of data, {len(rest)} bytes follow")
