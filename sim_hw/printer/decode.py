"""Show what a file of bytes would have printed: `python -m sim_hw.printer.decode job.bin --width 576 --out strip.png`.

The same parser and line as the printer's, without motor, conditions or connection.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sim_hw.printer import command
from sim_hw.printer.line import Line
from sim_hw.printer.parser import Parser
from sim_hw.printer.real_time import Ear, RealTime
from sim_hw.printer.strip import Strip


class Decoded:
    """Everything that a byte stream holds."""

    def __init__(self, data: bytes, width_dots: int) -> None:
        self.strips: list[Strip] = []
        self.uncut = b""
        self.unknown: list[bytes] = []
        self.real_time: list[RealTime] = [order for order, _ in Ear().hear(data)]
        self.completions: list[bytes] = []
        buffer, parser, line, paper = bytearray(data), Parser(), Line(width_dots), bytearray()
        while (order := parser.take(buffer)) is not None:
            for row in line.rows_of(order):
                paper += row
            if isinstance(order, command.Cut | command.Present) and paper:
                self.strips.append(Strip(len(self.strips) + 1, width_dots, bytes(paper)))
                paper.clear()
            elif isinstance(order, command.Unknown):
                self.unknown.append(order.raw)
            elif isinstance(order, command.Completion):
                self.completions.append(order.process_id)
        self.uncut = bytes(paper)
        self.missing_bytes = max(0, parser.hungry_bytes - len(buffer))
        self.left_over_bytes = len(buffer)


def main() -> int:
    """Write one PNG a strip; 1 if the bytes hold no strip or anything that is no command."""
    asked = argparse.ArgumentParser(prog="python -m sim_hw.printer.decode", description=__doc__)
    asked.add_argument("job", type=Path, help="bytes as the printer received them")
    asked.add_argument("--width", type=int, default=576, help="dots of the head (default 576)")
    asked.add_argument(
        "--out", type=Path, default=Path("strip.png"), help="PNG to write; strip-2.png and so on for more"
    )
    options = asked.parse_args()
    if options.width <= 0 or options.width % 8:
        print(f"--width {options.width}: must be a multiple of 8, as heads are (576, 832, 1728).", file=sys.stderr)
        return 2
    try:
        decoded = Decoded(options.job.read_bytes(), options.width)
    except OSError as error:
        print(f"{options.job}: cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    for strip in decoded.strips:
        path = options.out if strip.number == 1 else options.out.with_stem(f"{options.out.stem}-{strip.number}")
        strip.save(path)
        print(f"{path}: {strip.width_dots} x {strip.rows} dots, {strip.length_mm:.0f} mm")
    print(
        f"strips {len(decoded.strips)}, rows left uncut {len(decoded.uncut) * 8 // options.width}, "
        f"unknown commands {len(decoded.unknown)}, real-time commands {len(decoded.real_time)}, "
        f"raster bytes missing {decoded.missing_bytes}"
    )
    return 0 if decoded.strips and not decoded.unknown and not decoded.missing_bytes else 1


if __name__ == "__main__":
    sys.exit(main())
