"""Other numbers, texts and initial values."""

import ast
import json
import re

from words import closest


class Constants:
    """Other numbers, texts and initial values."""

    def visit_Constant(self, node):
        value, parent = node.value, self.module.parent.get(node)
        if isinstance(parent, ast.JoinedStr) or (isinstance(parent, ast.Expr) and isinstance(value, str)):
            return
        if isinstance(value, bool):
            self.replace(node, str(not value), "boolean", 0.85)
            if isinstance(parent, ast.Return):
                for name in self.names(node)[:6]:
                    self.replace(node, f"not {name}", "missing condition", 0.2)
                    self.replace(node, f"{name} == 0", "missing condition", 0.17)
                    self.replace(node, f"bool({name})", "missing condition", 0.12)
        elif isinstance(value, (int, float)):
            self.number(node, value, parent)
        elif isinstance(value, str):
            self.string(node, value)
        elif value is None:
            for other, weight in (("0", 0.25), ("[]", 0.3), ("''", 0.2), ("False", 0.2), ("True", 0.2), ("{}", 0.2)):
                self.replace(node, other, "initial value", weight + (0.15 if other in self.literals else 0))

    def number(self, node, value, parent):
        def add(other, operator, weight):
            self.replace(node, f"({other})" if other.startswith("-") and not isinstance(parent, (ast.Assign, ast.Return, ast.Call, ast.arguments)) else other, operator, weight)

        if isinstance(value, int):
            small = 0.85 if value <= 2 else 0.6 if value <= 100 else 0.3
            add(str(value + 1), "off by one", small)
            add(str(value - 1), "off by one", 0.55 if value == 0 else small)
            if value == 0:
                for other in ("float('-inf')", "float('inf')", "None"):
                    add(other, "initial value", 0.4 if isinstance(parent, ast.Assign) else 0.08)
            else:
                add("0", "constant", 0.35)
                for other in (value * 10, value // 10, value * 2, value // 2):
                    add(str(other), "constant", 0.15)
            if value > 1:
                add("1", "constant", 0.3)
            add(f"{value}.0", "constant", 0.1)
        if value:
            add(f"-{self.text(node)}", "sign", 0.3 if not isinstance(parent, ast.UnaryOp) else 0)
        for other in list(dict.fromkeys(self.module.numbers))[:12]:
            add(other, "constant of the file", 0.35)
        for other in [one for one in self.literals if re.match(r"\d", one)][:12]:
            add(other, "constant of the failure", 0.25)

    def string(self, node, value):
        def add(other, weight):
            if other != value:
                self.replace(node, repr(other) if "'" in other or not self.text(node).startswith('"') else json.dumps(other, ensure_ascii=False), "text", weight)

        text = self.text(node)
        if text[:1] not in "'\"" or text[:3] in ('"""', "'''"):
            return
        for other in closest(value, self.module.strings, 6):
            if "\n" not in other and len(other) < 60:
                add(other, 0.35)
        for other in closest(value, [one[1:-1] for one in self.literals if one[0] in "'\""], 4):
            add(other, 0.3)
        if len(value) <= 2:
            for other in ("", " ", ",", ", ", "-", "\n"):
                add(other, 0.25)
        for other in (value + " ", " " + value, value.strip(), value.upper(), value.lower()):
            add(other, 0.15)

    def visit_List(self, node):
        if not node.elts and isinstance(node.ctx, ast.Load):
            for other, weight in (("[[]]", 0.3), ("{}", 0.2), ("set()", 0.15), ("None", 0.15)):
                self.replace(node, other, "initial value", weight)
            for name in self.names(node)[:5]:
                self.replace(node, f"[{name}]", "initial value", 0.25)
            for other in self.literals:
                if re.match(r"\[.+\]$", other):
                    self.replace(node, other, "initial value", 0.2)
        self.neighbours(node.elts)
        self.generic_visit(node)

    def visit_Tuple(self, node):
        self.neighbours(node.elts)
        self.generic_visit(node)

    def neighbours(self, elements):
        for first, second in zip(elements, elements[1:]):
            self.swap(first, second, "swapped values", 0.4)

    def visit_Dict(self, node):
        if not node.keys:
            self.replace(node, "[]", "initial value", 0.15)
        self.neighbours([value for key, value in zip(node.keys, node.values) if key is not None])
        self.generic_visit(node)
