"""What the fitter sees of the camera: a still as the recorder sees it, masks black, and the reference view.

The kiosk must not run meanwhile: it holds the camera. Not responsible for judging pictures (`app/recorder/health.py`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import av
import numpy as np

from firmware.app.recorder import view
from firmware.app.recorder.masks import Masks
from firmware.app.recorder.view import View
from firmware.devices import DeviceUnavailable

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    from firmware import config
    from firmware.config import Config

_SETTLE = 5  # pictures until the exposure is adjusted
_REFERENCE = 9  # pictures whose median is the reference: who walks through leaves no trace


def run(config: Config, arguments: argparse.Namespace) -> int:
    """Take the still, or the reference view; raises `DeviceError`, `OSError` and `ViewError`."""
    if arguments.action == "still":
        picture = av.VideoFrame.from_ndarray(take(config.camera, 1)[0], format="yuv420p")
        picture.to_image().save(arguments.out, "PNG")
        print(f"{arguments.out}: {len(config.camera.masks)} masks, black. Screen, PIN pad and paper must not be seen.")
        return os.EX_OK
    blank = View(config.camera)
    smalls = [blank.small(planes) for planes in take(config.camera, _REFERENCE)]
    reference = np.median(np.stack(smalls), axis=0).astype(np.float32)
    landmarks = View(config.camera, reference).landmarks()
    if landmarks < view.FEWEST:
        raise view.ViewError(
            f"the view shows too little to be known again ({landmarks} landmarks, {view.FEWEST} needed)."
            " Uncover the lens, switch the lights on, or point the camera at something with shape."
        )
    path = view.save(config.kiosk.state_dir, reference)
    print(f"{path}: {landmarks} landmarks. The recorder takes it at its next start.")
    return os.EX_OK


def take(settings: config.Camera, count: int) -> list[NDArray[np.uint8]]:
    """Return pictures, masked, once the exposure has settled."""
    from firmware.drivers.camera import LibcameraCamera  # noqa: PLC0415 - raises where picamera2 is missing

    masks, camera = Masks(settings), LibcameraCamera(settings)
    try:
        try:
            camera.open()
        except DeviceUnavailable as error:
            raise DeviceUnavailable(f"{error}. A running kiosk holds the camera: stop it first.") from error
        pictures = [camera.capture() for _ in range(_SETTLE + count)][_SETTLE:]
    finally:
        camera.close()
    for planes in pictures:
        masks.apply(planes)
    return pictures
