"""The static page that checks signed codes in a browser: `verify.html` with the centre's public keys in it."""

import json
from pathlib import Path

from hub.signed_code.verdict import CentreKeys

_PAGE = Path(__file__).with_name("verify.html")
_PLACE = '<script type="application/json" id="keys">{}</script>'


def page_with(keys: CentreKeys) -> str:
    """Return the page; whoever serves it answers for the keys in it."""
    listed = json.dumps({kid.hex(): key.public_bytes_raw().hex() for kid, key in keys.items()})
    return _PAGE.read_text(encoding="utf-8").replace(_PLACE, _PLACE.replace("{}", listed))
