"""What the tests of image and update share: the update's own package, which runs without the rest of this project."""

import sys
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"
sys.path.insert(0, str(DEPLOY / "update"))
