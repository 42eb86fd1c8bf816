"""Runs test files with unittest or pytest and tells of each test as it ends; the tests that failed before come first.

A run stops once a test fails that passed before, or when none of those that failed passes: then no more is worth knowing.
"""

import os
import sys


class Told:
    """Passes on what tests come to, and knows when enough is known. Without names of tests that failed before there is never enough."""

    def __init__(self, failing, say, root):
        self.failing, self.say, self.root = failing or (), say, root
        self.watching, self.passed, self.enough = failing is not None, False, False

    def tell(self, file, titles, status):
        self.say({"file": file, "titles": titles, "status": status})
        if self.was_failing(file, titles):
            self.passed = self.passed or status == "passed"
        elif status == "failed":
            self.enough = self.watching

    def was_failing(self, file, titles):
        path = os.path.relpath(os.path.join(self.root, file or ""), self.root).replace(os.sep, "/")
        return " > ".join([path, *titles]) in self.failing

    def done(self, file, titles):
        """Whether nothing more is worth knowing before this test: one broke, or none of those that failed passes now."""
        return self.enough or (self.watching and not self.passed and not self.was_failing(file, titles))


def runner(job):
    root = os.getcwd()
    if job["framework"] == "unittest":
        return lambda files, failing, say: run_unittest(files, Told(failing, say, root), job)
    import pytest

    def run(files, failing, say):
        pytest.main([*job["options"], "-p", "no:cacheprovider", "--continue-on-collection-errors", "--tb=no", *files], plugins=[plugin(Told(failing, say, root))])

    return run


def plugin(told):
    import pytest

    def place(nodeid):
        name, bracket, parameters = nodeid.partition("[")
        path, *titles = name.split("::")
        if titles:
            titles[-1] += bracket + parameters
        return path, titles

    class Plugin:
        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items):
            items.sort(key=lambda item: not told.was_failing(*place(item.nodeid)))

        def pytest_collectreport(self, report):
            if report.outcome != "passed" and ".py" in report.nodeid:
                told.tell(*place(report.nodeid), report.outcome)

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(self, item, nextitem):
            if told.done(*place(item.nodeid)):
                # Says that the test has been dealt with.
                return True

        def pytest_runtest_logreport(self, report):
            if report.when == "call" or report.outcome != "passed":
                told.tell(*place(report.nodeid), report.outcome)

    return Plugin()


def run_unittest(files, told, job):
    import unittest

    if job["discover"]:
        suites = []
        for file in files:
            top = told.root if os.path.exists(os.path.join(told.root, os.path.dirname(file), "__init__.py")) else None
            suites.append(unittest.TestLoader().discover(os.path.dirname(file) or ".", os.path.basename(file), top))
    else:
        suites = [unittest.TestLoader().loadTestsFromNames([file[: -len(".py")].replace("/", ".") for file in files])]

    def cases(test):
        if isinstance(test, unittest.TestSuite):
            for inner in test:
                yield from cases(inner)
        else:
            yield test

    def place(test):
        kind, method = type(test), getattr(test, "_testMethodName", None)
        if kind.__module__ == "unittest.loader":
            path = method.replace(".", os.sep) + ".py"
            return path, []
        module = sys.modules.get(kind.__module__)
        return getattr(module, "__file__", None), [kind.__qualname__, method or test.id()]

    class Result(unittest.TestResult):
        def startTest(self, test):
            super().startTest(test)
            self.status = "passed"
            if told.done(*place(test)):
                self.stop()

        def addFailure(self, test, problem):
            self.status = "failed"
            self.now(test)

        addError = addFailure

        def addSubTest(self, test, subtest, problem):
            if problem is not None:
                self.status = "failed"

        def addSkip(self, test, reason):
            self.status = "skipped"

        def addExpectedFailure(self, test, problem):
            self.status = "skipped"

        def addUnexpectedSuccess(self, test):
            self.status = "failed"

        def now(self, test):
            # A fixture of a class or module has no test that would end.
            if not hasattr(test, "_testMethodName"):
                told.tell(None, [str(test)], "failed")

        def stopTest(self, test):
            super().stopTest(test)
            told.tell(*place(test), self.status)
            if told.enough:
                self.stop()

    ordered = sorted((case for suite in suites for case in cases(suite)), key=lambda case: not told.was_failing(*place(case)))
    unittest.TestSuite(ordered).run(Result())
