"""Other names, attributes and indices in the place of one."""

import ast

from module import Module
from tables import SHAPES
from words import closest, relatives


class Names:
    """Other names, attributes and indices in the place of one."""

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            if isinstance(self.module.statement(node), (ast.Assign, ast.AugAssign)):
                for index, other in enumerate(closest(node.id, self.names(node), 4)):
                    self.replace(node, other, "wrong name", 0.3 - index * 0.02)
            return
        parent = self.module.parent.get(node)
        called = isinstance(parent, ast.Call) and parent.func is node
        for index, other in enumerate(relatives(node.id)):
            likely = 0.35 if node.id in SHAPES else max(0.3, 0.75 - index * 0.12)
            self.replace(node, other, "wrong function", likely if called else 0.15)
        local = self.names(node)
        known = local + self.module.globals + self.module.functions
        if node.id not in known and f"'{node.id}' is not defined" not in self.hints.get("text", ""):
            return
        if called and node.id not in local:
            for index, other in enumerate(closest(node.id, self.module.functions, 4)):
                self.replace(node, other, "wrong function", 0.3 - index * 0.03)
            return
        unread = self.unread(node)
        for index, other in enumerate(closest(node.id, local, 8)):
            self.replace(node, other, "wrong name", 0.85 if other in unread else 0.5 - index * 0.03)
        for index, other in enumerate(closest(node.id, self.module.globals, 5)):
            self.replace(node, other, "wrong name", 0.8 if other in unread else 0.4 - index * 0.03)
        self.shift(node, parent)
        self.terms(node, parent, local)
        if isinstance(parent, (ast.Call, ast.BinOp, ast.Compare, ast.Return, ast.Assign)) and not called:
            self.replace(node, f"not {node.id}", "negation", 0.3 if isinstance(parent, (ast.Return, ast.Assign)) else 0)
            self.replace(node, f"(-{node.id})", "sign", 0.12)
            self.replace(node, f"abs({node.id})", "conversion", 0.15)
            for attribute in closest(node.id, [name for name, roots in self.project["attributes"].items() if node.id in roots], 3):
                self.replace(node, f"{node.id}.{attribute}", "missing attribute", 0.2)
        if "self" in local and node.id in self.project["attributes"] and node.id != "self":
            self.replace(node, f"self.{node.id}", "missing self", 0.3)

    def terms(self, node, parent, local):
        """A part that may be missing: another name added or taken away, or all but the first or last element."""
        if not isinstance(parent, (ast.Call, ast.Return)) or getattr(parent, "func", None) is node:
            return
        for bounds in ("1:", ":-1"):
            self.replace(node, f"{node.id}[{bounds}]", "other elements", 0.22 if isinstance(parent, ast.Call) else 0.1)
        for other in closest(node.id, local, 5):
            self.replace(node, f"{node.id} - {other}", "missing term", 0.17)
            self.replace(node, f"{node.id} + {other}", "missing term", 0.17)

    def shift(self, node, parent):
        text = self.operand(node)
        weight = 0
        if isinstance(parent, ast.Tuple) and isinstance(self.module.parent.get(parent), ast.Subscript):
            weight = 0.5
        elif isinstance(parent, (ast.Subscript, ast.Slice)):
            weight = 0.55 if not (isinstance(parent, ast.Subscript) and parent.value is node) else 0
        elif isinstance(parent, ast.Call) and node in parent.args:
            weight = 0.55 if Module.root(parent.func) == "range" else 0.28
        elif isinstance(parent, (ast.Return, ast.Assign)) and getattr(parent, "value", None) is node:
            weight = 0.3
        elif isinstance(parent, ast.comprehension):
            weight = 0
        if weight:
            self.replace(node, f"{text} + 1", "off by one", weight)
            self.replace(node, f"{text} - 1", "off by one", weight)

    def visit_Attribute(self, node):
        parent = self.module.parent.get(node)
        called = isinstance(parent, ast.Call) and parent.func is node
        start, end = self.module.span(node)
        place = (end - len(node.attr), end)
        for index, other in enumerate(relatives(node.attr)):
            self.put(*place, other, "wrong attribute", max(0.3, 0.8 - index * 0.12), node)
        names = self.project["methods" if called else "attributes"]
        if not called:
            root = Module.root(node.value)
            seen = [name for name, roots in names.items() if root and root in roots]
            for index, other in enumerate(closest(node.attr, seen, 6)):
                self.put(*place, other, "wrong attribute", 0.5 - index * 0.03, node)
            self.shift(node, parent)
            if isinstance(node.ctx, ast.Load):
                self.replace(node, self.text(node.value), "dropped attribute", 0.2)
        for index, other in enumerate(closest(node.attr, names, 4)):
            self.put(*place, other, "wrong attribute", 0.28 - index * 0.03, node)
        if not called and isinstance(node.ctx, ast.Load) and Module.root(node.value) == "self" and node.attr in self.names(node):
            self.replace(node, node.attr, "dropped self", 0.3)
        self.generic_visit(node)
