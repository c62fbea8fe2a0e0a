"""Values of kiosk.toml that are refused: exactly what is meant, with nothing behind it."""

import re
import tomllib
from pathlib import Path

import pytest

from firmware import config

SAMPLE = Path(__file__).parents[2] / "deploy" / "kiosk.toml"


def written(tmp_path, key, value):
    """The sample configuration with one value replaced."""
    section, _, name = key.partition(".")
    text = SAMPLE.read_text(encoding="utf-8")
    head, start, rest = text.partition(f"[{section}]\n")
    assert start
    line = f"{name} = {value}"
    rest, replaced = re.subn(rf"(?m)^#? ?{name} = .*$", lambda _: line, rest, count=1)
    path = tmp_path / "kiosk.toml"
    path.write_text(head + start + (rest if replaced else f"{line}\n{rest}"), encoding="utf-8")
    assert tomllib.loads(path.read_text(encoding="utf-8"))[section][name]
    return path


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kiosk.id", "kiosk-0001"),
        ("kiosk.operator", "lawson"),
        ("hub.url", "https://hub.example:8443"),
        ("camera.recipient", "age1" + "q" * 58),
    ],
)
@pytest.mark.parametrize("behind", ["\\n", " ", "/"])
def test_a_value_with_something_behind_it_is_refused(tmp_path, key, value, behind):
    good = config.load(written(tmp_path, key, f'"{value}"'))
    section, _, name = key.partition(".")
    assert getattr(getattr(good, section), name) == value
    with pytest.raises(config.ConfigError, match=rf"{section}\.{name}"):
        config.load(written(tmp_path, key, f'"{value}{behind}"'))
