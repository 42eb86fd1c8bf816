"""Statements that return, loop, jump or stand elsewhere, and checks at the start of a function."""

import ast
import re

from module import FUNCTIONS, LOOPS, Module


class Statements:
    """Statements that return, loop, jump or stand elsewhere, and checks at the start of a function."""

    def visit_For(self, node):
        self.elements(node.iter)
        self.generic_visit(node)

    def elements(self, source):
        """Other elements of what is walked through."""
        if isinstance(source, ast.Call) and Module.root(source.func) == "range":
            return
        text = self.operand(source)
        for bounds, weight in (("1:", 0.3), (":-1", 0.25), ("::-1", 0.2)):
            self.replace(source, f"{text}[{bounds}]", "other elements", weight)
        for name in self.names(source)[:5]:
            self.replace(source, f"{text}[{name}:]", "other elements", 0.2)
            self.replace(source, f"{text}[:{name}]", "other elements", 0.17)
        self.replace(source, f"sorted({self.text(source)})", "other elements", 0.25)
        self.replace(source, f"list({self.text(source)})", "missing copy", 0.25)

    def visit_comprehension(self, node):
        self.elements(node.iter)
        for test in node.ifs:
            self.condition(test)
        self.generic_visit(node)

    def visit_Yield(self, node):
        if node.value is not None:
            self.replace(node, f"yield from {self.text(node.value)}", "yield", 0.5)
            function = self.module.function(node)
            if isinstance(function, FUNCTIONS) and isinstance(node.value, ast.Call) and Module.root(node.value.func) == function.name and node.value.args:
                self.replace(node, f"yield {self.text(node.value.args[0])}", "yield", 0.4)
        self.generic_visit(node)

    def visit_YieldFrom(self, node):
        self.replace(node, f"yield {self.text(node.value)}", "yield", 0.5)
        self.generic_visit(node)

    # Statements

    def visit_Expr(self, node):
        documentation = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if isinstance(node.value, ast.Compare) and isinstance(node.value.ops[0], ast.Eq):
            place = self.between(node.value.left, node.value.comparators[0], "==")
            if place:
                self.put(*place, "=", "operator", 0.9, node)
        if self.module.function(node) is not None and not documentation and not isinstance(node.value, (ast.Yield, ast.YieldFrom)):
            start = self.module.span(node)[0]
            siblings = self.siblings(node)
            weight = 0.9 if not isinstance(node.value, (ast.Call, ast.Await)) else (0.5 if siblings and siblings[-1] is node else 0.3) + (0.2 if self.hints.get("nothingReturned") else 0)
            self.put(start, start, "return ", "missing return", weight, node)
        self.moved(node)
        self.generic_visit(node)

    def visit_Assign(self, node):
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
            place = self.between(target, node.value, "=")
            if place:
                for other, weight in (("+=", 0.45), ("-=", 0.15)):
                    self.put(*place, other, "operator", weight, node)
            name = self.text(target)
            if isinstance(node.value, (ast.BinOp, ast.Call)):
                self.replace(node.value, f"max(0, {self.text(node.value)})", "missing bound", 0.25)
                self.replace(node.value, f"min(0, {self.text(node.value)})", "missing bound", 0.1)
            self.replace(node.value, f"max({name}, {self.text(node.value)})", "missing comparison", 0.2)
            self.replace(node.value, f"min({name}, {self.text(node.value)})", "missing comparison", 0.15)
        self.moved(node)
        self.generic_visit(node)

    def visit_Return(self, node):
        value = node.value
        if value is not None:
            for literal in self.literals[:12]:
                literal = {"true": "True", "false": "False", "null": "None"}.get(literal, literal)
                if isinstance(value, (ast.Constant, ast.List, ast.Dict, ast.Name)) and re.match(r"True|False|None|\[\]|\{\}|-?\d", literal):
                    self.replace(value, literal, "returned value", 0.3)
            if isinstance(value, (ast.Compare, ast.BoolOp)):
                self.replace(value, f"not ({self.text(value)})", "negation", 0.3)
            if isinstance(value, ast.List) and not value.elts:
                self.replace(value, "[[]]", "returned value", 0.4)
            if isinstance(value, (ast.BinOp, ast.Subscript)):
                self.replace(value, f"{self.text(value)} + 1", "off by one", 0.25)
                self.replace(value, f"{self.text(value)} - 1", "off by one", 0.25)
            if isinstance(value, (ast.Name, ast.Attribute)):
                self.replace(value, f"{self.text(value)} or None", "returned value", 0.05)
        self.moved(node)
        self.generic_visit(node)

    def visit_Break(self, node):
        self.replace(node, "continue", "jump", 0.5)
        self.replace(node, "pass", "dropped statement", 0.5)

    def visit_Continue(self, node):
        self.replace(node, "break", "jump", 0.5)
        self.replace(node, "pass", "dropped statement", 0.45)

    def visit_Raise(self, node):
        self.replace(node, "pass", "dropped statement", 0.2)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node):
        if node.type is not None:
            for other in ("Exception", "KeyError", "ValueError", "IndexError", "TypeError", "AttributeError", "ZeroDivisionError", "StopIteration"):
                self.replace(node.type, other, "exception", 0.4 if other in self.hints.get("text", "") else 0.15)
        self.generic_visit(node)

    def siblings(self, node):
        parent = self.module.parent.get(node)
        for name in ("body", "orelse", "finalbody"):
            found = getattr(parent, name, None)
            if isinstance(found, list) and node in found:
                return found
        return []

    def moved(self, node):
        """A statement dropped, swapped with the next, or moved in or out of the block that it ends or follows."""
        siblings = self.siblings(node)
        if not siblings or self.module.function(node) is None:
            return
        self.replace(node, "pass", "dropped statement", 0.22)
        index = siblings.index(node)
        following = siblings[index + 1] if index + 1 < len(siblings) else None
        simple = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)
        if isinstance(following, simple):
            self.swap(node, following, "swapped statements", 0.25)
        source, (start, end) = self.module.source, self.module.span(node)
        line_start = self.module.starts[node.lineno - 1]
        line_end = self.module.starts[node.end_lineno] if node.end_lineno < len(self.module.starts) else len(source)
        text = source[start:end]
        block = self.module.parent.get(node)
        if following is None and len(siblings) > 1 and isinstance(block, LOOPS + (ast.If, ast.With)) and block.body is siblings:
            indent = self.indentation(block)
            last = self.module.starts[block.end_lineno] if block.end_lineno < len(self.module.starts) else len(source)
            rest = source[line_end:last]
            self.put(line_start, last, f"{rest}{indent}{text}\n", "moved out of the block", 0.5 if isinstance(node, ast.Return) else 0.35, node)
        before = siblings[index - 1] if index else None
        if isinstance(before, LOOPS + (ast.If, ast.With)) and not getattr(before, "orelse", None) and "\n" not in text:
            indent = self.indentation(before.body[-1])
            self.put(line_start, line_end, f"{indent}{text}\n", "moved into the block", 0.3, node)

    def visit_FunctionDef(self, node):
        self.guards(node)
        for default in node.args.defaults:
            self.visit(default)
        for statement in node.body:
            self.visit(statement)
        for decorator in node.decorator_list:
            self.visit(decorator)

    visit_AsyncFunctionDef = visit_FunctionDef

    def guards(self, node):
        """A parameter checked before use, with the values that a function may give for nothing."""
        first = next((one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))), None)
        if first is None or first.lineno == node.lineno:
            return
        likely = 0.3 if self.hints.get("missing") or self.hints.get("notANumber") or "RecursionError" in self.hints.get("text", "") else 0.05
        indent = self.indentation(first)
        start = self.module.span(first)[0]
        values = ["0", "None", "[]", "''", "False", "True", "1", "[[]]", "{}"]
        shown = {{"true": "True", "false": "False", "null": "None"}.get(one, one) for one in self.literals}
        names = [one.arg for one in node.args.args if one.arg not in ("self", "cls")]
        for name in names:
            for order, test in enumerate((f"not {name}", f"{name} is None", f"{name} <= 1")):
                for value in values + [other for other in names][:3]:
                    told = 0.12 if value in shown or value == name else 0
                    if told or likely > 0.1:
                        self.put(start, start, f"if {test}:\n{indent}    return {value}\n{indent}", "missing guard", 0.2 + likely + told - order * 0.05, first)
