"""Whether the system's clock is kept right by the network, as the kernel knows it (adjtimex(2)).

Not responsible for how far it is off: only the centre's time can tell (`centre.py`).
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from firmware.roles.doctor.finding import Finding, warn

if TYPE_CHECKING:
    from collections.abc import Callable

REMEDY = "switch time synchronisation on: timedatectl set-ntp true"
_TIMEX_BYTES = 256  # struct timex is 208 long, and all zeros ask for nothing to be changed
_TIME_ERROR = 5


def is_synchronised() -> bool:
    """Return whether somebody keeps it right."""
    return ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)) != _TIME_ERROR


def not_compared(*, synchronised: Callable[[], bool] = is_synchronised) -> Finding:
    """Judge a clock that the centre's time is not there for."""
    if synchronised():
        return warn(
            "not compared: the hub gives no time; kept right by the system", "put right what is said of the hub"
        )
    return warn("not compared: the hub gives no time; not synchronised, certificates may seem to have ended", REMEDY)
