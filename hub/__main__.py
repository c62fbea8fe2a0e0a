"""`python -m hub`: introduces the command line to the parts that do the work.

Not responsible for any of that work. Options: `hub/command_line.py`; where the work is: `hub/commands/table.py`.
"""

import sys

from hub.command_line import parser
from hub.commands.table import command
from hub.settings import Unconfigured

EXIT_REFUSED = 1
EXIT_CONFIGURATION = 78


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        return command(options.command)(options)
    except Unconfigured as error:
        print(f"hub: {error}", file=sys.stderr)
        return EXIT_CONFIGURATION
    except (OSError, ValueError, KeyError) as error:
        print(f"hub {options.command}: {error}", file=sys.stderr)
        return EXIT_REFUSED


if __name__ == "__main__":
    sys.exit(main())
