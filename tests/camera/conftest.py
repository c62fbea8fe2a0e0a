"""Fixtures of the camera tests: a simulated lobby, the firmware's camera, and a recorder process."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "pins"))

from pins_backend_sim import STANDINS, SimBackend
from recorder_process import RecorderProcess

sys.path.insert(0, str(STANDINS))


@pytest.fixture
def lobby(tmp_path, monkeypatch):
    """The bench with its camera."""
    path = tmp_path / "pins.sock"
    monkeypatch.setenv("SIM_HW_PINS", str(path))
    backend = SimBackend(path)
    yield backend
    backend.close()


@pytest.fixture
def start_recorder(tmp_path, lobby):
    """Start recorder processes that are gone after the test."""
    started = []

    def start(**options) -> RecorderProcess:
        started.append(RecorderProcess(tmp_path / "state", **options))
        return started[-1]

    yield start
    for recorder in started:
        recorder.end()
