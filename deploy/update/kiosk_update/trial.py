"""Judges a slot on trial: it becomes the default only after the kiosk has proved itself in it.

Proof is that the kiosk runs without a restart for a while, serves its screen, has come past *starting*, and that its
doctor finds nothing at fault which was in order before the update. What is at fault outside (no paper, a hub that is
away) was so before, or passes while there is time. Without proof in time the caller restarts, into the old slot.
Not responsible for the slots' files (`slots.py`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk_update import gate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kiosk_update.kiosk import Service

STEADY_S = 30.0
LIMIT_S = 240.0
LOOK_S = 2.0


@dataclass(frozen=True, slots=True)
class Look:
    """How the kiosk is looked at; replaced in tests."""

    service: Callable[[], Service]
    page_answers: Callable[[], bool]
    findings: Callable[[], Mapping[str, str]]
    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep


def worse(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return what was in order before and is at fault now, or is not looked at any more."""
    return sorted(name for name, mark in before.items() if mark == "OK" and after.get(name, "FAIL") == "FAIL")


def proved(before: Mapping[str, str], look: Look, say: Callable[[str], None]) -> bool:
    """Watch the kiosk until it has proved itself (True) or the time is over (False); `say` gets what is missing."""
    end = look.now() + LIMIT_S
    pid, since, said = 0, look.now(), ""
    while look.now() < end:
        service = look.service()
        missing = _missing(service, look)
        if service.pid != pid or missing:
            pid, since = service.pid, look.now()
        elif look.now() - since >= STEADY_S:
            faults = worse(before, look.findings())
            if not faults:
                return True
            missing = f"not in order any more: {', '.join(faults)}"
        if missing != said:
            say(missing)
            said = missing
        look.wait(LOOK_S)
    return False


def _missing(service: Service, look: Look) -> str:
    if not service.active:
        return "the kiosk does not run"
    if service.says not in gate.AT_REST | {"serving", "awaiting_pickup", "left_behind"}:
        return f"the kiosk says {service.says or 'nothing'}"
    return "" if look.page_answers() else "the kiosk serves no screen"
