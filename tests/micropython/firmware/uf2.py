"""Wraps an image of the RP2040's flash as UF2, the form in which a Pico takes it: uf2.py IMAGE.bin OUT.uf2.

The form is Microsoft's: blocks of 512 bytes, 256 of them payload, each with its address. Runs on any Python.
"""

import struct
import sys
from pathlib import Path

FLASH, PAYLOAD = 0x10000000, 256
MAGIC, MAGIC_TOO, MAGIC_END = 0x0A324655, 0x9E5D5157, 0x0AB16F30
FAMILY_PRESENT, RP2040 = 0x2000, 0xE48BFF56


def uf2(image: bytes) -> bytes:
    """Return the image as UF2."""
    parts = [image[at : at + PAYLOAD].ljust(PAYLOAD, b"\0") for at in range(0, len(image), PAYLOAD)]
    head = (MAGIC, MAGIC_TOO, FAMILY_PRESENT)
    blocks = [
        struct.pack("<8I476sI", *head, FLASH + number * PAYLOAD, PAYLOAD, number, len(parts), RP2040, part, MAGIC_END)
        for number, part in enumerate(parts)
    ]
    return b"".join(blocks)


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(uf2(Path(sys.argv[1]).read_bytes()))
