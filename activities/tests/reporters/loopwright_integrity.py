"""Notices when functions of the test runner, of Python itself or of the tests are replaced, and counts assertions. Loaded before any test."""

import functools
import sys
import unittest

# Hides the frames of this file from tracebacks.
__unittest = True

_modules = (
    "builtins unittest unittest.case unittest.result unittest.runner unittest.suite unittest.loader unittest.main pytest _pytest.runner _pytest.python "
    "_pytest.unittest _pytest.reports _pytest.outcomes _pytest.raises _pytest.python_api _pytest.assertion _pytest.assertion.rewrite "
    "_pytest.assertion.util _pytest.main _pytest.nodes _pytest.skipping pluggy._hooks pluggy._manager pluggy._callers pluggy._result"
).split()


# Functions of Python that tests put others in place of.
_patched = "print input open exit quit help breakpoint __import__ __build_class__".split()


def _code(value):
    """The code of a function, and of the one that it wraps."""
    function = getattr(value, "__func__", value)
    wrapped = getattr(function, "__wrapped__", None)
    return getattr(function, "__code__", None), getattr(wrapped, "__code__", None)


class Watch:
    def __init__(self, *own):
        self.assertions = 0
        self.found = set()
        self._before = []
        self._count_assertions()
        for name in _modules:
            if name in sys.modules:
                self._keep_module(sys.modules[name])
        for kind in own:
            self._keep(kind, kind.__name__, lambda _: True)

    def _count_assertions(self):
        def counting(method):
            @functools.wraps(method)
            def counted(*arguments, **named):
                self.assertions += 1
                return method(*arguments, **named)

            return counted

        for name, method in list(vars(unittest.TestCase).items()):
            # Not `fail`: what calls it at the base has every reason to call nothing once the program is mended.
            if callable(method) and name.startswith("assert"):
                setattr(unittest.TestCase, name, counting(method))

    def _keep_module(self, module):
        self._keep(module, module.__name__, lambda name: module.__name__ != "builtins" or name not in _patched)
        for name, value in list(vars(module).items()):
            if isinstance(value, type) and value.__module__ == module.__name__ and module.__name__ != "builtins":
                self._keep(value, module.__name__ + "." + name, lambda _: True)

    def _keep(self, holder, called, wanted):
        for name, value in list(vars(holder).items()):
            if wanted(name) and (callable(value) or isinstance(value, (staticmethod, classmethod, property))):
                self._before.append((holder, name, value, _code(value), called + "." + name))

    def keep_tests(self, holders):
        """Keeps the functions of classes and modules that are tests."""
        for holder in holders:
            self._keep(holder, holder.__name__, lambda name: name.lower().startswith("test"))

    def look(self):
        for holder, name, value, code, called in self._before:
            if vars(holder).get(name) is not value or _code(value) != code:
                self.found.add(called + " was replaced")
        try:
            unittest.TestCase().assertEqual(1, 2)
            self.found.add("assertions that must fail do not fail any more")
        except AssertionError:
            pass
        except BaseException:
            self.found.add("assertions fail in another way than before")

    def checks(self):
        return [{"titles": ["tampering: " + what], "status": "failed", "message": what + " while the tests ran."} for what in sorted(self.found)]
