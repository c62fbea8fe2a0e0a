"""Command line of the simulated bench: `python -m sim_hw`. What it runs lives in files of their own.

Exit status: 0 done, 1 a part cannot start (the text says why and what to do), 2 wrong command line.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sim_hw import by_hand, demo
from sim_hw.broker import BrokerFailed
from sim_hw.card.session import CardSessionError
from sim_hw.fleet import crowd
from sim_hw.process import ProcessFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

_DESCRIPTION = """\
A kiosk on a bench: the firmware with its real libraries, a reference hub, a broker, and simulated hardware around it.

  python -m sim_hw              start everything; use it by hand on the bench page
  python -m sim_hw demo         one citizen gets a resident record; results in out/demo/
"""


def parser() -> argparse.ArgumentParser:
    """Build the parser; the function to run is in `run`."""
    top = argparse.ArgumentParser(
        prog="python -m sim_hw", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    by_hand.add_options(top)
    top.set_defaults(run=by_hand.run)
    commands = top.add_subparsers(metavar="[COMMAND]")
    demo_ = commands.add_parser("demo", help="play one visit from start to end, and check what was printed")
    demo_.add_argument("--out", type=Path, default=Path("out/demo"), metavar="DIR", help="results (%(default)s)")
    demo_.set_defaults(run=demo.run)
    crowd.add_options(commands.add_parser("fleet", help="many simulated kiosks at a broker, for dashboards"))
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command."""
    chosen = parser().parse_args(arguments)
    try:
        return asyncio.run(chosen.run(chosen))
    except (ProcessFailed, BrokerFailed, CardSessionError, OSError) as error:
        print(f"sim_hw: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
