"""The camera's driver: pictures as the encoder takes them, and faults in the project's words."""

import numpy as np
import pytest

from firmware import config
from firmware.devices import DeviceTimeout, DeviceUnavailable
from firmware.drivers import camera as driver
from firmware.drivers.camera import LibcameraCamera, unpad

RECIPIENT = "age1" + "q" * 58


@pytest.fixture
def camera(lobby):
    camera = LibcameraCamera(config.Camera(recipient=RECIPIENT, masks=(), frames_per_s=30))
    yield camera
    camera.close()


def test_pictures_are_planes_of_the_configured_size(camera):
    camera.open()
    assert camera.capture().shape == (540, 640)


def test_padding_is_cut_off_every_plane():
    width, height, stride = 6, 4, 8
    padded = np.zeros((height * 3 // 2, stride), np.uint8)
    padded[:height, :width] = 1
    chroma = padded[height:].reshape(2, height // 2, stride // 2)
    chroma[0, :, : width // 2], chroma[1, :, : width // 2] = 2, 3
    cut = unpad(padded, width, height)
    assert cut.shape == (6, 6)
    assert cut.reshape(-1).tolist() == [1] * 24 + [2] * 6 + [3] * 6


def test_a_width_that_libcamera_pads(lobby):
    camera = LibcameraCamera(config.Camera(recipient=RECIPIENT, masks=(), width=360, height=240))
    camera.open()
    assert camera.capture().shape == (360, 360)
    camera.close()


def test_no_camera_is_unavailable(camera, lobby):
    lobby.camera.unplug()
    with pytest.raises(DeviceUnavailable, match="No camera"):
        camera.open()


def test_a_camera_that_is_not_open_is_unavailable(camera):
    with pytest.raises(DeviceUnavailable, match="not open"):
        camera.capture()


def test_a_camera_that_stops_delivering_is_a_timeout(camera, lobby, monkeypatch):
    monkeypatch.setattr(driver, "_FRAME_TIMEOUT_S", 0.3)
    camera.open()
    camera.capture()
    lobby.camera.unplug()
    with pytest.raises(DeviceTimeout):
        capture_many(camera)


def capture_many(camera):
    for _ in range(100):  # pictures that were on their way
        camera.capture()
