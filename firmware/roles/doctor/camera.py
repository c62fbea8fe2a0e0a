"""The camera and its view: whether a picture comes, shows something, and is the one that the fitter fixed.

picamera2 is imported when asked: its driver raises where it is missing. Not responsible for whether masks are in the
right place: a person looks at `kiosk evidence still`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from firmware.app.recorder import health, view
from firmware.devices import DeviceUnavailable
from firmware.drivers.worker import Worker
from firmware.roles.doctor.finding import LIMIT_S, Finding, fail, ok, warn
from firmware.roles.evidence import still

if TYPE_CHECKING:
    from firmware.config import Config


async def check(config: Config) -> Finding:
    """Take a picture, masked; one that shows nothing, or another view, is of no use as evidence."""
    settings = config.camera
    try:
        from firmware.drivers import camera as _  # noqa: F401, PLC0415 - see the head of this file
    except DeviceUnavailable as error:
        remedy = "on Raspberry Pi OS: apt-get install python3-picamera2"
        return fail(f"picamera2 cannot be used: {error.__cause__}", remedy)
    worker = Worker("camera")
    try:
        (planes,) = await worker.call(partial(still.take, settings, 1), LIMIT_S)
    finally:
        worker.end_with(lambda: None)
    try:
        seen = view.load(config.kiosk.state_dir, settings)
    except view.ViewError as error:
        return fail(str(error), "kiosk evidence reference, with nobody in front")
    small = seen.small(planes)
    luma = seen.brightness(small)
    if luma <= health.BLACK_LUMA:
        return fail(f"a black picture (brightness {luma:.0f} of 255)", "uncover the lens; switch the light on")
    if seen.detail(small) < health.LEAST_DETAIL:
        return fail("a picture without any detail", "uncover the lens, clean it")
    if seen.agreement(small) < health.MOVED_BELOW:
        return fail("not the view that was fixed", "turn the camera back; or fix this one: kiosk evidence reference")
    size, masks = f"{settings.width} x {settings.height}", len(settings.masks)
    told = f"a picture of {size}, brightness {luma:.0f} of 255, {masks or 'no'} {'mask' if masks == 1 else 'masks'}"
    if seen.reference is None:
        return warn(f"{told}; a turned camera would not be noticed", "fix its view: kiosk evidence reference")
    return ok(f"{told}; to see it: kiosk evidence still")
