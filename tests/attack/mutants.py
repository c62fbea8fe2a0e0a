"""Changes the binding check in every way that cosmic-ray knows, in a copy of the sources, and runs its tests each time.

    python -m tests.attack.mutants [--minutes M]     out/mutants.txt lists what no test noticed

Goes on where out/mutants.sqlite stands; after a change of the code remove that file.

Left out are changes that cannot mean anything here: of annotations and imports, and `is` for `==` of numbers. Which
survivors are known, and why each does not matter, is in docs/threat-model.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out"
COPY, SESSION, SETTINGS = OUT / "mutants", OUT / "mutants.sqlite", OUT / "mutants.toml"
PRISTINE = COPY / "pristine"
MODULES = ["firmware/app/clerk/binding.py", "firmware/app/clerk/claims.py", "firmware/app/clerk/answer.py"]
TESTS = ["test_binding.py", "test_binding_borders.py", "test_centre_layers.py", "test_answer.py"]
LEFT_OUT = [
    "core/ReplaceBinaryOperator_(?!(Add_Sub|Sub_Add|Mul_FloorDiv|FloorDiv_Mul)$).*",
    "core/ReplaceComparisonOperator_(NotEq|LtE|Lt|Gt|GtE)_(Is|IsNot)$",
    "core/ReplaceComparisonOperator_(Is|IsNot)_(Lt|LtE|Gt|GtE)$",
]


def settings() -> str:
    """Return cosmic-ray's settings."""
    command = " ".join([sys.executable, "-m pytest -x -q -p no:cacheprovider", *(f"tests/binding/{t}" for t in TESTS)])
    return (
        f"[cosmic-ray]\nmodule-path = {json.dumps(MODULES)}\ntimeout = 300.0\nexcluded-modules = []\n"
        f'test-command = "{command}"\n[cosmic-ray.distributor]\nname = "local"\n'
        f"[cosmic-ray.filters.operators-filter]\nexclude-operators = {json.dumps(LEFT_OUT)}\n"
    )


def main() -> int:
    """Make a copy, change it again and again, and list what survived."""
    parser = argparse.ArgumentParser(prog="tests.attack.mutants", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="stop then; begin again to go on")
    arguments = parser.parse_args()
    tools = Path(sys.executable).parent
    OUT.mkdir(exist_ok=True)
    if not SESSION.exists():
        shutil.rmtree(COPY, ignore_errors=True)
        for name in ("firmware", "tests/binding", "pyproject.toml"):
            source, target = ROOT / name, COPY / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        for module in MODULES:
            (PRISTINE / module).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(COPY / module, PRISTINE / module)
        SETTINGS.write_text(settings(), encoding="utf-8")
        subprocess.run([tools / "cosmic-ray", "init", SETTINGS, SESSION], cwd=COPY, check=True)
        subprocess.run([tools / "cr-filter-operators", SESSION, SETTINGS], cwd=COPY, check=True)
    for module in MODULES:  # one that was stopped in between may have left its change
        shutil.copy(PRISTINE / module, COPY / module)
    try:
        command = [tools / "cosmic-ray", "exec", SETTINGS, SESSION]
        subprocess.run(command, cwd=COPY, check=True, timeout=arguments.minutes * 60)
    except subprocess.TimeoutExpired:
        print("time is over: begin again to go on")
    with sqlite3.connect(SESSION) as session:
        rows = session.execute("select diff from work_results where test_outcome = 'SURVIVED'").fetchall()
        count = session.execute("select count(*) from work_results where worker_outcome = 'NORMAL'").fetchone()[0]
        of = session.execute("select count(*) from work_items").fetchone()[0]
    changes = [
        "\n".join(line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---"))
        for (diff,) in rows
    ]
    text = f"{count} of {of} changes, {len(changes)} of them unnoticed\n\n" + "\n\n".join(changes)
    (OUT / "mutants.txt").write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
