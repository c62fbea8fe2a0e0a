"""Fuzzes the parsers with atheris, each in a process of its own; keeps what reached new code in tests/fuzz/corpus.

python -m tests.fuzz [--runs 1000000] [--minutes M] [TARGET ...]       counts in out/fuzz.md; status 1 for a fault

Goes on where out/fuzz.json stands: inputs tried so far, by target and by the code of the targets' packages.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

OUT, COUNTS = Path("out/fuzz.md"), Path("out/fuzz.json")
ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
KEPT_FILES, KEPT_BYTES = 40, 2048
HANG_S = 10
MOST_MB = 2048
NAMES = (
    "apdu_answers", "printer_stream", "full_status_stream", "hub_answers", "sealed_document", "signed_statement",
    "key_list", "link_packets", "screen_messages", "mqtt_commands", "state_lines", "configuration", "scan_headers",
)  # fmt: skip


def fuzz_one(name: str, found: Path, runs: int, seconds: int) -> None:
    """Fuzz one target in this process; it does not return."""
    import atheris  # noqa: PLC0415 - it has to come before what it instruments

    with atheris.instrument_imports(include=["firmware", "hub", "cbor2", "tomllib"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415
    for number, seed in enumerate(TARGETS[name].seeds):
        (found / f"seed-{number}").write_bytes(seed)
    limits = [f"-runs={runs}", f"-timeout={HANG_S}", f"-rss_limit_mb={MOST_MB}", "-max_len=4096"]
    limits += ["-print_final_stats=1"]
    limits += [f"-max_total_time={seconds}"] if seconds else []
    artifacts = f"-artifact_prefix={found.parent}/fault-{name}-"
    atheris.Setup([sys.argv[0], *limits, artifacts, str(found), str(CORPUS / name)], TARGETS[name])
    atheris.Fuzz()


def run(name: str, runs: int, seconds: int) -> tuple[int, str, bool]:
    """Fuzz one target in a child; returns (inputs, coverage, whether all is well) and keeps the corpus."""
    found = OUT.parent / "fuzz" / name
    found.mkdir(parents=True, exist_ok=True)
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    child = [sys.executable, "-m", "tests.fuzz", "--one", name, "--runs", str(runs), "--seconds", str(seconds)]
    done = subprocess.run(child, capture_output=True, text=True, errors="replace", check=False)
    (found.parent / f"{name}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    counted = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
    covered = re.findall(r"cov: (\d+)", done.stderr)
    keep(found, CORPUS / name)
    return int(counted[1]) if counted else 0, covered[-1] if covered else "?", done.returncode == 0


def digest() -> str:
    """Return the digest of the code that is fuzzed."""
    total = hashlib.sha256()
    for folder in ("firmware", "hub", "tests/fuzz"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            total.update(file.read_bytes())
    return total.hexdigest()[:16]


def keep(found: Path, corpus: Path) -> None:
    """Copy the smaller ones of what reached new code, up to a limit."""
    there = {path.name for path in corpus.iterdir()}
    fresh = sorted((path for path in found.iterdir() if path.name not in there), key=lambda path: path.stat().st_size)
    for path in fresh[: max(0, KEPT_FILES - len(there))]:
        if path.stat().st_size <= KEPT_BYTES:
            (corpus / path.name).write_bytes(path.read_bytes())


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("targets", nargs="*", default=NAMES)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="for all; begin again to go on")
    parser.add_argument("--seconds", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        fuzz_one(arguments.one, OUT.parent / "fuzz" / arguments.one, arguments.runs, arguments.seconds)
        return os.EX_SOFTWARE
    lines, well = ["| parser | inputs | code reached | seconds | outcome |", "|---|---:|---:|---:|---|"], True
    code, begun = digest(), time.monotonic()
    done = json.loads(COUNTS.read_text(encoding="utf-8")) if COUNTS.exists() else {}
    done = done if done.get("code") == code else {"code": code}
    for number, name in enumerate(arguments.targets):
        began = time.monotonic()
        before: list[Any] = done.get(name, [0, "?", 0.0, True])
        rest_s = arguments.minutes * 60 - (began - begun)
        left, share_s = arguments.runs - before[0], int(rest_s / (len(arguments.targets) - number))
        if left > 0 and share_s > 0:
            inputs, covered, fine = run(name, left, share_s)
            done[name] = [before[0] + inputs, covered, before[2] + time.monotonic() - began, before[3] and fine]
        inputs, covered, took_s, fine = done.get(name, before)
        well = well and fine
        lines.append(f"| {name} | {inputs:,} | {covered} | {took_s:.0f} | {'no fault' if fine else 'FAULT'} |")
        print(lines[-1], flush=True)
        COUNTS.write_text(json.dumps(done), encoding="utf-8")
        OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
