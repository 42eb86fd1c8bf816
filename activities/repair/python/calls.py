"""Arguments, bounds and slices."""

import ast
import re

from module import FUNCTIONS, Module


class Calls:
    """Arguments, bounds and slices."""

    def visit_Call(self, node):
        for first, second in zip(node.args, node.args[1:]):
            self.swap(first, second, "swapped arguments", 0.6)
        for first, second in zip(node.keywords, node.keywords[1:]):
            self.swap(first.value, second.value, "swapped arguments", 0.35)
        start, end = self.module.span(node)
        name = Module.root(node.func)
        self.arguments(node, name, end)
        if isinstance(node.func, ast.Attribute):
            self.replace(node, self.text(node.func.value), "dropped call", 0.3)
        elif len(node.args) == 1 and not node.keywords:
            self.replace(node, self.text(node.args[0]), "dropped call", 0.35)
        if name in ("append", "extend", "add", "push") and len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
            argument = self.text(node.args[0])
            for other in (f"list({argument})", f"{self.operand(node.args[0])}[:]", f"{self.operand(node.args[0])}.copy()"):
                self.replace(node.args[0], other, "missing copy", 0.25)
        if name in ("sorted", "sort", "max", "min") and not any(one.arg == "reverse" for one in node.keywords) and name.startswith("sort"):
            self.put(end - 1, end - 1, (", " if node.args or node.keywords else "") + "reverse=True", "missing argument", 0.5, node)
        if name == "range":
            self.ranges(node)
        function = self.module.function(node)
        if isinstance(function, ast.AsyncFunctionDef) and not isinstance(self.module.parent.get(node), ast.Await):
            self.replace(node, f"(await {self.text(node)})", "missing await", 0.9 if self.hints.get("unawaited") else 0.45)
        parent = self.module.parent.get(node)
        self.shift(node, parent)
        if isinstance(parent, ast.Return) or isinstance(parent, ast.Assign):
            self.replace(node, f"not {self.text(node)}", "negation", 0.25)
            if function is not None and not isinstance(node.func, ast.Attribute):
                for other in ("list", "sorted", "sum", "str", "int", "len"):
                    self.replace(node, f"{other}({self.text(node)})", "missing conversion", 0.12)
        if isinstance(parent, ast.Return):
            self.recursion(node, name)
        self.generic_visit(node)

    def arguments(self, node, name, end):
        expected = self.project["arity"].get(name)
        if expected is not None and expected > len(node.args) + len(node.keywords):
            for other in self.names(node)[:8]:
                self.put(end - 1, end - 1, f"{', ' if node.args or node.keywords else ''}{other}", "missing argument", 0.5, node)
        self.more(node, name, end)
        if len(node.args) > 1:
            self.put(self.module.span(node.args[-2])[1], self.module.span(node.args[-1])[1], "", "dropped argument", 0.25, node)
        for one in node.keywords:
            if one.arg:
                before = self.module.source[: self.module.span(one.value)[0]]
                comma = re.search(r",?\s*\w+\s*=\s*$", before)
                if comma:
                    self.put(comma.start(), self.module.span(one.value)[1], "", "dropped argument", 0.25, node)

    def more(self, node, name, end):
        """One argument more: as another call of the same function has it, or a name or number at hand."""
        comma = ", " if node.args or node.keywords else ""
        if self.module.source[end - 2] == ",":
            return
        for other in self.module.calls.get(name, []):
            if len(other.args) > len(node.args):
                self.put(end - 1, end - 1, f"{comma}{self.text(other.args[len(node.args)])}", "missing argument", 0.35, node)
            for one in other.keywords:
                if one.arg and one.arg not in [own.arg for own in node.keywords]:
                    self.put(end - 1, end - 1, f"{comma}{self.text(one)}", "missing argument", 0.3, node)
        if node.keywords or name in ("append", "add", "len", "list", "set", "str", "abs"):
            return
        likely = 0.4 if "required positional argument" in self.hints.get("text", "") or f"{name} expected" in self.hints.get("text", "") else 0
        for other in [*self.names(node)[:10], *dict.fromkeys(self.module.numbers[:6])]:
            self.put(end - 1, end - 1, f"{comma}{other}", "missing argument", (0.3 if name == "range" else 0.12) + likely, node)

    def ranges(self, node):
        if len(node.args) == 1:
            self.replace(node.args[0], f"1, {self.text(node.args[0])}", "bound", 0.4)
            self.replace(node.args[0], f"1, {self.text(node.args[0])} + 1", "bound", 0.35)
            for other in self.names(node)[:5]:
                self.replace(node.args[0], f"{other}, {self.text(node.args[0])}", "bound", 0.25)
        if len(node.args) == 2:
            self.replace(node, f"range({self.text(node.args[0])}, {self.text(node.args[1])}, -1)", "step", 0.2)
            self.replace(node, f"range({self.text(node.args[1])})", "bound", 0.25)
        for argument in node.args:
            if not isinstance(argument, (ast.Name, ast.Call, ast.Attribute)) and not isinstance(argument, ast.Constant):
                self.replace(argument, f"{self.text(argument)} + 1", "off by one", 0.55)
                self.replace(argument, f"{self.text(argument)} - 1", "off by one", 0.45)

    def recursion(self, node, name):
        """What a call that is returned may be missing around it: a step counted, or the part that was dealt with here."""
        function = self.module.function(node)
        if not isinstance(function, FUNCTIONS) or name != function.name:
            return
        text = self.text(node)
        self.replace(node, f"1 + {text}", "missing step", 0.45)
        for other in self.names(node)[:5]:
            self.replace(node, f"{other} + {text}", "missing step", 0.25)
            self.replace(node, f"[{other}] + {text}", "missing step", 0.25)

    def visit_Subscript(self, node):
        if isinstance(node.ctx, ast.Load):
            likely = 0.35 if self.hints.get("missing") else 0
            if not isinstance(node.slice, (ast.Slice, ast.UnaryOp)):
                key, value = self.text(node.slice), self.operand(node.value)
                for default in ("", ", 0", ", []", ", ''"):
                    self.replace(node, f"{value}.get({key}{default})", "missing default", 0.12 + likely * (1 if default else 0.6))
            self.replace(node, self.text(node.value), "dropped index", 0.25)
            self.shift(node, self.module.parent.get(node))
            if isinstance(node.slice, (ast.BinOp, ast.Call)):
                self.replace(node.slice, f"{self.text(node.slice)} - 1", "off by one", 0.4)
                self.replace(node.slice, f"{self.text(node.slice)} + 1", "off by one", 0.4)
        if isinstance(node.slice, ast.Slice):
            self.slices(node)
        self.generic_visit(node)

    def slices(self, node):
        lower, upper = node.slice.lower, node.slice.upper
        value = self.operand(node.value)
        low, high = (self.text(lower) if lower else ""), (self.text(upper) if upper else "")
        if not lower:
            self.replace(node, f"{value}[1:{high}]", "bound", 0.35)
        elif not node.slice.step:
            self.replace(node, f"{value}[:{high}]", "bound", 0.3)
            self.replace(node, f"{value}[:{low}]", "bound", 0.3 if not upper else 0)
        if not upper:
            self.replace(node, f"{value}[{low}:-1]", "bound", 0.35)
        elif not node.slice.step:
            self.replace(node, f"{value}[{low}:]", "bound", 0.3)
            self.replace(node, f"{value}[{high}:]", "bound", 0.3 if not lower else 0)
        if node.slice.step is not None:
            self.replace(node, f"{value}[{low}:{high}]", "step", 0.4)
        else:
            self.replace(node, f"{value}[{low}:{high}:-1]", "step", 0.15)
        for bound in (lower, upper):
            if isinstance(bound, ast.BinOp):
                self.replace(bound, f"{self.text(bound)} + 1", "off by one", 0.45)
                self.replace(bound, f"{self.text(bound)} - 1", "off by one", 0.45)
