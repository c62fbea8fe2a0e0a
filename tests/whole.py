"""`make test`: the whole suite, then the few tests that failed once more, one at a time with the machine to themselves.

Whole kiosks are played here in real time, three at once on two cores. A test that fails among them and passes alone is
*unsteady*: named at the end and in out/unsteady.txt, to be mended, and no failure. One that fails twice is one, and so
are more than three that fail once. Not responsible for what is tested (docs/decisions/0032).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

RETRIED_MOST = 3
FAILED = 1  # of pytest's exit codes: it ran to its end, and tests failed
SUITE = ["-n", "3", "--dist", "loadgroup", "--junit-xml", "out/tests.xml"]
ALONE = ["-n", "0", "--junit-xml", "out/tests-again.xml"]
LAST_FAILED = Path(".pytest_cache/v/cache/lastfailed")
UNSTEADY = Path("out/unsteady.txt")


def pytest(*arguments: str) -> int:
    """Run pytest in a process of its own; returns its exit code."""
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


def failed() -> list[str]:
    """Give the ids of the tests that failed in the run before, as pytest keeps them."""
    kept = json.loads(LAST_FAILED.read_text(encoding="utf-8")) if LAST_FAILED.exists() else {}
    return sorted(kept)


def main(run=pytest, tell=print) -> int:
    """Return 0 if every test passed, at the latest alone."""
    LAST_FAILED.unlink(missing_ok=True)
    UNSTEADY.unlink(missing_ok=True)
    code = run(*SUITE)
    again = failed()
    if code != FAILED or not again or len(again) > RETRIED_MOST:
        return code
    tell(f"\n{len(again)} failed; once more, one at a time:\n  " + "\n  ".join(again), flush=True)
    if code := run(*ALONE, *again):
        return code
    UNSTEADY.parent.mkdir(exist_ok=True)
    UNSTEADY.write_text("".join(f"{name}\n" for name in again), encoding="utf-8")
    tell(f"\nUNSTEADY, mend these ({UNSTEADY}): failed among the others, passed alone:\n  " + "\n  ".join(again))
    return 0


if __name__ == "__main__":
    sys.exit(main())
