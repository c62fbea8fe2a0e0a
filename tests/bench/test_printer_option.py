"""`python -m sim_hw --printer MODEL`: models that can prove a print, and the kiosk is told the same model."""

import argparse
import tomllib

import pytest

from sim_hw import by_hand
from sim_hw.machine import Wiring, write_config


def parsed(*words):
    parser = argparse.ArgumentParser()
    by_hand.add_options(parser)
    return parser.parse_args(words)


def test_every_model_that_can_prove_a_print_may_be_chosen():
    assert parsed().printer == "generic-escpos"
    for model in ("generic-escpos", "epson-tm", "custom-vkp80iii"):
        assert parsed("--printer", model).printer == model


@pytest.mark.parametrize("model", ["citizen", "star-escpos", "laser"])
def test_a_model_that_proves_nothing_is_refused(model):
    with pytest.raises(SystemExit):
        parsed("--printer", model)


def test_the_kiosk_is_configured_for_the_printer_that_stands_there(tmp_path):
    wiring = Wiring(1, 2, 3, 4, 576, "age1", "key", "custom-vkp80iii")
    write_config(tmp_path / "kiosk.toml", tmp_path, wiring, {})
    told = tomllib.loads((tmp_path / "kiosk.toml").read_text(encoding="utf-8"))
    assert told["printer"]["model"] == "custom-vkp80iii"
