"""Whether an update may begin just now: never while a person is served or a thing of theirs lies there.

The states are those that the kiosk tells over MQTT, too (`docs/reference/mqtt.md`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk_update.kiosk import Service

AT_REST = frozenset({"in_service", "out_of_service"})


def hindrance(service: Service) -> str | None:
    """Return why not, in words; None when the kiosk is at rest, or was stopped by a fitter."""
    if not service.active:
        return None if service.pid == 0 else "the kiosk is starting or ending: try again in a minute"
    if service.says in AT_REST:
        return None
    if not service.says:
        return "the kiosk does not say what it is doing: systemctl status kiosk"
    return f"the kiosk is {service.says.replace('_', ' ')}: try again when the person has left and taken everything"
