"""What is stored on one My Number card: files, PINs, keys, and what needs which PIN; read from a citizen's folder.

Not responsible for: making the folder (`python -m hub init` does; layout in docs/reference/hub-protocol.md).
File ids: DEVICES, "Smart card".
"""

import json
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import cast

from sim_hw.card.pin import CardPin
from sim_hw.card.private_key import CardKey

TOKEN = b"JPKIAPICCTOKEN2".ljust(32)


class FileId(IntEnum):
    """Elementary files of the JPKI application."""

    SIGN_CERTIFICATE = 0x0001
    SIGN_CA = 0x0002
    TOKEN = 0x0006
    AUTH_CERTIFICATE = 0x000A
    AUTH_CA = 0x000B
    AUTH_KEY = 0x0017
    AUTH_PIN = 0x0018
    SIGN_KEY = 0x001A
    SIGN_PIN = 0x001B


class CardFolderError(ValueError):
    """The folder does not describe a card; the text says which file and why."""


@dataclass(frozen=True)
class CardContents:
    """All that is stored on one card."""

    files: dict[FileId, bytes]
    pins: dict[FileId, CardPin]
    keys: dict[FileId, CardKey]

    @property
    def ids(self) -> frozenset[FileId]:
        """Everything that SELECT finds."""
        return frozenset(self.files) | frozenset(self.pins) | frozenset(self.keys)


PIN_FOR_READING = {FileId.SIGN_CERTIFICATE: FileId.SIGN_PIN}
PIN_FOR_SIGNING = {FileId.AUTH_KEY: FileId.AUTH_PIN, FileId.SIGN_KEY: FileId.SIGN_PIN}


def load(folder: Path) -> CardContents:
    """Read a citizen's folder; raise `CardFolderError` naming the file that is missing or wrong."""
    try:
        pins = cast("dict[str, str]", json.loads((folder / "card.json").read_text(encoding="utf-8")))
        return CardContents(
            files={
                FileId.AUTH_CERTIFICATE: (folder / "auth_cert.der").read_bytes(),
                FileId.AUTH_CA: (folder / "auth_ca.der").read_bytes(),
                FileId.SIGN_CERTIFICATE: (folder / "sign_cert.der").read_bytes(),
                FileId.SIGN_CA: (folder / "sign_ca.der").read_bytes(),
                FileId.TOKEN: TOKEN,
            },
            pins={
                FileId.AUTH_PIN: CardPin(pins["auth_pin"].encode(), 3),
                FileId.SIGN_PIN: CardPin(pins["sign_pin"].encode(), 5),
            },
            keys={
                FileId.AUTH_KEY: CardKey.from_pem((folder / "auth_key.pem").read_bytes()),
                FileId.SIGN_KEY: CardKey.from_pem((folder / "sign_key.pem").read_bytes()),
            },
        )
    except OSError as error:
        raise CardFolderError(f"no card in {folder}: {error.strerror}: {error.filename}") from error
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise CardFolderError(f"no card in {folder}: {type(error).__name__}: {error}") from error
