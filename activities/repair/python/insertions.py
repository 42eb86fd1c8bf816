"""Statements that may be missing: calls, steps, jumps, results and checks, of the kinds that the function has already."""

import ast
import re

from module import FUNCTIONS, LOOPS, Module

SIMPLE = (ast.Expr, ast.Assign, ast.AugAssign)
SHORT = 60
CHANGING = {"append", "add", "extend", "remove", "pop", "update", "insert", "appendleft", "push", "enqueue", "discard", "popleft", "sort", "reverse"}


class Insertions:
    """Statements that may be missing before or behind another, or in the place of `pass`."""

    def inserted(self, node):
        """Called for each statement of a function on a suspicious line."""
        siblings = self.siblings(node)
        if not siblings or isinstance(node, FUNCTIONS + (ast.ClassDef,)):
            return
        documentation = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if documentation and isinstance(node.value.value, str):
            return
        start, indent = self.module.span(node)[0], self.indentation(node)
        if self.module.source[self.module.starts[node.lineno - 1] : start].strip():
            return
        for text, weight in self.statements(node):
            if isinstance(node, ast.Pass):
                self.replace(node, text.replace("\n", f"\n{indent}"), "missing statement", 0.2 + weight)
                continue
            lines = text.replace("\n", f"\n{indent}")
            if not re.match(r"(break|continue|return)", text):
                self.put(start, start, f"{lines}\n{indent}", "missing statement", weight, node)
            if node is siblings[-1] and not isinstance(node, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
                end = self.module.span(node)[1]
                self.put(end, end, f"\n{indent}{lines}", "missing statement", weight, node)

    def statements(self, node):
        function = self.module.function(node)
        loop = self.loop(node)
        found = dict(self.module.once(("statements", function), lambda: self.templates(function)))
        if loop:
            found.update({"break": 0.2, "continue": 0.2})
        if not self.returns_after(node):
            for name in self.names(node)[:10]:
                found[f"return {name}"] = 0.2 if self.hints.get("nothingReturned") else 0.12
        return found.items()

    def templates(self, function):
        """Texts of statements with a weight each."""
        found = {}
        names = self.names_of(function)
        nodes = list(ast.walk(function))
        for one in nodes:
            if isinstance(one, SIMPLE) and "\n" not in self.text(one) and len(self.text(one)) <= SHORT and not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)):
                found.setdefault(self.text(one), 0.12)
        found.update(self.calls(nodes, names))
        counted = [one.targets[0].id for one in nodes if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, int)]
        tested = [one.id for loop in nodes if isinstance(loop, ast.While) for one in ast.walk(loop.test) if isinstance(one, ast.Name)]
        for name in dict.fromkeys(counted + tested):
            for step, weight in (("+= 1", 0.2), ("-= 1", 0.18), ("//= 2", 0.07), ("*= 2", 0.05)):
                found.setdefault(f"{name} {step}", weight)
            for other in names[:10]:
                if other != name:
                    found.setdefault(f"{name} += {other}", 0.1)
        stored = [one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
        for name in dict.fromkeys(stored):
            for other in names[:10]:
                if other != name:
                    found.setdefault(f"{name} = {other}", 0.15 if stored.count(name) == 1 else 0.09)
        found.update(self.checks(function, nodes))
        return list(found.items())

    def calls(self, nodes, names):
        """`a.append(b)` where something is appended to or looked up in `a`, with names at hand."""
        held = [one.func.value.id for one in nodes if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and isinstance(one.func.value, ast.Name)]
        held += [one.comparators[0].id for one in nodes if isinstance(one, ast.Compare) and isinstance(one.ops[0], (ast.In, ast.NotIn)) and isinstance(one.comparators[0], ast.Name)]
        held += [one.targets[0].id for one in nodes if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and (isinstance(one.value, (ast.List, ast.Set, ast.ListComp)) or isinstance(one.value, ast.Call) and Module.root(one.value.func) in ("set", "list", "deque"))]
        sets = {one.targets[0].id for one in nodes if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and (isinstance(one.value, ast.Set) or isinstance(one.value, ast.Call) and Module.root(one.value.func) in ("set", "frozenset"))}
        for name in dict.fromkeys(held):
            for method in ("add",) if name in sets else ("append", "pop()"):
                for other in names if not method.endswith(")") else [None]:
                    if other != name:
                        yield (f"{name}.{method}({other})", 0.15) if other else (f"{name}.{method}", 0.08)

    def checks(self, function, nodes):
        """`if a: return b` and `if a: raise b`, of conditions and results that the function has or its parameters suggest."""
        parameters = [one.arg for one in function.args.args if one.arg not in ("self", "cls")] if isinstance(function, FUNCTIONS) else []
        conditions = [*[f"not {name}" for name in parameters], *[f"{name} < 0" for name in parameters], *[f"{name} <= 0" for name in parameters], *[f"{name} == 0" for name in parameters], *[f"len({name}) <= 1" for name in parameters], *self.tests(function.body[0])[:8]]
        returned = [self.text(one.value) for one in nodes if isinstance(one, ast.Return) and one.value is not None and len(self.text(one.value)) < 30]
        shown = [{"true": "True", "false": "False", "null": "None"}.get(one, one) for one in self.literals if re.match(r"true|false|null|True|False|None|\[\]|\{\}|-?\d", one)][:6]
        values = list(dict.fromkeys([*returned, *shown, "None", "0", "[]", "False"]))[:12]
        raised = self.raised()
        for condition in dict.fromkeys(conditions):
            for value in values:
                yield f"if {condition}:\n    return {value}", 0.11 if value in shown or value in returned else 0.06
            for error in raised:
                yield f"if {condition}:\n    raise {error}", 0.35

    def raised(self):
        """What should have been raised and was not, if a failure says so."""
        text = self.hints.get("text", "")
        if not re.search(r"DID NOT RAISE|not raised|did not raise", text):
            return []
        named = [name for name in re.findall(r"\b[A-Z]\w*(?:Error|Exception)\b", text) if name != "AssertionError"]
        own = [self.text(one.exc) for one in ast.walk(self.module.tree) if isinstance(one, ast.Raise) and one.exc is not None and "\n" not in self.text(one.exc)]
        return list(dict.fromkeys([*own, *named]))[:3] or ["ValueError"]

    def loop(self, node):
        above = self.module.parent.get(node)
        while above is not None and not isinstance(above, FUNCTIONS):
            if isinstance(above, LOOPS):
                return above
            above = self.module.parent.get(above)
        return None

    def returns_after(self, node):
        return any(isinstance(one, (ast.Return, ast.Raise)) for one in self.siblings(node))
