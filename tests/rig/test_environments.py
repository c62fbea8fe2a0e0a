"""Environments of the scenarios: what one lacks is declared with a reason, and nothing else may be passed over."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hil_tests import bench as protocol
from hil_tests import places, report
from hil_tests.features import FEATURE_OF, VERBS, FeatureError, FeatureMissing, Features, GuardedBench

ROOT = Path(__file__).parents[2]
ALL = frozenset(VERBS)
CONFTEST = """
import pytest
from hil_tests.conftest import pytest_addoption, pytest_configure, pytest_make_collect_report
from hil_tests.conftest import pytest_runtest_makereport, pytest_terminal_summary
from hil_tests.features import VERBS, Features, GuardedBench

class Bench:
    def start(self): return None

@pytest.fixture
def bench():
    return GuardedBench(Bench(), Features.declared("sim", set(VERBS) - {"power"}, {"power": "mains are not switched"}))
"""
SCENARIOS = """
import pytest
pytestmark = pytest.mark.requirement("Money")
def test_it_needs_nothing_special(bench): bench.start()
def test_it_needs_power(bench): bench.cut_power()
def test_it_is_passed_over_in_silence(bench): pytest.skip("not today")
def test_it_is_wrong(bench): assert bench.start() == 1
"""


def test_every_verb_of_the_bench_belongs_to_one_feature():
    verbs = {name for name, _ in inspect.getmembers(protocol.Bench, inspect.iscoroutinefunction)}
    assert set(FEATURE_OF) == verbs
    assert sum(map(len, VERBS.values())) == len(FEATURE_OF)


@pytest.mark.parametrize("name", places.names())
def test_an_environment_is_whole_and_brings_its_kiosk_up(name):
    place = places.open_place(name)
    assert place.features.has | set(place.features.missing) == ALL
    assert callable(place.kiosk.bench)


@pytest.mark.parametrize(
    ("has", "missing", "words"),
    [
        (ALL - {"power"}, {}, "neither has nor lacks 'power'"),
        (ALL, {"power": "no switch"}, "has and lacks 'power'"),
        (ALL - {"power"}, {"power": ""}, "'power' is missing without a reason"),
        (ALL | {"wings"}, {}, "there is no feature 'wings'"),
    ],
)
def test_a_declaration_that_is_not_whole_is_refused_in_words(has, missing, words):
    with pytest.raises(FeatureError, match=words):
        Features.declared("rig", has, missing)


def test_a_verb_that_is_lacking_ends_the_scenario_with_the_declared_reason():
    guarded = GuardedBench(object(), Features.declared("rig", ALL - {"power"}, {"power": "no switch"}))
    with pytest.raises(FeatureMissing, match="rig has no power: no switch"):
        _ = guarded.cut_power


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of four scenarios on an environment that lacks a feature: its words, JUnit and page."""
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:labgrid\n", encoding="utf-8")
    (folder / "test_scenarios.py").write_text(SCENARIOS, encoding="utf-8")
    out = folder / "report"
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--report", str(out)]
    command += ["--junit-xml", str(folder / "junit.xml"), "-o", f"pythonpath={ROOT}", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=60)
    return done, (folder / "junit.xml").read_text(encoding="utf-8"), (out / "index.html").read_text(encoding="utf-8")


def test_only_what_the_environment_declares_is_skipped_and_a_silent_skip_is_a_failure(run):
    done, junit, _ = run
    assert "2 failed, 1 passed, 1 skipped" in done.stdout
    assert re.findall(r'<testcase[^>]*name="(\w+)"[^>]*><skipped', junit) == ["test_it_needs_power"]
    assert "mains are not switched" in done.stdout
    assert "not today" in done.stdout
    assert done.returncode == 1


def test_the_report_counts_by_rule_and_tells_every_scenario_with_its_reason(run):
    _, _, page = run
    row = page[page.index("DOM-MONEY") :]
    assert re.findall(r'<td class="\w+">(\d+)</td>', row)[:3] == ["1", "2", "1"]
    assert "it needs power" in page
    assert "sim has no power: mains are not switched" in page


def test_strips_and_the_cameras_frame_are_in_the_report(tmp_path):
    (tmp_path / "out/strips").mkdir(parents=True)
    (tmp_path / "out/strips/strip-0001.png").write_bytes(b"png")
    made = report.Report(tmp_path / "report", "sim")
    made.take_pictures("hil_tests/test_x.py::test_a[1]", tmp_path / "out", b"jpeg")

    class Item:
        nodeid, name = "hil_tests/test_x.py::test_a[1]", "test_a[1]"

        @staticmethod
        def iter_markers(_name):
            return []

    class Phase:
        duration, outcome, longrepr = 1.0, "passed", None

    made.note(Item, Phase)
    page = made.write().read_text(encoding="utf-8")
    for name in ("strip-0001.png", "camera.jpg"):
        (source,) = re.findall(rf'src="(pictures/[^"]*{name})"', page)
        assert (tmp_path / "report" / source).exists()


def test_every_rule_is_shown_by_a_scenario():
    marked = {
        name
        for file in (ROOT / "hil_tests").glob("test_*.py")
        for name in re.findall(r'mark\.requirement\("([^"]+)"\)', file.read_text(encoding="utf-8"))
    }
    assert marked == set(report.rules())
