"""Base45 (RFC 9285): bytes as the characters that a QR code packs best, two bytes in three characters."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_BASE = 45


def encoded(data: bytes) -> str:
    """Write bytes."""
    out: list[str] = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, _BASE)
            out.append(ALPHABET[digit])
    return "".join(out)


def decoded(text: str) -> bytes:
    """Read text; raises ValueError for anything that `encoded` does not write."""
    out = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        if not set(group) <= _VALUE.keys() or len(group) == 1:
            raise ValueError("not Base45")
        value = sum(_VALUE[character] * _BASE**place for place, character in enumerate(group))
        if value >= 1 << 8 * (len(group) - 1):
            raise ValueError("not Base45: a group is too large")
        out += value.to_bytes(len(group) - 1, "big")
    return bytes(out)
