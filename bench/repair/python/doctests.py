"""Turns the doctests of a module into a file of unittest tests, as two: those to be shown and those to be held back.

Reads {"module", "source"} and prints {"shown", "hidden", "count"}, or null where the examples are too few or can't be split.
"""

import ast
import doctest
import json
import sys

HEAD = '''import ast
import doctest
import unittest

import {module}

CHECK = doctest.OutputChecker()
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


def run(setup, source, want):
    names = dict(vars({module}))
    for one in setup:
        exec(one, names)
    got = repr_of(source, names)
    if not CHECK.check_output(want, got, FLAGS):
        raise AssertionError(f"{{source.strip()}} gave {{got.strip()}} and not {{want.strip()}}")


def repr_of(source, names):
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        tree = ast.parse(source)
        if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
            value = eval(source, names)
            if value is not None:
                print(repr(value))
        else:
            exec(source, names)
    return out.getvalue()


class Examples(unittest.TestCase):
'''


def tests(module, source):
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            continue
        setup = []
        for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or ""):
            if example.exc_msg is not None:
                kind = example.exc_msg.split(":")[0].split(".")[-1].strip()
                if kind.isidentifier():
                    found.append((node.name, list(setup), example.source, None, kind))
            elif example.want:
                found.append((node.name, list(setup), example.source, example.want, None))
                setup.append(example.source) if "(" in example.source and isinstance(node, ast.ClassDef) or "." in example.source.split("(")[0] else None
            else:
                setup.append(example.source)
    return found


def file_of(module, chosen):
    lines = [HEAD.format(module=module)]
    for number, (name, setup, source, want, error) in chosen:
        lines.append(f"    def test_{name}_{number}(self):\n")
        if error is None:
            lines.append(f"        run({setup!r}, {source!r}, {want!r})\n\n")
        else:
            lines.append(f"        with self.assertRaises(Exception) as caught:\n            run({setup!r}, {source!r}, '')\n        self.assertEqual(type(caught.exception).__name__, {error!r})\n\n")
    return "".join(lines)


def main():
    question = json.load(sys.stdin)
    found = list(enumerate(tests(question["module"], question["source"])))
    if len(found) < 4:
        return None
    hidden = [one for one in found if one[0] % 5 in (1, 3)]
    shown = [one for one in found if one[0] % 5 not in (1, 3)]
    return {"shown": file_of(question["module"], shown), "hidden": file_of(question["module"], hidden), "count": len(found)}


json.dump(main(), sys.stdout)
