"""`python -m hub chart`: draw a test chart for a head, or judge a scan of one. Exit code 0 when S at least is borne."""

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image

from hub.scramble.chart import draw_chart

_ADVICE = {
    "D": "add the kiosk's id to `dense_kiosks` of hub.toml: short panels",
    "S": "leave the kiosk out of `dense_kiosks`: panels of profile S (a scan of less than 300 dpi never shows D)",
    "none": "scan again, flat, at 300 dpi; if it stays so, clean or exchange the head, or use other paper",
    "no_chart": "no test chart was found: scan the whole strip at 300 dpi",
}


def _chart(options: argparse.Namespace) -> int:
    if options.scan is None:
        return _draw(options.head, options.out)
    from hub.scramble.reading.chart import judge_chart  # noqa: PLC0415 - heavy, and not needed for drawing

    with Image.open(options.scan) as picture:
        judged = judge_chart(np.asarray(picture.convert("L"), np.uint8))
    print(json.dumps({**asdict(judged), "advice": _ADVICE[judged.profile]}, indent=2))
    return 0 if judged.profile in {"D", "S"} else 1


def _draw(head_dots: int | None, out: Path | None) -> int:
    if head_dots is None or out is None:
        raise ValueError("name a SCAN to judge, or --head DOTS and --out FILE.pbm to draw a chart")
    out.write_bytes(draw_chart(head_dots).pbm())
    print(f"written: {out}; print it with `kiosk test-chart {out.name} --config FILE`, scan it at 300 dpi")
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType({"chart": _chart})
