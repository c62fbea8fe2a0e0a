"""The commands that people are told about exist, and `make` alone explains them."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGETS = {
    "help",
    "setup",
    "demo",
    "sim",
    "test",
    "test-faults",
    "test-lines",
    "test-power-cuts",
    "test-rig-emulated",
    "soak",
    "check",
    "bench",
    "bench-hub",
    "bench-fleet",
    "test-failover",
    "test-dashboards",
    "package",
    "test-attack",
    "test-scramble",
    "test-mutants",
    "fuzz",
    "sbom",
    "test-boot",
    "image",
    "update-bundle",
    "test-image",
    "hil",
    "docs",
    "clean",
    "lock",
}


def make(*arguments):
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout


def told_commands(text):
    """`make X` as it stands in commands: between backquotes or at the beginning of a line of code."""
    return set(re.findall(r"(?:^\s*\$?\s*|`)make ([a-z]+(?:-[a-z]+)*)\b", text, re.MULTILINE))


def test_make_alone_prints_every_target_in_one_line():
    lines = make().splitlines()
    assert {words[1] for line in lines if (words := line.split())[:1] == ["make"]} == TARGETS
    assert all(len(line) <= 120 for line in lines)


def test_the_readme_tells_only_of_commands_that_exist():
    told = told_commands((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {"demo", "test"} <= told <= TARGETS


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")) + sorted(ROOT.glob("deploy/**/*.md")), ids=str)
def test_a_page_tells_only_of_commands_that_exist(page):
    assert told_commands(page.read_text(encoding="utf-8")) <= TARGETS


def test_ci_runs_the_two_commands_and_nothing_else():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^run (.*)$", script, re.MULTILINE) == ["make check", "make test"]


@pytest.mark.parametrize("target", sorted(TARGETS - {"help", "clean"}))
def test_a_target_prepares_what_it_needs_first(target):
    assert "deploy/setup/bootstrap.sh" in make("--dry-run", target)


def test_another_interpreter_and_another_bench_can_be_named():
    assert 'PYTHON="python3.12"' in make("--dry-run", "demo", "PYTHON=python3.12")
    assert "hil_tests --env rig" in make("--dry-run", "hil", "ENV=rig")
