"""A pytest plugin that writes signed results. The key is read and deleted before any test is collected."""

import hashlib
import hmac
import json
import os

from loopwright_integrity import Watch

_folder = os.path.dirname(os.path.abspath(__file__))


def _take_key():
    path = os.path.join(_folder, "key")
    try:
        with open(path, "rb") as file:
            key = file.read()
        os.unlink(path)
        return key
    except OSError:
        # A worker of pytest-xdist or a pytest inside a test: the results are not its own.
        return None


_keys = [_take_key()]


def pytest_configure(config):
    key = _keys.pop() if _keys else None
    if key is not None:
        config.pluginmanager.register(_Reporter(key, str(config.rootpath)), "loopwright-reporter")


class _Reporter:
    def __init__(self, key, root):
        self._sign = lambda body: hmac.new(key, body, hashlib.sha256).hexdigest()
        self._root = root
        self._checks = {}
        self._watch = Watch(_Reporter)
        self._counted = 0

    def pytest_collection_finish(self, session):
        holders = {id(found): found for item in session.items for found in (getattr(item, "cls", None), getattr(item, "module", None)) if found}
        self._watch.keep_tests(holders.values())

    def pytest_collectreport(self, report):
        if report.outcome != "passed" and ".py" in report.nodeid:
            self._keep(report)

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self._keep(report)
        if report.when == "call" and report.nodeid in self._checks:
            self._checks[report.nodeid]["assertions"] = self._watch.assertions - self._counted
        if report.when == "teardown":
            self._watch.look()
            self._counted = self._watch.assertions

    def pytest_sessionfinish(self, session):
        self._watch.look()
        body = json.dumps(list(self._checks.values()) + self._watch.checks()).encode()
        with open(os.path.join(_folder, "results"), "wb") as file:
            file.write(self._sign(body).encode() + b"\n" + body)

    def _keep(self, report):
        before = self._checks.get(report.nodeid)
        if before is not None and before["status"] == "failed":
            return
        # Parameters in brackets may contain `::`.
        name, bracket, parameters = report.nodeid.partition("[")
        path, *titles = name.split("::")
        if titles:
            titles[-1] += bracket + parameters
        check = {"file": os.path.join(self._root, path), "titles": titles, "status": report.outcome}
        if report.outcome == "failed":
            check["message"] = report.longreprtext
            crash = getattr(getattr(report, "longrepr", None), "reprcrash", None)
            if crash is not None and os.path.abspath(os.path.join(self._root, crash.path)) == os.path.abspath(check["file"]):
                check["line"] = crash.lineno
        self._checks[report.nodeid] = check
