"""Runs `python -m unittest` and writes signed results. The key is read and deleted before any test is imported."""

import hashlib
import hmac
import json
import os
import re
import sys
import unittest

from loopwright_integrity import Watch

# Hides the frames of this file from tracebacks.
__unittest = True

_folder = os.path.dirname(os.path.abspath(__file__))


def _signer():
    path = os.path.join(_folder, "key")
    with open(path, "rb") as file:
        key = file.read()
    os.unlink(path)
    return lambda body: hmac.new(key, body, hashlib.sha256).hexdigest()


def _place(test):
    """The file of a test and its titles within it."""
    kind, method = type(test), getattr(test, "_testMethodName", None)
    if kind.__module__ == "unittest.suite":
        # `setUpClass (package.module.Class)` stands for a class or module whose fixture failed.
        fixture, _, name = test.id().partition(" (")
        return _file_of(name.rstrip(")")), [name.rstrip(")").rpartition(".")[2] + " " + fixture + " (hooks)"]
    if kind.__module__ == "unittest.loader":
        return _file_of(method), []
    if kind.__module__ == "unittest.case" and method is None:
        return None, [test.id()]
    module = sys.modules.get(kind.__module__)
    return getattr(module, "__file__", None), [kind.__qualname__, method or test.id()]


def _file_of(dotted):
    """The file of the module that a dotted name begins with."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        module = sys.modules.get(".".join(parts[:end]))
        if getattr(module, "__file__", None):
            return module.__file__
        for path in [os.getcwd()] + sys.path:
            for ending in (".py", os.sep + "__init__.py"):
                file = os.path.join(path, *parts[:end]) + ending
                if os.path.isfile(file):
                    return file
    return None


def _cases(test):
    if isinstance(test, unittest.TestSuite):
        for inner in test:
            yield from _cases(inner)
    else:
        yield test


class _Result(unittest.TextTestResult):
    def startTestRun(self):
        super().startTestRun()
        self.checks = {}

    def startTest(self, test):
        super().startTest(test)
        self.counted = _watch.assertions

    def stopTest(self, test):
        super().stopTest(test)
        if id(test) in self.checks:
            self.checks[id(test)][1]["assertions"] = _watch.assertions - self.counted
        _watch.look()

    def keep(self, test, status, message=None):
        before = self.checks.get(id(test))
        if before is not None and before[1]["status"] == "failed":
            if message and len(before[1]["message"]) < 4000:
                before[1]["message"] += "\n" + message
            return
        file, titles = _place(test)
        check = {"titles": titles, "status": status}
        if file:
            check["file"] = os.path.abspath(file)
        if message:
            check["message"] = message
            lines = re.findall(r'File "' + re.escape(file or "\0") + r'", line (\d+)', message)
            if lines:
                check["line"] = int(lines[-1])
        # The test is kept with its check, for a freed one's id may be given to another.
        self.checks[id(test)] = (test, check)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.keep(test, "passed")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.keep(test, "failed", self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.keep(test, "failed", self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.keep(test, "skipped")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.keep(test, "skipped")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.keep(test, "failed", "The test is marked as an expected failure, but it passed.")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            listed = self.failures if issubclass(err[0], test.failureException) else self.errors
            self.keep(test, "failed", subtest.id().rpartition(" ")[2] + "\n" + listed[-1][1])


_watch = Watch(_Result)


def _main():
    sign = _signer()

    class Runner(unittest.TextTestRunner):
        resultclass = _Result

        def run(self, test):
            _watch.keep_tests({type(case) for case in _cases(test) if type(case).__module__ != "unittest.loader"})
            result = super().run(test)
            _watch.look()
            body = json.dumps([check for _, check in result.checks.values()] + _watch.checks()).encode()
            with open(os.path.join(_folder, "results"), "wb") as file:
                file.write(sign(body).encode() + b"\n" + body)
            return result

    sys.path[0] = os.getcwd()
    sys.argv[0] = os.path.basename(sys.executable) + " -m unittest"
    unittest.main(module=None, testRunner=Runner)


if __name__ == "__main__":
    _main()
