"""Makes a clerk tell which states it comes to, one line each on standard error: `state Working.preview`.

Python imports this file at the start of every process that has its folder on the path; only clerks are touched, and
nothing but their machine's step is wrapped. Names of states hold nothing personal. Read by `tests/screen/walker.py`.
"""

import sys

MARK = "state "


def label(phase: object) -> str:
    """Return the name of a phase, with the question, work or page that it is about."""
    about = next((getattr(phase, each) for each in ("question", "work", "page") if hasattr(phase, each)), None)
    name = type(phase).__name__
    return name if about is None or name == "TakingCard" else f"{name}.{about}"


def _watch() -> None:
    from firmware.app.clerk import runner  # noqa: PLC0415 - in a clerk only

    step = runner.step

    def told(before, *rest):
        after, commands = step(before, *rest)
        for each in (before, after):
            print(f"{MARK}{label(each.phase)}", file=sys.stderr, flush=True)
        return after, commands

    runner.step = told


if sys.orig_argv[1:4] == ["-m", "firmware", "clerk"]:
    _watch()
