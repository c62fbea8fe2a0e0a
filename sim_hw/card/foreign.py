"""A card that is not a My Number card: a transit or shop card a person holds to the reader by mistake.

Not responsible for: behaving like any one product. It knows no application and no command (DEVICES: 6A82 or 6D00).
"""

from sim_hw.card.apdu import ApduError, parse
from sim_hw.card.status_word import StatusWord

SELECT = 0xA4


class ForeignCard:
    """Answers every SELECT with "not found" and all else with "unknown"."""

    atr = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")  # a contactless storage card, PC/SC part 3

    def reset(self) -> None:
        """There is nothing to forget."""

    def process(self, raw: bytes) -> bytes:
        """Answer one command APDU."""
        try:
            command = parse(raw)
        except ApduError:
            return StatusWord.WRONG_LENGTH.tail()
        return (StatusWord.NOT_FOUND if command.ins == SELECT else StatusWord.UNKNOWN_INS).tail()
