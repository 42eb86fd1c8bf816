"""Other operators between the same operands, and conditions negated, fixed or widened."""

import ast

from tables import ARITHMETIC, COMPARISONS


class Operators:
    """Other operators between the same operands, and conditions negated, fixed or widened."""

    def visit_Compare(self, node):
        left = node.left
        for operator, right in zip(node.ops, node.comparators):
            token, others = COMPARISONS[type(operator)]
            place = self.between(left, right, token)
            if place:
                for other, weight in others:
                    self.put(*place, other, "operator", weight, node)
            if token in ("<", "<=", ">", ">=") and not isinstance(right, ast.Constant):
                self.replace(right, f"{self.operand(right)} - 1", "bound", 0.5)
                self.replace(right, f"{self.operand(right)} + 1", "bound", 0.45)
            left = right
        self.neighbouring(node)
        if len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            self.swap(node.left, node.comparators[0], "swapped operands", 0.3)
        self.generic_visit(node)

    def neighbouring(self, node):
        """`== 0` to `<= 1` and the like: the operator and its number at once."""
        last = node.comparators[-1]
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq) and isinstance(last, ast.Constant) and type(last.value) is int:
            left = self.text(node.left)
            self.replace(node, f"{left} <= {last.value + 1}", "condition", 0.3)
            self.replace(node, f"{left} >= {last.value - 1}", "condition", 0.2)

    def visit_BinOp(self, node):
        token, others = ARITHMETIC.get(type(node.op), ("@", []))
        textual = any(isinstance(side, (ast.Constant, ast.JoinedStr)) and isinstance(getattr(side, "value", ""), str) for side in (node.left, node.right))
        place = self.between(node.left, node.right, token)
        if place:
            for other, weight in others:
                self.put(*place, other, "operator", weight * (0.2 if textual else 1), node)
        one, two = self.text(node.left), self.text(node.right)
        if token in ("-", "/", "//", "%", "**"):
            self.replace(node, f"{self.operand(node.right)} {token} {self.operand(node.left)}", "swapped operands", 0.55 if not textual else 0.1)
        if token == "+":
            self.replace(node, f"{two} + {one}", "swapped operands", 0.3)
        if not textual:
            self.replace(node, one, "dropped operand", 0.6 if isinstance(node.right, ast.Constant) else 0.3)
            if token in "+*":
                self.replace(node, two, "dropped operand", 0.25)
        self.regroup(node, token)
        self.generic_visit(node)

    def regroup(self, node, token):
        if isinstance(node.right, ast.BinOp) and token != "@":
            inner = ARITHMETIC.get(type(node.right.op), ("@",))[0]
            self.replace(node, f"({self.text(node.left)} {token} {self.text(node.right.left)}) {inner} {self.text(node.right.right)}", "grouping", 0.5)
        if isinstance(node.left, ast.BinOp) and token != "@":
            inner = ARITHMETIC.get(type(node.left.op), ("@",))[0]
            self.replace(node, f"{self.text(node.left.left)} {inner} ({self.text(node.left.right)} {token} {self.text(node.right)})", "grouping", 0.5)

    def visit_BoolOp(self, node):
        token, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for index, (left, right) in enumerate(zip(node.values, node.values[1:])):
            place = self.between(left, right, token)
            if place:
                self.put(*place, other, "operator", 0.85, node)
        for value in node.values:
            kept = [self.text(one) for one in node.values if one is not value]
            self.replace(node, f" {token} ".join(kept), "dropped condition", 0.45)
            if not isinstance(value, ast.UnaryOp):
                self.replace(value, f"not {self.operand(value)}", "negated condition", 0.4)
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        self.replace(node, self.text(node.operand), "negation", 0.8)
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        token, others = ARITHMETIC.get(type(node.op), ("@", []))
        place = self.between(node.target, node.value, token + "=")
        if place:
            for other, weight in others:
                self.put(*place, other + "=", "operator", weight, node)
            self.put(*place, "=", "operator", 0.55, node)
        self.moved(node)
        self.generic_visit(node)

    def condition(self, test):
        self.tested(test)
        if not isinstance(test, (ast.UnaryOp, ast.BoolOp)):
            self.replace(test, f"not ({self.text(test)})" if not isinstance(test, ast.Name) else f"not {self.text(test)}", "negated condition", 0.55)

    def visit_If(self, node):
        self.condition(node.test)
        self.replace(node.test, "True", "fixed condition", 0.2)
        self.replace(node.test, "False", "fixed condition", 0.25)
        start = self.module.span(node)[0]
        if not node.orelse and self.module.source.startswith("if", start):
            self.put(start, start + 2, "while", "loop", 0.3, node.test)
        if self.module.source.startswith("elif", start):
            self.put(start, start + 4, "if", "branch", 0.4, node.test)
        self.widen(node.test)
        self.generic_visit(node)

    def visit_While(self, node):
        self.condition(node.test)
        start = self.module.span(node)[0]
        self.put(start, start + 5, "if", "loop", 0.15, node.test)
        self.replace(node.test, "True", "fixed condition", 0.2)
        self.widen(node.test)
        self.generic_visit(node)

    def widen(self, test):
        """One more condition, on names that are at hand."""
        names = self.names(test)[:6]
        text = self.text(test) if not isinstance(test, ast.BoolOp) else f"({self.text(test)})"
        for name in names:
            self.replace(test, f"{name} and {text}", "missing condition", 0.22 + (0.3 if self.hints.get("missing") else 0))
            self.replace(test, f"not {name} or {text}", "missing condition", 0.18 + (0.3 if self.hints.get("missing") else 0))

    def visit_IfExp(self, node):
        self.condition(node.test)
        self.swap(node.body, node.orelse, "swapped branches", 0.55)
        self.replace(node, self.text(node.body), "dropped condition", 0.2)
        self.replace(node, self.text(node.orelse), "dropped condition", 0.2)
        self.generic_visit(node)

    def swap(self, first, second, operator, weight):
        (start, middle), (resume, end) = self.module.span(first), self.module.span(second)
        if start > resume:
            (start, middle), (resume, end) = (resume, end), (start, middle)
        source = self.module.source
        self.put(start, end, source[resume:end] + source[middle:resume] + source[start:middle], operator, weight, first)
