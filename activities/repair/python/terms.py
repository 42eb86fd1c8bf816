"""What may be missing around a value, or stand in its place: an operation, a call, an index, another expression of the function."""

import ast

from module import FUNCTIONS, Module
from words import closest

VALUES = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp, ast.Constant)
# Where a value stands that may have been more, or another.
HOLDERS = (ast.BinOp, ast.Compare, ast.Call, ast.Return, ast.Assign, ast.AugAssign, ast.Subscript, ast.Slice, ast.Tuple, ast.List, ast.For, ast.comprehension, ast.IfExp, ast.Yield)
CONVERSIONS = ("len", "abs", "int", "str", "list", "sorted", "set", "sum", "float", "tuple", "reversed")
TEXTUAL = ("lower()", "upper()", "strip()", "split()", "copy()", "keys()", "items()", "values()")
SHORT = 40


class Terms:
    """What may be missing around a value, or stand in its place."""

    def around(self, node):
        """Called for each value that is read on a suspicious line."""
        parent = self.module.parent.get(node)
        if isinstance(node, (ast.List, ast.ListComp)) and isinstance(parent, (ast.Return, ast.Assign)):
            for other in self.names(node)[:8]:
                self.replace(node, f"{other} + {self.text(node)}", "missing term", 0.2)
                self.replace(node, f"{self.text(node)} + {other}", "missing term", 0.2)
        if not isinstance(node, VALUES) or not isinstance(parent, HOLDERS) or getattr(parent, "func", None) is node:
            return
        if isinstance(parent, ast.Subscript) and parent.value is node or isinstance(getattr(node, "value", None), (str, bool, type(None))):
            return
        self.operations(node, parent)
        self.others(node, parent)
        if not isinstance(node, ast.Constant):
            self.conversions(node, parent)
            self.indexed(node)

    def operations(self, node, parent):
        """`a` to `a + 1`, `a * b` or `b - a`."""
        text, constant = self.operand(node), isinstance(node, ast.Constant)
        around = (lambda other: other) if isinstance(parent, (ast.Call, ast.Return, ast.Assign, ast.AugAssign, ast.Slice, ast.Tuple, ast.List, ast.Compare)) or getattr(parent, "slice", None) is node else (lambda other: f"({other})")
        if not constant:
            for operation, weight in (("- 1", 0.24), ("+ 1", 0.24), ("* 2", 0.1), ("// 2", 0.1), ("** 2", 0.13)):
                self.replace(node, around(f"{text} {operation}"), "missing term", weight)
        for other in closest(text, self.names(node), 10):
            for token, weight in (("-", 0.14), ("+", 0.14), ("*", 0.11), ("%", 0.08), ("//", 0.07), ("/", 0.06), ("**", 0.04)):
                self.replace(node, around(f"{text} {token} {other}"), "missing term", weight)
            for token, weight in (("-", 0.1), ("+", 0.07), ("/", 0.05), ("//", 0.04), ("%", 0.05)):
                self.replace(node, around(f"{other} {token} {text}"), "missing term", weight)

    def conversions(self, node, parent):
        text = self.text(node)
        for name in CONVERSIONS:
            if Module.root(getattr(parent, "func", None)) != name:
                self.replace(node, f"{name}({text})", "missing call", 0.1)
        for name in TEXTUAL:
            self.replace(node, f"{self.operand(node)}.{name}", "missing call", 0.07)
        self.replace(node, f"-{self.operand(node)}", "sign", 0.1 if isinstance(parent, (ast.Return, ast.Call, ast.Assign)) else 0)
        if isinstance(parent, (ast.Return, ast.Assign, ast.Call)):
            for other in [*self.names(node)[:8], "0"]:
                for name in ("max", "min"):
                    self.replace(node, f"{name}({other}, {text})", "missing comparison", 0.1)

    def indexed(self, node):
        """`a` to `a[i]`, with what else is an index here."""
        if not isinstance(node, (ast.Name, ast.Subscript, ast.Attribute)):
            return
        for name in [*self.indices(node)[:6], "0", "-1"]:
            self.replace(node, f"{self.text(node)}[{name}]", "missing index", 0.15 if name not in ("0", "-1") else 0.1)

    def indices(self, node):
        around = self.module.function(node) or self.module.tree
        return self.module.once(("indices", around), lambda: list(dict.fromkeys(self.text(one.slice) for one in ast.walk(around) if isinstance(one, ast.Subscript) and not isinstance(one.slice, (ast.Slice, ast.Constant)) and len(self.text(one.slice)) <= SHORT)))

    def others(self, node, parent):
        """Any other short expression of the function, those of the same kind first."""
        text = self.text(node)
        for other, kind in self.expressions(node).items():
            same = kind is type(node)
            self.replace(node, other, "other expression", 0.17 if same and kind is not ast.Name else 0.24 if same else 0.13)
        if isinstance(node, ast.Constant):
            for name in self.names(node)[:10]:
                self.replace(node, name, "other expression", 0.2)
        elif isinstance(node, (ast.Name, ast.Subscript)) and isinstance(parent, ast.Call):
            for name in self.names(node)[:8]:
                self.replace(node, f"{text}[{name}:]", "other elements", 0.12)
                self.replace(node, f"{text}[:{name}]", "other elements", 0.12)

    def expressions(self, node):
        around = self.module.function(node) or self.module.tree

        def collected():
            found = {}
            for one in ast.walk(around):
                if isinstance(one, VALUES) and isinstance(getattr(one, "ctx", ast.Load()), ast.Load) and "\n" not in self.text(one) and len(self.text(one)) <= SHORT:
                    above = self.module.parent.get(one)
                    constant = isinstance(one, ast.Constant) and (isinstance(one.value, (str, bool)) or one.value is None)
                    if not constant and getattr(above, "func", None) is not one and not isinstance(above, FUNCTIONS):
                        found.setdefault(self.text(one), type(one))
            return found

        return self.module.once(("expressions", around), collected)

    # Conditions

    def tested(self, test):
        """A condition with one more part, or another one of the function in its place."""
        text = self.text(test) if not isinstance(test, ast.BoolOp) else f"({self.text(test)})"
        for other in self.tests(test):
            if other != self.text(test):
                for joined in (f"{text} and {other}", f"{text} or {other}", f"{other} and {text}", f"{other} or {text}"):
                    self.replace(test, joined, "missing condition", 0.16)
                self.replace(test, other, "other condition", 0.12)
        for name in self.names(test)[:8]:
            for other in (f"not {name}", name, f"{name} is None", f"{name} is not None", f"len({name}) == 0", f"{name} < 0", f"{name} == 0"):
                weight = 0.14 if other in (name, f"not {name}") else 0.08
                self.replace(test, f"{text} or {other}", "missing condition", weight)
                self.replace(test, f"{text} and {other}", "missing condition", weight)
                self.replace(test, f"{other} or {text}", "missing condition", weight)
            self.replace(test, name, "other condition", 0.35 if isinstance(test, ast.Constant) else 0.12)
            self.replace(test, f"not {name}", "other condition", 0.3 if isinstance(test, ast.Constant) else 0.1)

    def tests(self, node):
        around = self.module.function(node) or self.module.tree
        return self.module.once(("tests", around), lambda: list(dict.fromkeys(self.text(one) for one in ast.walk(around) if isinstance(one, (ast.Compare, ast.UnaryOp)) and "\n" not in self.text(one) and len(self.text(one)) <= SHORT))[:12])
