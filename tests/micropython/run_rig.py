"""The rig's own program on a MicroPython process: run_rig.py WIRES-IN WIRES-OUT.

Its USB port is standard input and output.
"""

import select
import sys
from time import ticks_us

from loop import Loop
from rig import Rig
from wires import Wires

wires = Wires(sys.argv[1], sys.argv[2])
waiting = select.poll()
waiting.register(sys.stdin, select.POLLIN)
rig = Rig(wires)
wires.listen(rig.ear.edge)


def read():
    return sys.stdin.buffer.read(1) if waiting.poll(0) else None


loop = Loop(rig, read, sys.stdout.write, ticks_us)
while True:
    wires.pump()
    loop.step()
