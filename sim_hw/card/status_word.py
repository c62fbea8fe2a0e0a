"""The status words a card answers with, ISO/IEC 7816-4 §5.6.

Not responsible for: deciding which one fits; `card.py` and `foreign.py` do.
"""

from enum import IntEnum


class StatusWord(IntEnum):
    """Two bytes at the end of each answer."""

    OK = 0x9000
    TRIES_LEFT = 0x63C0  # low nibble: tries left
    WRONG_LENGTH = 0x6700
    WRONG_FILE_KIND = 0x6981
    NOT_AUTHORISED = 0x6982
    BLOCKED = 0x6984
    NOT_NOW = 0x6986
    NOT_FOUND = 0x6A82
    WRONG_P1_P2 = 0x6A86
    BEYOND_END = 0x6B00
    UNKNOWN_INS = 0x6D00
    UNKNOWN_CLA = 0x6E00

    def tail(self, low: int = 0) -> bytes:
        """Return the two bytes, `low` added (tries left)."""
        return (self.value + low).to_bytes(2, "big")


class Refused(Exception):
    """The card answers without data: `tail` is the status word's two bytes."""

    def __init__(self, status: StatusWord, low: int = 0) -> None:
        super().__init__(status.name)
        self.tail = status.tail(low)
