"""What the recorder knows of its view: light and people change it, a turned camera is another one."""

import numpy as np
import pytest
from PIL import Image

from firmware import config
from firmware.app.recorder import health, view
from firmware.app.recorder.view import View, ViewError
from sim_hw.machine import CAMERA_MASKS
from sim_hw.standins.picamera2.scene import Renderer, Scene

MASKS = tuple(config.Mask(*mask) for mask in CAMERA_MASKS)
SETTINGS = config.Camera(recipient="age1" + "q" * 58, masks=MASKS)


def small(**scene):
    planes = Renderer(SETTINGS.width, SETTINGS.height, SETTINGS.width).draw(Scene(**scene))
    return View(SETTINGS).small(planes)


@pytest.fixture(scope="module")
def fixed():
    return View(SETTINGS, small())


@pytest.mark.parametrize(
    "scene",
    [{"light": 0.3}, {"light": 0.6}, {"light": 1.2}, *({"people": n} for n in (1, 2, 3)), {"light": 0.4, "people": 2}],
    ids=str,
)
def test_light_and_people_do_not_move_a_camera(fixed, scene):
    seen = small(**scene)
    assert fixed.agreement(seen) > health.MOVED_BELOW
    assert fixed.detail(seen) > health.LEAST_DETAIL


@pytest.mark.parametrize("turned", [0.03, 0.05, 0.1, 0.2, 0.5, -0.05])
def test_a_turned_camera_is_noticed(fixed, turned):
    assert fixed.agreement(small(turned=turned)) < health.MOVED_BELOW


def test_half_the_view_in_shadow_or_sun_moves_nothing(fixed):
    seen = small()
    shadow = seen * np.where(np.arange(160) < 70, 0.4, 1.0)
    assert fixed.agreement(shadow.astype(np.float32)) > 0.8
    sun = seen.copy()
    sun[30:60, 20:60] += 60
    assert fixed.agreement(sun) > 0.8


def test_tape_over_the_lens_leaves_no_detail(fixed):
    assert fixed.detail(small(veiled=True)) < health.LEAST_DETAIL
    assert fixed.brightness(small(veiled=True)) > health.BLACK_LUMA


def test_brightness_leaves_out_what_is_masked():
    whole = View(config.Camera(recipient="age1" + "q" * 58, masks=()))
    half = View(config.Camera(recipient="age1" + "q" * 58, masks=(config.Mask(0, 0, 320, 360),)))
    planes = np.zeros((540, 640), np.uint8)
    planes[:360, 320:] = 100
    assert (whole.brightness(whole.small(planes)), half.brightness(half.small(planes))) == (50, 100)


def test_the_edge_of_a_mask_is_no_landmark():
    settings = config.Camera(recipient="age1" + "q" * 58, masks=(config.Mask(200, 100, 120, 100),))
    picture = View(settings).small(np.full((540, 640), 120, np.uint8))
    picture[~View(settings).free] = 0
    assert View(settings, picture).landmarks() == 0


def test_without_a_reference_no_view_is_wrong():
    assert View(SETTINGS).agreement(small(turned=0.5)) == 1.0


def test_the_reference_is_kept_as_a_small_grey_picture(tmp_path):
    path = view.save(tmp_path, small())
    with Image.open(path) as picture:
        assert (picture.size, picture.mode) == ((160, 90), "L")
    assert view.load(tmp_path, SETTINGS).agreement(small()) > 0.95
    assert [each.name for each in tmp_path.iterdir()] == [view.NAME]


def test_a_reference_of_another_size_or_damaged_is_told_with_its_remedy(tmp_path):
    Image.new("L", (80, 45)).save(tmp_path / view.NAME)
    with pytest.raises(ViewError, match=r"another picture size.*kiosk evidence reference"):
        view.load(tmp_path, SETTINGS)
    (tmp_path / view.NAME).write_bytes(b"torn")
    with pytest.raises(ViewError, match=r"cannot be read.*kiosk evidence reference"):
        view.load(tmp_path, SETTINGS)


def test_a_picture_size_that_is_no_multiple_is_looked_at_as_well():
    settings = config.Camera(recipient="age1" + "q" * 58, masks=(), width=1278, height=718)
    random = np.random.default_rng(1).integers(0, 255, (1077, 1278), dtype=np.uint8)
    assert View(settings).detail(View(settings).small(random)) > 0.9
