"""The test chart: drawn at the centre, printed by the kiosk to the dot, judged from its scan."""

import asyncio
import json
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from firmware.config import Printer
from firmware.roles import test_chart as role
from hub.__main__ import main
from hub.scramble.chart import draw_chart
from hub.scramble.reading.chart import judge_chart
from sim_hw.printer import SimPrinter
from tests.scramble.channel.print import QUALITIES
from tests.scramble.channel.scan import CONDITIONS, simulate


@pytest.fixture(scope="module")
def chart():
    return draw_chart(576)


def as_dots(chart):
    return np.unpackbits(np.frombuffer(chart.dots, np.uint8)).reshape(-1, chart.width_dots)


@pytest.mark.parametrize(("quality", "condition", "profile"), [("good", "plain-300", "D"), ("worn", "plain-300", "S")])
def test_a_good_head_is_given_the_dense_profile_and_a_worn_one_is_not(chart, quality, condition, profile):
    judged = judge_chart(simulate(as_dots(chart), CONDITIONS[condition], QUALITIES[quality], 1))
    assert judged.profile == profile
    assert [panel.profile for panel in judged.panels] == ["S", "D", "D"]


def test_a_head_that_prints_a_dense_panel_badly_is_given_s(chart):
    dots = as_dots(chart).copy()
    dots[-200:, 200:380] = 0
    assert judge_chart(255 * (1 - np.pad(dots, 20)).repeat(2, axis=0).repeat(2, axis=1).astype(np.uint8)).profile == "S"


def test_a_scan_without_a_chart_says_so():
    assert judge_chart(np.full((400, 400), 255, np.uint8)).profile == "no_chart"


def test_the_kiosk_prints_the_chart_and_the_centre_reads_it_from_the_scan(tmp_path, capsys):
    chart = tmp_path / "chart.pbm"
    assert main(["chart", "--head", "576", "--out", str(chart)]) == 0

    async def printed():
        printer = SimPrinter(576, mm_per_s=None)
        place = Printer(head_dots=576, transport="tcp", host="127.0.0.1", port=await printer.start_tcp())
        config = SimpleNamespace(printer=place, kiosk=SimpleNamespace(id="kiosk-0001"))
        try:
            assert await asyncio.to_thread(role.run, config, chart) == 0
            return printer.strips
        finally:
            await printer.close()

    (strip,) = asyncio.run(printed())
    drawn = draw_chart(576).dots
    assert strip.dots.endswith(drawn)
    assert len(strip.dots) > len(drawn)
    dots = np.unpackbits(np.frombuffer(strip.dots, np.uint8)).reshape(strip.rows, 576)
    cv2.imwrite(str(tmp_path / "scan.png"), simulate(dots, CONDITIONS["plain-300"], seed=2))
    capsys.readouterr()
    assert main(["chart", str(tmp_path / "scan.png")]) == 0
    assert json.loads(capsys.readouterr().out)["profile"] == "D"


@pytest.mark.parametrize(
    "data",
    [b"P5\n8 8\n255\n" + bytes(64), b"P4\n832 8\n" + bytes(832), b"P4\n576 8\n" + bytes(575), b"P4\n576 0\n", b""],
)
def test_a_file_that_is_no_chart_for_this_head_is_refused_with_the_remedy(tmp_path, data):
    path = tmp_path / "chart.pbm"
    path.write_bytes(data)
    with pytest.raises(role.BadChart, match="python -m hub chart --head 576"):
        role.read_chart(path, 576)
