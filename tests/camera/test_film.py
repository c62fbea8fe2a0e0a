"""Encoded film in memory."""

import io

import av
import numpy as np
import pytest

from firmware import config
from firmware.app.recorder.film import Encoder, Frame, Ring, mp4

SETTINGS = config.Camera(recipient="age1" + "q" * 58, masks=())


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    encoder = Encoder(SETTINGS)
    random = np.random.default_rng(3)
    film = []
    for number in range(40):
        planes = random.integers(100, 110, (540, 640), dtype=np.uint8)
        planes[: 9 * number] = 200  # a curtain that falls
        film += encoder.encode(planes, 1000 + number / 5)
    return film


def test_every_picture_comes_out_at_once_with_a_key_frame_each_second(frames):
    assert len(frames) == 40
    assert [number for number, frame in enumerate(frames) if frame.key] == [0, 5, 10, 15, 20, 25, 30, 35]


@pytest.mark.parametrize("span_s", [1.0, 3.0, 4.5])
def test_the_ring_keeps_its_span_from_a_key_frame_on_and_little_more(frames, span_s):
    ring = Ring(span_s)
    for frame in frames:
        ring.add(frame)
        kept = ring.frames()
        assert kept[0].key
        assert kept[-1] is frame
        assert kept[0] is frames[0] or span_s <= kept[-1].t_s - kept[0].t_s < span_s + 1.2


def test_the_file_holds_each_picture_with_its_time(frames):
    with av.open(io.BytesIO(mp4(frames[5:], 5))) as file:
        pictures = list(file.decode(video=0))
    assert [round(picture.time, 3) for picture in pictures] == [round(n / 5, 3) for n in range(35)]
    luma = pictures[-1].to_ndarray(format="yuv420p")[:360]
    assert luma[: 9 * 39].mean() == pytest.approx(200, abs=5)
