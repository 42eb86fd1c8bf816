"""How edits are put down, and what they may know of the place."""

import ast
import re

from module import FUNCTIONS, Module


class Base(ast.NodeVisitor):
    """Walks a module and collects edits of its suspicious lines."""

    def __init__(self, module, project, hints):
        self.module, self.project, self.hints = module, project, hints
        self.edits = []
        self.known, self.never = {}, {}
        self.literals = hints.get("literals", [])

    def visit(self, node):
        # What lies wholly outside of the suspicious lines has nothing to propose.
        if isinstance(node, (ast.stmt, ast.expr)) and not isinstance(node, FUNCTIONS) and not self.suspicious(self.module.statement(node)):
            return None
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp)) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            self.wrapped(node)
        if isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and isinstance(node, ast.expr) and self.module.function(node) is not None:
            self.around(node)
        if isinstance(node, ast.stmt) and self.module.function(node) is not None:
            self.inserted(node)
        return super().visit(node)

    def wrapped(self, node):
        """A call that may be missing around a value: those with nothing else given that the module makes elsewhere."""
        parent = self.module.parent.get(node)
        if not isinstance(parent, (ast.Call, ast.BinOp, ast.Compare, ast.Return, ast.Assign, ast.For, ast.comprehension)) or getattr(parent, "func", None) is node:
            return
        for name in self.module.wrappers:
            if Module.root(getattr(parent, "func", None)) != name.rpartition(".")[2]:
                self.replace(node, f"{name}({self.text(node)})", "missing call", 0.22)
        for name in self.module.bare:
            self.replace(node, f"{self.operand(node)}.{name}()", "missing call", 0.2)

    def suspicious(self, statement):
        return any(line in self.module.lines for line in range(statement.lineno, statement.end_lineno + 1))

    def put(self, start, end, text, operator, weight, at):
        statement = self.module.statement(at)
        first = min(statement.lineno, getattr(at, "lineno", statement.lineno))
        body = getattr(statement, "body", None)
        if isinstance(body, list) and body and at is not statement:
            last = max(getattr(at, "end_lineno", first), first)
        elif isinstance(body, list) and body:
            last = max(statement.lineno, body[0].lineno - 1)
        else:
            last = statement.end_lineno
        if weight <= 0 or not any(line in self.module.lines for line in range(first, last + 1)):
            return
        self.edits.append({"file": self.module.file, "start": self.module.utf16(start), "end": self.module.utf16(end), "text": text, "operator": operator, "weight": weight, "line": first, "lastLine": last})

    def replace(self, node, text, operator, weight):
        start, end = self.module.span(node)
        if self.module.source[start:end] != text:
            self.put(start, end, text, operator, weight, node)

    def text(self, node):
        return self.module.text(node)

    def operand(self, node):
        text = self.text(node)
        simple = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Constant, ast.List, ast.Tuple, ast.Dict)
        return text if isinstance(node, simple) and not text.startswith("-") else f"({text})"

    def between(self, left, right, token):
        """Where an operator stands between two operands."""
        start, end = self.module.span(left)[1], self.module.span(right)[0]
        match = re.search(re.escape(token).replace(r"\ ", r"\s+"), self.module.source[start:end])
        return (start + match.start(), start + match.end()) if match else None

    def names(self, node):
        """Names of the functions around a node: parameters and what is assigned."""
        function = self.module.function(node)
        if function not in self.known:
            self.known[function] = self.names_of(function)
        return self.known[function]

    def unread(self, node):
        """Names that are given values and never read: likely the ones that are meant where another stands."""
        function = self.module.function(node)
        if function not in self.never:
            reads = {one.id for one in ast.walk(function or self.module.tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
            everywhere = {one.id for one in ast.walk(self.module.tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
            named = [name for name in self.names(node) if name not in ("self", "cls") and name not in reads]
            self.never[function] = set(named) | {name for name in self.module.globals if name not in everywhere and not name.startswith("__")}
        return self.never[function]

    def names_of(self, function):
        found = []
        while function is not None:
            arguments = function.args
            found += [one.arg for one in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
            found += [one.arg for one in (arguments.vararg, arguments.kwarg) if one]
            for inner in ast.walk(function):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    found.append(inner.id)
                elif isinstance(inner, FUNCTIONS) and inner is not function:
                    found.append(inner.name)
            function = self.module.function(function)
        return list(dict.fromkeys(name for name in found if name != "_"))

    def indentation(self, node):
        start = self.module.starts[node.lineno - 1]
        return self.module.source[start : start + node.col_offset]
