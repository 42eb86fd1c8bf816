"""Proposes small edits to Python modules, or says which texts are Python. Reads a question as JSON and prints the answer.

{"edits": [{"file", "source", "lines"}], "hints": {...}} -> [{"file", "start", "end", "text", "operator", "weight", "line", "lastLine"}]
{"check": [text]} -> [true or false]

Offsets count UTF-16 units, as JavaScript does. Weights say how likely a kind of edit is the right one.
"""

import ast
import json
import sys

from calls import Calls
from constants import Constants
from insertions import Insertions
from module import Module
from names import Names
from operators import Operators
from proposer import Base
from statements import Statements
from terms import Terms


class Proposer(Operators, Constants, Names, Calls, Statements, Terms, Insertions, Base):
    """Walks a module and collects edits of its suspicious lines."""


def propose(question):
    modules = []
    for one in question["edits"]:
        try:
            modules.append(Module(one["file"], one["source"], one["lines"]))
        except (SyntaxError, ValueError, RecursionError):
            continue
    project = {"attributes": {}, "methods": {}, "arity": {}}
    for module in modules:
        for kind in ("attributes", "methods"):
            for name, roots in getattr(module, kind).items():
                project[kind].setdefault(name, set()).update(roots)
        project["arity"].update(module.arity)
    edits = []
    for module in modules:
        if module.lines:
            proposer = Proposer(module, project, question["hints"])
            proposer.visit(module.tree)
            edits += proposer.edits
    return edits


def is_python(text):
    try:
        compile(text, "candidate", "exec", dont_inherit=True)
        return True
    except (SyntaxError, ValueError, RecursionError):
        return False


def main():
    question = json.loads(sys.stdin.buffer.read())
    answer = [is_python(text) for text in question["check"]] if "check" in question else propose(question)
    sys.stdout.write(json.dumps(answer))


main()
