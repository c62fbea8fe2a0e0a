"""What the camera must not see: a mask is required, and it is black in the film itself."""

import io
import time
import tomllib

import av
import numpy as np
import pyrage
import pytest
from pins_backend_sim import STANDINS

from firmware import config
from firmware.app.messages import Clip, Id, Mark, MarkKind, Picture
from firmware.app.recorder.masks import Masks
from sim_hw.machine import CAMERA_MASKS

SAMPLE = STANDINS.parents[1] / "deploy" / "kiosk.toml"
MASKS = tuple(config.Mask(*mask) for mask in CAMERA_MASKS)
BLACK_LUMA, NO_COLOUR = 16, 128  # of film: limited range


def load(tmp_path, **camera):
    """Load the sample with other keys of the camera; None leaves a key out."""
    text = SAMPLE.read_text(encoding="utf-8")
    before, _, after = text.partition("[camera]")
    rest = after[after.index("\n[") :]
    keys = tomllib.loads(text)["camera"] | camera
    lines = [f"{key} = {value!r}".lower() for key, value in keys.items() if value is not None]
    path = tmp_path / "kiosk.toml"
    path.write_text("\n".join([before, "[camera]", *lines, rest]), encoding="utf-8")
    return config.load(path).camera


@pytest.mark.parametrize(
    ("camera", "reason"),
    [
        ({"masks": None}, "camera.masks: is missing"),
        ({"masks": []}, "camera.masks = .*must not see screen, PIN pad or paper.*no_masks_because"),
        ({"masks": [], "no_masks_because": "  "}, "must not see screen"),
        ({"no_masks_because": "none needed"}, "camera.no_masks_because = .*there are masks"),
        ({"masks": [[600, 0, 41, 10]]}, r"camera.masks\[0\] = .*not within the picture of 640 x 360"),
        ({"masks": [[0, 0, 10, 10], [0, 350, 10, 11]]}, r"camera.masks\[1\]"),
        ({"masks": [[0, 0, 10]]}, "camera.masks"),
        ({"masks": [[0, 0, 0, 10]]}, "camera.masks"),
        ({"width": 641}, "must be even"),
        ({"keep_days": 2}, "camera.keep_least_days = .*must not be above keep_days"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_camera_that_may_see_too_much_is_refused(tmp_path, camera, reason):
    with pytest.raises(config.ConfigError, match=reason):
        load(tmp_path, **camera)


def test_no_masks_with_a_reason_is_accepted(tmp_path):
    assert load(tmp_path, masks=[], no_masks_because="it hangs behind the kiosk").masks == ()


def test_a_mask_takes_every_sample_that_it_touches():
    settings = config.Camera(recipient="age1" + "q" * 58, masks=(config.Mask(3, 5, 2, 2),), width=16, height=12)
    planes = np.full((18, 16), 200, np.uint8)
    Masks(settings).apply(planes)
    assert np.argwhere(planes[:12] == 0).tolist() == [[y, x] for y in range(4, 8) for x in range(2, 6)]
    chroma = planes[12:].reshape(2, 6, 8)
    assert np.argwhere(chroma[0] == NO_COLOUR).tolist() == [[y, x] for y in (2, 3) for x in (1, 2)]
    assert (chroma[0] == chroma[1]).all()
    assert (Masks(settings).free() == (planes[:12] != 0)).all()


def test_the_clip_is_black_where_the_masks_are_and_nowhere_else(start_recorder):
    recorder = start_recorder(masks=CAMERA_MASKS)
    recorder.until_picture(Picture.OK)
    recorder.send(Mark(MarkKind.TRANSACTION, Id("ab" * 16)))
    recorder.until(Clip)
    (path,) = recorder.folder.glob("*.age")
    with av.open(io.BytesIO(pyrage.decrypt(path.read_bytes(), [recorder.identity]))) as film:
        pictures = [picture.to_ndarray(format="yuv420p") for picture in film.decode(video=0)]
    assert len(pictures) > 5
    lobby = np.ones((360, 640), np.bool_)
    for planes in pictures:
        for x, y, width, height in CAMERA_MASKS:
            assert planes[y : y + height, x : x + width].max() <= BLACK_LUMA
            chroma = planes[360:].reshape(2, 180, 320)[:, y // 2 : (y + height) // 2, x // 2 : (x + width) // 2]
            assert abs(chroma.astype(int) - NO_COLOUR).max() <= 16  # a little bleeds over the border
            lobby[y - 16 : y + height + 16, x - 16 : x + width + 16] = False
        # The scene's darkest things, such as the clock's ground, are outside of the masks and lighter than they are.
        assert (planes[:360][lobby] > BLACK_LUMA).mean() > 0.99


def test_the_kiosk_s_screen_would_be_seen_without_a_mask(start_recorder):
    recorder = start_recorder()
    recorder.until_picture(Picture.OK)
    time.sleep(0.5)
    recorder.send(Mark(MarkKind.TRANSACTION, Id("ab" * 16)))
    recorder.until(Clip)
    (path,) = recorder.folder.glob("*.age")
    with av.open(io.BytesIO(pyrage.decrypt(path.read_bytes(), [recorder.identity]))) as film:
        planes = next(film.decode(video=0)).to_ndarray(format="yuv420p")
    x, y, width, height = CAMERA_MASKS[0]
    assert planes[y : y + height, x : x + width].mean() > 100
