"""A rig whose program runs as a real MicroPython process; its USB port is a pty."""

import os
import tty
from pathlib import Path

import pytest

from hil_tests import rig as rig_package
from hil_tests.rig.hands import RigHands
from tests.micropython.board import Board

PICO = Path(rig_package.__file__).parent / "pico"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def port():
    """Both ends of a serial line: the board's descriptor and the host's path."""
    board, host = os.openpty()
    tty.setraw(board)
    tty.setraw(host)
    yield board, Path(os.ttyname(host))
    os.close(board)
    os.close(host)


@pytest.fixture
def board(tmp_path, port):
    board = Board(tmp_path, "run_rig.py", PICO, port[0])
    yield board
    board.close()
    assert board.log() == ""


@pytest.fixture
async def hands(board, port):
    board.drive("enable", 1)
    hands = RigHands(port[1], "hanako")
    await hands.open()
    yield hands
    hands.close()
