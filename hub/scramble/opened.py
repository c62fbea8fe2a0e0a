"""Open a payload that was read from a panel: with the key its label names, or, without a label, with any of them.

Light, for the process that holds the keys; reading (`hub/scramble/reading`) needs none. Only an authentic page is ever
returned, and only authentic data decompressed.
"""

from collections.abc import Mapping

from hub.scramble.panel import bound_bytes
from hub.scramble.payload import NotAuthentic, Page, open_page


def open_payload(data: bytes, width_dots: int, keys: Mapping[int, bytes], named: int | None) -> tuple[Page, int] | None:
    """Return the page and the key's id, or None if no key fits. `named`: the label's key id, None without a label."""
    for key_id in keys if named is None else [named]:
        try:
            return open_page(data, keys[key_id], bound_bytes(width_dots, key_id)), key_id
        except NotAuthentic:
            continue
    return None
