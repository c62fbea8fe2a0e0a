"""Changes the binding check in every way that cosmic-ray knows, in a copy of the sources, and runs its tests each time.

    python -m tests.attack.mutants [--minutes M]     out/mutants.txt lists what no test noticed

Goes on where out/mutants.sqlite stands while the code is the same; when only tests changed, what they had not noticed
is tried again. Ends with 1 when a survivor is not in `survivors.toml`, or one there is noticed by now.

Left out are changes that cannot mean anything here: of annotations and imports, and `is` for `==` of numbers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.attack import survivors
from tests.attack.survivors import Change

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out"
COPY, SESSION, SETTINGS = OUT / "mutants", OUT / "mutants.sqlite", OUT / "mutants.toml"
DIGESTS = OUT / "mutants.json"  # of the modules and of their tests, as they were tried
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


def digest(*files: Path) -> str:
    """Return the digest of their bytes."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


def prepare() -> None:
    """Make the copy and the list of changes, or go on with those that are there."""
    now = {
        "modules": digest(*(ROOT / module for module in MODULES)),
        "tests": digest(*sorted((ROOT / "tests/binding").glob("*.py"))),
    }
    before = json.loads(DIGESTS.read_text(encoding="utf-8")) if DIGESTS.exists() else {}
    if not SESSION.exists() or before.get("modules") != now["modules"]:
        _begin()
    elif before.get("tests") != now["tests"]:
        shutil.copytree(ROOT / "tests/binding", COPY / "tests/binding", dirs_exist_ok=True)
        with sqlite3.connect(SESSION) as session:
            session.execute("delete from work_results where test_outcome = 'SURVIVED'")
    DIGESTS.write_text(json.dumps(now), encoding="utf-8")
    for module in MODULES:  # one that was stopped in between may have left its change
        shutil.copy(PRISTINE / module, COPY / module)


def _begin() -> None:
    tools = Path(sys.executable).parent
    OUT.mkdir(exist_ok=True)
    SESSION.unlink(missing_ok=True)
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


def found() -> tuple[list[Change], int, int]:
    """Return the changes that survived, how many were tried, and of how many."""
    with sqlite3.connect(SESSION) as session:
        rows = session.execute(
            "select module_path, diff from work_results join mutation_specs using (job_id)"
            " where test_outcome = 'SURVIVED'"
        ).fetchall()
        tried, skipped = (
            session.execute("select count(*) from work_results where worker_outcome = ?", (outcome,)).fetchone()[0]
            for outcome in ("NORMAL", "SKIPPED")
        )
        of = session.execute("select count(*) from work_items").fetchone()[0]
    return sorted(Change.of(module, diff) for module, diff in rows), tried, of - skipped


def main() -> int:
    """Change the copy again and again, and list what survived."""
    parser = argparse.ArgumentParser(prog="tests.attack.mutants", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="stop then; begin again to go on")
    arguments = parser.parse_args()
    prepare()
    try:
        command = [Path(sys.executable).parent / "cosmic-ray", "exec", SETTINGS, SESSION]
        subprocess.run(command, cwd=COPY, check=True, timeout=arguments.minutes * 60)
    except subprocess.TimeoutExpired:
        print("time is over: begin again to go on")
    changes, tried, of = found()
    wrong = survivors.judged(changes, whole=tried == of)
    head = f"{tried} of {of} changes, {len(changes)} of them unnoticed, {len(wrong)} not as in survivors.toml"
    text = "\n\n".join([head, *wrong, *(f"{change}\n{survivors.known().get(change, '')}" for change in changes)])
    (OUT / "mutants.txt").write_text(text + "\n", encoding="utf-8")
    print(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
