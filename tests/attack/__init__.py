"""Attacks: what a hostile process, proxy, municipality or finder of a disk tries, and what comes of it."""

import sys
from pathlib import Path

for _builders in ("binding", "hub"):  # theirs name one another without a package
    sys.path.append(str(Path(__file__).parents[1] / _builders))
