"""What the printer's tests share besides `printer_bench`."""

import re
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[2] / "deploy" / "kiosk.toml"


@pytest.fixture
def sample_config():
    """Write deploy/kiosk.toml with lines of its [printer] replaced; returns the path."""

    def write(folder: Path, *lines: str) -> Path:
        head, start, rest = SAMPLE.read_text(encoding="utf-8").partition("[printer]\n")
        for line in lines:
            name = line.partition(" ")[0]
            rest, replaced = re.subn(rf"(?m)^{name} = .*$", line, rest, count=1)
            assert replaced == 1
        path = folder / "kiosk.toml"
        path.write_text(head + start + rest, encoding="utf-8")
        return path

    return write
