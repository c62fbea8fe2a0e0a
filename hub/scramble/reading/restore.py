"""Read a panel and open it: for those who hold the keys and trust the scan (tests, bench).

What strangers upload is read without keys in a process of its own (`hub/inquiry`).
"""

from collections.abc import Mapping
from dataclasses import replace

from hub.scramble.opened import open_payload
from hub.scramble.reading.arrays import Grey
from hub.scramble.reading.outcome import Reason, Restored, Unreadable
from hub.scramble.reading.read import read_payload


def read_panel(scan: Grey, keys: Mapping[int, bytes]) -> Restored | Unreadable:
    """Read the panel in a scan: (rows, columns) grey, or (rows, columns, 3 or 4) RGB(A); keys by their ids."""
    found = read_payload(scan)
    if isinstance(found, Unreadable):
        return found
    label, named = found.label, found.label.key_id if found.site_address else None
    if named is not None and named not in keys:
        return Unreadable(Reason.UNKNOWN_KEY, label, found.reading)
    opened = open_payload(found.data, label.width_dots, keys, named)
    if opened is None:
        return Unreadable(Reason.NOT_AUTHENTIC, label, found.reading)
    page, key_id = opened
    return Restored(page, replace(label, key_id=key_id), found.site_address, found.reading)
