"""Found by every Python process of a traced test run. Keeps which lines of the project each test executed and writes them at exit."""

import atexit
import json
import os
import sys
import threading
import time

_here = os.path.dirname(os.path.abspath(__file__))
_folder = os.environ.get("LOOPWRIGHT_TRACE")
_root = os.environ.get("LOOPWRIGHT_TRACE_ROOT")
_seconds = float(os.environ.get("LOOPWRIGHT_TRACE_SECONDS", "0"))


def _load_shadowed():
    """Runs the sitecustomize that this one hides, if there is one."""
    import importlib.machinery

    places = [path for path in sys.path if os.path.abspath(path or ".") != _here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", places)
    if spec is not None and spec.loader is not None:
        import importlib.util

        spec.loader.exec_module(importlib.util.module_from_spec(spec))


class _Tracer:
    def __init__(self):
        self.lines = {}
        self.outside = {}
        self.tests = []
        self.current = None
        self.ours = {}
        self.written = False

    def relevant(self, filename):
        known = self.ours.get(filename)
        if known is None and filename.startswith("<"):
            known = self.ours[filename] = ""
        if known is None:
            path = os.path.realpath(filename)
            inside = path.startswith(_root + os.sep) and "site-packages" not in path and f"{os.sep}.venv{os.sep}" not in path
            known = self.ours[filename] = os.path.relpath(path, _root) if inside else ""
        return known

    def call(self, frame, event, argument):
        file = self.relevant(frame.f_code.co_filename)
        if not file:
            return None
        current = self.lines.setdefault(file, set())
        current.add(frame.f_lineno)

        def line(frame, event, argument):
            # The set is looked up anew after a test has ended, since a generator's frame may live on.
            (current if self.lines.get(file) is current else self.lines.setdefault(file, set())).add(frame.f_lineno)
            return line

        return line

    def begin(self, file, titles):
        self.flush_outside()
        # Python stops tracing when a trace function fails, as it does at the depth where a recursion without end does.
        sys.settrace(self.call)
        self.since = time.monotonic()
        self.current = (file, titles)

    def finish(self, passed):
        if self.current is None:
            return
        file, titles = self.current
        self.tests.append({"file": file, "titles": titles, "passed": passed, "lines": self.taken()})
        self.current = None

    def taken(self):
        lines, self.lines = self.lines, {}
        return {file: sorted(list(numbers)) for file, numbers in list(lines.items()) if numbers}

    def flush_outside(self):
        for file, numbers in self.lines.items():
            self.outside.setdefault(file, set()).update(numbers)
        self.lines = {}

    def write(self):
        if self.written:
            return
        self.written = True
        if self.current is not None:
            self.finish(False)
        self.flush_outside()
        if not self.outside and not self.tests:
            return
        outside = {file: sorted(list(numbers)) for file, numbers in self.outside.items()}
        os.makedirs(_folder, exist_ok=True)
        with open(os.path.join(_folder, f"{os.getpid()}.json"), "w") as file:
            json.dump({"python": True, "outside": outside, "tests": self.tests, "file": sys.argv[0] if sys.argv else ""}, file)

    def watch(self):
        """Writes the trace once a test has run for so long that it seems to hang."""
        while not self.written:
            time.sleep(0.2)
            if self.current is not None and time.monotonic() - self.since > _seconds:
                self.write()
                with open(os.path.join(_folder, "hangs"), "w"):
                    return


def _trace_unittest(tracer):
    import unittest

    run = unittest.TestCase.run

    def traced(self, result=None):
        if tracer.current is not None:
            return run(self, result)
        module = sys.modules.get(type(self).__module__)
        failures = _failures(result)
        tracer.begin(getattr(module, "__file__", None), [type(self).__qualname__, self._testMethodName])
        try:
            return run(self, result)
        finally:
            tracer.finish(_failures(result) == failures)

    unittest.TestCase.run = traced


def _failures(result):
    return len(getattr(result, "failures", ())) + len(getattr(result, "errors", ()))


def _start():
    tracer = _Tracer()
    sys.modules["loopwright_tracer"] = tracer
    _trace_unittest(tracer)
    atexit.register(tracer.write)
    if _seconds > 0:
        threading.Thread(target=tracer.watch, daemon=True).start()
    threading.settrace(tracer.call)
    sys.settrace(tracer.call)


_load_shadowed()
if _folder and _root:
    _start()
