"""The camera library's surface that fixed cameras use, and the scene that stands before it."""

import time

import numpy as np
import pytest
from picamera2 import Picamera2
from PIL import Image


@pytest.fixture
def camera(lobby):
    with Picamera2() as camera:
        yield camera


def shoot(camera, pixel_format: str, size=(320, 240), rate=100.0, **options):
    camera.stop()
    main = {"format": pixel_format, "size": size}
    camera.configure(camera.create_video_configuration(main=main, controls={"FrameRate": rate}))
    camera.start()
    return camera.capture_array("main", **options)


@pytest.mark.parametrize(
    ("pixel_format", "shape"),
    [
        ("RGB888", (240, 320, 3)),
        ("BGR888", (240, 320, 3)),
        ("XRGB8888", (240, 320, 4)),
        ("XBGR8888", (240, 320, 4)),
        ("YUV420", (360, 320)),
    ],
)
def test_each_format_has_its_shape(camera, pixel_format, shape):
    picture = shoot(camera, pixel_format)
    assert (picture.shape, picture.dtype) == (shape, np.uint8)


def test_rgb888_has_its_bytes_in_the_order_blue_green_red(camera):
    screen = np.s_[75:80, 220:230]  # the kiosk's screen is light blue
    blue, _, red = shoot(camera, "RGB888")[screen].reshape(-1, 3).mean(0)
    assert blue > red + 50
    red, _, blue = shoot(camera, "BGR888")[screen].reshape(-1, 3).mean(0)
    assert blue > red + 50


def test_rows_of_yuv_are_padded_to_64_bytes(camera):
    assert shoot(camera, "YUV420", size=(360, 240)).shape == (360, 384)


def test_pictures_come_at_the_rate_asked_for(camera):
    shoot(camera, "RGB888", rate=20)
    started = time.monotonic()
    for _ in range(10):
        camera.capture_array()
    assert time.monotonic() - started == pytest.approx(0.5, abs=0.15)


def test_a_living_picture_always_differs_and_a_frozen_one_never(camera, lobby):
    assert not np.array_equal(shoot(camera, "YUV420"), camera.capture_array())
    lobby.camera.freeze()
    seen(lobby, camera, "frozen")
    assert np.array_equal(camera.capture_array(), camera.capture_array())


def test_the_clock_in_the_picture_runs(camera):
    def stamp(picture):
        return picture[1:8, 1:78] > 128

    before = stamp(shoot(camera, "YUV420"))
    assert before.any()
    time.sleep(1.1)
    assert not np.array_equal(before, stamp(camera.capture_array()))


def test_a_covered_lens_is_black_and_less_light_is_darker(camera, lobby):
    bright = shoot(camera, "YUV420")[:240].mean()
    lobby.camera.light(0.4)
    seen(lobby, camera, "light")
    dim = camera.capture_array()[:240].mean()
    lobby.camera.cover()
    seen(lobby, camera, "covered")
    black = camera.capture_array()[:240].mean()
    assert bright > 1.5 * dim
    assert dim > 40
    assert black < 12


def seen(lobby, camera, field):
    """Wait until the camera has the bench's newest scene."""
    limit = time.monotonic() + 5
    while getattr(camera._link.scene, field) != lobby.pins.scene[field]:
        assert time.monotonic() < limit
        time.sleep(0.001)


def test_a_missing_camera_is_not_listed_and_does_not_open(lobby):
    assert [info["Num"] for info in Picamera2.global_camera_info()] == [0]
    lobby.camera.unplug()
    assert Picamera2.global_camera_info() == []
    with pytest.raises(RuntimeError, match="No camera number 0 found"):
        Picamera2()


def test_a_camera_that_goes_missing_delivers_no_more_and_comes_back(camera, lobby):
    shoot(camera, "YUV420")
    lobby.camera.unplug()
    seen(lobby, camera, "missing")
    with pytest.raises(TimeoutError):
        camera.capture_array("main", wait=0.1)
    lobby.camera.unplug(False)
    assert camera.capture_array("main", wait=2).shape == (360, 320)


def test_a_picture_can_go_to_a_file_and_has_facts(camera, tmp_path):
    shoot(camera, "RGB888")
    facts = camera.capture_file(str(tmp_path / "lobby.jpg"))
    with Image.open(tmp_path / "lobby.jpg") as picture:
        assert picture.size == (320, 240)
    assert facts["SensorTimestamp"] < camera.capture_metadata()["SensorTimestamp"]
    assert camera.camera_properties["Model"] == "imx708_wide"


def test_the_bench_shows_the_same_lobby(lobby):
    assert lobby.camera.jpeg()[:3] == b"\xff\xd8\xff"
    lobby.camera.unplug()
    assert lobby.camera.jpeg() == b""


def test_misuse_is_an_error_in_the_same_place(camera):
    with pytest.raises(RuntimeError, match="not defined"):
        camera.capture_array("main")
    with pytest.raises(ValueError, match="Bad key"):
        camera.create_video_configuration(main={"colour": "red"})
    with pytest.raises(RuntimeError, match="even"):
        camera.configure(camera.create_video_configuration(main={"size": (321, 240)}))
    with pytest.raises(RuntimeError, match="Bad format"):
        camera.configure(camera.create_video_configuration(main={"format": "PNG"}))
    camera.start()
    with pytest.raises(RuntimeError, match="stopped before configuring"):
        camera.configure("still")
    camera.close()
    with pytest.raises(RuntimeError, match="not opened"):
        camera.create_still_configuration()
