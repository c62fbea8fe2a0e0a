"""The centre's keys of the scrambled image: `DIR/pki/panel-N.key`, 32 random bytes each, N is the key's id.

Panels are drawn with the newest (highest id); older ones stay, to read what was printed with them. Made by `python -m
hub init`; a next one is a new file. They never leave the centre and its inquiry site. Source:
`docs/reference/scramble.md`, "Payload".
"""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from hub.files import write_new
from hub.scramble.label import KEY_ID_MAX
from hub.scramble.payload import KEY_BYTES
from hub.settings import Unconfigured

_NAME = re.compile(r"panel-([1-9][0-9]{0,4})\.key")


class PanelKeyError(Unconfigured):
    """The keys cannot be used; the text names the file and the remedy."""


def make_panel_key(pki: Path) -> None:
    """Make the first key, DIR/pki/panel-1.key, if it is missing."""
    write_new(pki / "panel-1.key", secrets.token_bytes(KEY_BYTES), secret=True)


def load_panel_keys(pki: Path) -> Mapping[int, bytes]:
    """Read all keys by their ids; raises PanelKeyError."""
    keys: dict[int, bytes] = {}
    for path in pki.glob("panel-*.key"):
        match = _NAME.fullmatch(path.name)
        if match is None or int(match[1]) > KEY_ID_MAX:
            raise PanelKeyError(f"{path}: name it panel-N.key, N from 1 to {KEY_ID_MAX}, without leading zeros")
        try:
            key = path.read_bytes()
        except OSError as error:
            raise PanelKeyError(f"{path}: cannot be read ({error.strerror}); see its owner and mode") from error
        if len(key) != KEY_BYTES:
            raise PanelKeyError(f"{path} must have {KEY_BYTES} bytes; restore it from the backup")
        keys[int(match[1])] = key
    if not keys:
        raise PanelKeyError(f"{pki}/panel-1.key is missing; run `python -m hub init` to make it")
    return keys
