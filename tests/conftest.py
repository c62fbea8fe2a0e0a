"""For every test: a test that is skipped, or expected to fail, has failed. One that cannot run here must say so in red.

Also used by hil_tests/conftest.py. Not responsible for fixtures: they stand beside the tests that need them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn skipped, xfailed and unexpectedly passed reports into failures that keep their reason."""
    report = yield
    expected_to_fail = hasattr(report, "wasxfail")
    if report.skipped or expected_to_fail:
        mark = "xfail" if expected_to_fail else "skip"
        reason = report.wasxfail if expected_to_fail else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: {mark} is not allowed; repair it or what it needs. Reason given: {reason}"
        if expected_to_fail:
            del report.wasxfail
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file that skips itself as a whole."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: skipping a whole file is not allowed. Reason given: {report.longrepr}"
    return report
