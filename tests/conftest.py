"""What every test shares: hypothesis tries the same examples each time, without a clock; skips fail where asked."""

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_addoption(parser):
    parser.addoption("--no-skips", action="store_true", help="fail a test that would skip: nothing may be missing here")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    return failed_if_skipped((yield), item.config)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return failed_if_skipped((yield), collector.config)


def failed_if_skipped(report, config):
    """Turn a skip into a failure under --no-skips; what is expected to fail is not a skip."""
    if report.skipped and config.getoption("--no-skips") and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"skipped, and --no-skips was given: {reason}"
    return report
