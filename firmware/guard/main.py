"""Starts the guard when its Pico gets power. Its watchdog restarts it should it hang. On the board only."""

from time import sleep_ms, ticks_ms

from board import Board
from machine import WDT
from watch import Watch

ROUND_MS = 5
HANGS_MS = 1_000


def main():
    """Watch until the power goes."""
    watch = Watch(Board(), ticks_ms())
    dog = WDT(timeout=HANGS_MS)
    while True:
        watch.round(ticks_ms())
        dog.feed()
        sleep_ms(ROUND_MS)


main()
