"""Whether spoken guidance can be heard: makes a word of sound in two ways and plays a moment of silence.

Without it people who do not see the screen are not served; the kiosk itself serves on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware.devices import DeviceError
from firmware.drivers.voice import Voice
from firmware.roles.doctor.finding import Finding, ok, warn

if TYPE_CHECKING:
    from firmware.config import Voice as VoiceConfig


async def check(config: VoiceConfig) -> Finding:
    """Try it; a voice that fails is a warning, never a failure."""
    if not config.device:
        return ok("none is set up (voice.device is empty)")
    voice = Voice(config)
    try:
        await voice.check()
    except DeviceError as error:
        return warn(str(error), "check the sound device, and that this user is in the group audio")
    finally:
        await voice.close()
    return ok(f"{config.device}: Japanese and other languages can be spoken")
