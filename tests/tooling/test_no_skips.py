"""A test run never passes over a test in silence (tests/conftest.py)."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"


def outcome_of(folder: Path, source: str, *options: str) -> tuple[int, str]:
    """Run one test file in a folder of its own under our rule."""
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:labgrid\n")
    (folder / "test_sample.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=60)
    return done.returncode, done.stdout


def test_a_test_that_passes_still_passes(tmp_path):
    code, text = outcome_of(tmp_path, "def test_sample():\n    assert True\n")
    assert (code, "1 passed" in text) == (0, True)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import pytest\ndef test_sample():\n    pytest.skip('no reader')\n", "no reader"),
        ("import pytest\n@pytest.mark.skipif(True, reason='no camera')\ndef test_sample(): pass\n", "no camera"),
        (
            "import pytest\n@pytest.fixture\ndef rig():\n    pytest.skip('no rig')\ndef test_sample(rig): pass\n",
            "no rig",
        ),
        ("import pytest\n@pytest.mark.xfail(reason='later')\ndef test_sample():\n    assert False\n", "later"),
        ("import pytest\n@pytest.mark.xfail(reason='works')\ndef test_sample(): pass\n", "works"),
        ("import pytest\npytest.skip('whole file', allow_module_level=True)\n", "whole file"),
        ("import pytest\npytest.importorskip('there_is_no_such_module')\n", "there_is_no_such_module"),
    ],
)
def test_a_test_that_is_passed_over_fails_and_keeps_its_reason(tmp_path, source, reason):
    code, text = outcome_of(tmp_path, source)
    assert code != 0
    assert reason in text
    assert "not allowed" in text


def test_the_rule_holds_in_parallel_runs_too(tmp_path):
    code, text = outcome_of(tmp_path, "import pytest\ndef test_sample():\n    pytest.skip('no reader')\n", "-n", "2")
    assert (code, "no reader" in text) == (1, True)


def test_a_file_that_skips_itself_fails_in_parallel_runs_too(tmp_path):
    code, _ = outcome_of(tmp_path, "import pytest\npytest.skip('x', allow_module_level=True)\n", "-n", "2")
    assert code != 0


def test_the_scenarios_of_the_bench_keep_the_rule_too():
    conftest = (CONFTEST.parents[1] / "hil_tests" / "conftest.py").read_text(encoding="utf-8")
    assert "from tests.conftest import" in conftest
    assert {"pytest_runtest_makereport", "pytest_make_collect_report"} <= set(conftest.replace(",", " ").split())
