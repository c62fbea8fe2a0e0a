"""Puts spoken guidance between a process's pages and its screen, where the configuration names a sound device.

Not responsible for the words, nor for the sound.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from firmware.app.screens.guidance import Guidance
from firmware.drivers.voice import Voice

if TYPE_CHECKING:
    from firmware.config import Voice as VoiceConfig
    from firmware.devices import DeviceError
    from firmware.drivers.screen import ScreenServer


def guided(screen: ScreenServer, config: VoiceConfig) -> ScreenServer | Guidance:
    """Return what pages are to be shown on: the screen itself, or one that speaks as well."""
    if not config.device:
        return screen
    guidance = Guidance(screen, Voice(config, _tell), private=config.private, repeat_s=config.repeat_s)
    screen.offer_guidance(guidance)
    return guidance


def _tell(error: DeviceError) -> None:
    """Say in the log that nothing is heard; service goes on. The errors hold nothing of what was to be said."""
    print(f"voice: {error}", file=sys.stderr, flush=True)
