"""Starts the rig when the Pico gets power: the line protocol on its USB port. MicroPython on the board only."""

import sys
from select import POLLIN, poll
from time import ticks_us

from board import Board
from loop import Loop
from micropython import kbd_intr
from rig import Rig


def main():
    """Serve until the power goes."""
    kbd_intr(-1)  # a byte 3 is data here
    waiting = poll()
    waiting.register(sys.stdin, POLLIN)
    board = Board()
    rig = Rig(board)
    board.listen(rig.ear.edge)

    def read():
        return sys.stdin.buffer.read(1) if any(waiting.ipoll(0)) else None

    loop = Loop(rig, read, sys.stdout.write, ticks_us)
    while True:
        loop.step()


main()
