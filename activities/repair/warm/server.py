"""Tries many edits without starting Python for each: what tests need is loaded once, then a forked process runs the tests of each edit.

`server.py JOB`: JOB names a JSON file that activities/repair/warm/job.ts describes. One JSON line for each edit goes to the standard output.
What is said here only decides which edits the project's own command is asked about.
"""

import gc
import importlib
import json
import os
import resource
import select
import signal
import sys
import time

sys.path.pop(0)
_here = os.path.dirname(os.path.abspath(__file__))
_memory = 1_500_000_000


def _take_output():
    """The standard output is ours alone; what tests print goes nowhere."""
    ours = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return ours


class Server:
    def __init__(self, job):
        self.job = job
        self.out = _take_output()
        self.folder = os.getcwd()
        self.runner = __import__("runners", fromlist=["x"]).runner(job)

    def say(self, answer):
        self.out.write(json.dumps(answer) + "\n")
        self.out.flush()

    def serve(self):
        first = self.forked(self.job["files"], self.job["firstPatience"], loaded=True)
        for name in first.pop("modules", []):
            self.load(name)
        # What is loaded is never looked through for garbage again, nor copied for that.
        gc.freeze()
        self.say({"id": -1, **first})
        # A second run has nothing to load and says how long others may take.
        again = self.forked(self.job["files"], self.job["firstPatience"]) if first["ended"] else first
        self.patience = 0.7 + 4 * again["seconds"] if again["ended"] else self.job["patience"]
        for candidate in self.job["candidates"]:
            if self.claimed(candidate["id"]):
                self.say({"id": candidate["id"], **self.tried(candidate)})

    def load(self, name):
        """A module from outside of the project, loaded here once for all; one that can't be is loaded by each."""
        try:
            importlib.import_module(name)
        except BaseException:
            pass

    def claimed(self, number):
        try:
            os.close(os.open(os.path.join(self.job["claims"], str(number)), os.O_CREAT | os.O_EXCL))
            return True
        except FileExistsError:
            return False

    def tried(self, candidate):
        path = os.path.join(self.folder, candidate["file"])
        with open(path, "rb") as file:
            source = file.read()
        wide = source.decode().encode("utf-16-le")
        text = wide[: 2 * candidate["start"]] + candidate["text"].encode("utf-16-le") + wide[2 * candidate["end"] :]
        try:
            self.write(path, text.decode("utf-16-le").encode())
            return self.forked(candidate["files"], self.patience)
        finally:
            self.write(path, source)

    @staticmethod
    def write(path, content):
        with open(path, "wb") as file:
            file.write(content)

    def forked(self, files, seconds, loaded=False):
        """What a process of its own made of some test files, killed with all it started when it takes too long."""
        started = time.monotonic()
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            self.run(files, writing, loaded)
        os.close(writing)
        said, ended = self.heard(reading, started + seconds)
        os.close(reading)
        for kill in (os.killpg, os.kill):
            try:
                kill(pid, signal.SIGKILL)
            except OSError:
                pass
        os.waitpid(pid, 0)
        answer = {"ended": ended, "seconds": time.monotonic() - started, "checks": []}
        for line in said.split(b"\n"):
            try:
                one = json.loads(line)
            except ValueError:
                continue
            if "modules" in one or "stopped" in one:
                answer.update(one)
            else:
                answer["checks"].append(one)
        return answer

    @staticmethod
    def heard(reading, until):
        said = b""
        while True:
            left = until - time.monotonic()
            if left <= 0 or not select.select([reading], [], [], left)[0]:
                return said, False
            chunk = os.read(reading, 1_000_000)
            if not chunk:
                return said, True
            said += chunk

    def run(self, files, writing, loaded):
        os.setsid()
        gc.freeze()
        resource.setrlimit(resource.RLIMIT_AS, (_memory, _memory))
        self.out = None
        before = set(sys.modules)

        def say(answer):
            os.write(writing, json.dumps(answer).encode() + b"\n")

        try:
            self.runner(files, None if loaded else set(self.job["failing"]), say)
            if loaded:
                say({"modules": [name for name in list(sys.modules) if name not in before and outside(sys.modules[name], self.folder)]})
        except BaseException as problem:
            say({"stopped": repr(problem)[:300]})
        finally:
            os._exit(0)


def outside(module, folder):
    """Whether a module is from a file outside of the project and not loaded for the sake of one test."""
    path = getattr(module, "__file__", None)
    return bool(path) and not os.path.abspath(path).startswith(folder + os.sep)


if __name__ == "__main__":
    with open(sys.argv[1]) as opened:
        question = json.load(opened)
    sys.path.insert(0, _here)
    server = Server(question)
    sys.path.remove(_here)
    if question["here"]:
        sys.path.insert(0, server.folder)
    sys.argv = [question["framework"]]
    server.serve()
