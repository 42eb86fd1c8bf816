"""A pytest plugin that tells the tracer which test runs."""

import os
import sys

import pytest

_tracer = sys.modules.get("loopwright_tracer")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    if _tracer is None:
        yield
        return
    path, *titles = item.nodeid.split("::")
    item._loopwright_passed = True
    _tracer.begin(os.path.join(str(item.config.rootpath), path), titles)
    yield
    _tracer.finish(item._loopwright_passed)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    if outcome.get_result().failed:
        item._loopwright_passed = False
