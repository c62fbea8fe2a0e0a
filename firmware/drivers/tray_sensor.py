"""The sensor in the output tray, as `devices.TraySensor`.

Not responsible for which paper it is, nor for how long it may lie there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.devices import PaperPresented, PaperTaken
from firmware.drivers.contact import Contact

if TYPE_CHECKING:
    from firmware import config
    from firmware.devices import Emit
    from firmware.drivers.pins import Pins


class PinTraySensor:
    """A contact that is on while paper lies in the tray."""

    def __init__(self, settings: config.TraySensor, pins: Pins) -> None:
        self._settings = settings
        self._pins = pins
        self._contact: Contact | None = None

    def start(self, emit: Emit) -> None:
        """Begin to watch; emits the present state once, then every debounced edge."""

        def tell(paper: bool) -> None:  # noqa: FBT001 - the contact's callback
            emit(PaperPresented() if paper else PaperTaken())

        self._contact = Contact(
            self._pins,
            self._settings.pin,
            active_low=self._settings.active_low,
            debounce_ms=self._settings.debounce_ms,
            on_change=tell,
        )
        tell(self._contact.on)

    def close(self) -> None:
        """Release the pin."""
        if self._contact is not None:
            self._contact.close()
            self._contact = None
