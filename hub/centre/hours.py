"""When the centre serves at all: 06:30 to 23:00 Asia/Tokyo, not from 29 December to 3 January.

Not responsible for a municipality's own, narrower hours. Source: the service's rules, `docs/reference/hub-protocol.md`.
"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
OPENS = time(6, 30)
CLOSES = time(23, 0)
_CLOSED_DAYS = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


def centre_is_open(now: datetime, *, always_open: bool = False) -> bool:
    """Tell whether the centre serves at this moment."""
    local = now.astimezone(TOKYO)
    return always_open or ((local.month, local.day) not in _CLOSED_DAYS and OPENS <= local.time() < CLOSES)
