"""The rig's coin acceptor in its own time: step_coins.py LATE_US YEN...; prints `US LINE LEVEL` for each change.

A look at the clock each 100 us, as on the board; with LATE_US each 97th look comes that much later, as after a line.
MicroPython only.
"""

import sys

from coin_acceptor import CoinAcceptor


class Lines:
    def get(self, name):
        return int(name == "enable")

    def set(self, name, level):
        print(now_us, name, level)


now_us, looks = 0, 0
coins = CoinAcceptor(Lines())
coins.insert([int(yen) for yen in sys.argv[2:]], now_us)
while coins.busy():
    coins.tick(now_us)
    looks += 1
    now_us += 100 + (int(sys.argv[1]) if looks % 97 == 0 else 0)
