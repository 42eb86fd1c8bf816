"""Proposes small edits to Python modules, or says which texts are Python. Reads a question as JSON and prints the answer.

{"edits": [{"file", "source", "lines"}], "hints": {...}} -> [{"file", "start", "end", "text", "operator", "weight", "line", "lastLine"}]
{"check": [text]} -> [true or false]

Offsets count UTF-16 units, as JavaScript does. Weights say how likely a kind of edit is the right one.
"""

import ast
import functools
import json
import re
import sys

COMPARISONS = {
    ast.Lt: ("<", [("<=", 1), (">", 0.6), (">=", 0.5)]),
    ast.LtE: ("<=", [("<", 1), (">=", 0.6), (">", 0.45)]),
    ast.Gt: (">", [(">=", 1), ("<", 0.6), ("<=", 0.5)]),
    ast.GtE: (">=", [(">", 1), ("<=", 0.6), ("<", 0.45)]),
    ast.Eq: ("==", [("!=", 0.8), ("<=", 0.3), (">=", 0.3)]),
    ast.NotEq: ("!=", [("==", 0.8), ("<", 0.25), (">", 0.25)]),
    ast.Is: ("is", [("is not", 0.8), ("==", 0.4)]),
    ast.IsNot: ("is not", [("is", 0.8), ("!=", 0.4)]),
    ast.In: ("in", [("not in", 0.8)]),
    ast.NotIn: ("not in", [("in", 0.8)]),
}
ARITHMETIC = {
    ast.Add: ("+", [("-", 0.85), ("*", 0.4)]),
    ast.Sub: ("-", [("+", 0.85), ("*", 0.2), ("//", 0.2)]),
    ast.Mult: ("*", [("/", 0.5), ("+", 0.5), ("**", 0.4), ("//", 0.4)]),
    ast.Div: ("/", [("//", 0.85), ("*", 0.7), ("%", 0.3)]),
    ast.FloorDiv: ("//", [("/", 0.8), ("%", 0.65), ("*", 0.4)]),
    ast.Mod: ("%", [("//", 0.7), ("/", 0.4), ("*", 0.3)]),
    ast.Pow: ("**", [("*", 0.7)]),
    ast.BitAnd: ("&", [("|", 0.7), ("^", 0.5)]),
    ast.BitOr: ("|", [("&", 0.7), ("^", 0.5)]),
    ast.BitXor: ("^", [("&", 0.7), ("|", 0.6)]),
    ast.LShift: ("<<", [(">>", 0.8)]),
    ast.RShift: (">>", [("<<", 0.8)]),
}
FAMILIES = [
    ["min", "max"],
    ["append", "extend", "insert", "add"],
    ["add", "update", "discard"],
    ["pop", "popleft"],
    ["append", "appendleft"],
    ["popitem", "pop"],
    ["startswith", "endswith"],
    ["find", "rfind", "index"],
    ["index", "rindex"],
    ["any", "all"],
    ["upper", "lower", "title", "capitalize"],
    ["isdigit", "isalpha", "isalnum", "isspace", "isnumeric"],
    ["isupper", "islower"],
    ["keys", "values", "items"],
    ["ljust", "rjust", "center"],
    ["strip", "lstrip", "rstrip"],
    ["split", "rsplit", "splitlines"],
    ["partition", "rpartition"],
    ["floor", "ceil", "trunc"],
    ["int", "round", "float"],
    ["sum", "len", "max"],
    ["list", "tuple", "set", "sorted"],
    ["map", "filter"],
    ["sorted", "reversed", "list"],
    ["union", "intersection", "difference", "symmetric_difference"],
    ["issubset", "issuperset"],
    ["seconds", "total_seconds", "days"],
    ["year", "month", "day"],
    ["hour", "minute", "second"],
    ["weekday", "isoweekday"],
    ["match", "search", "fullmatch"],
    ["findall", "finditer"],
    ["sin", "cos"],
    ["heappush", "heappop"],
    ["setdefault", "get"],
    ["remove", "discard", "pop"],
    ["first", "last"],
    ["start", "end"],
    ["left", "right"],
    ["width", "height"],
    ["x", "y"],
    ["next", "prev", "previous"],
    ["head", "tail"],
    ["key", "value"],
    ["row", "column", "col"],
    ["successor", "predecessor"],
    ["defaultdict", "dict", "Counter"],
    ["copy", "deepcopy"],
    ["math", "cmath"],
]
# Functions that are seldom taken for each other.
SHAPES = {"list", "tuple", "set", "len", "sum", "map", "filter", "reversed", "float", "dict", "defaultdict", "Counter"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)


def relatives(name):
    return list(dict.fromkeys(other for family in FAMILIES if name in family for other in family if other != name))


@functools.lru_cache(maxsize=100_000)
def pairs(word):
    """The pairs of neighbouring letters, ends included."""
    padded = f" {word[:40].lower()} "
    return frozenset(padded[index : index + 2] for index in range(len(padded) - 1))


def unlikeness(one, two):
    return 1 - 2 * len(pairs(one) & pairs(two)) / (len(pairs(one)) + len(pairs(two)))


def closest(word, words, count):
    others = [other for other in dict.fromkeys(words) if other != word]
    return sorted(others, key=lambda other: unlikeness(word, other))[:count]


class Module:
    """One file: its text, its tree with parents, and what names it uses."""

    def __init__(self, file, source, lines):
        self.file, self.source, self.lines = file, source, set(lines)
        self.tree = ast.parse(source)
        self.texts = source.splitlines(keepends=True) if "\f" not in source else source.split("\n")
        self.starts = [0]
        for match in re.finditer(r"\r\n|\r|\n", source):
            self.starts.append(match.end())
        self.wide = any(ord(character) > 0xFFFF for character in source)
        self.parent = {}
        self.attributes, self.methods = {}, {}
        self.numbers, self.strings, self.globals, self.functions, self.arity = [], [], [], [], {}
        for node in ast.walk(self.tree):
            for under in ast.iter_child_nodes(node):
                self.parent[under] = node
        for node in ast.walk(self.tree):
            self.note(node)

        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call) and not node.keywords]
        made = [ast.unparse(node.func) for node in calls if len(node.args) == 1 and isinstance(node.func, (ast.Name, ast.Attribute))]
        # Of methods only those of modules can be called with any value.
        self.wrappers = [name for name in dict.fromkeys(made) if "." not in name or name.partition(".")[0] in self.functions][:8]
        self.bare = list(dict.fromkeys(node.func.attr for node in calls if not node.args and isinstance(node.func, ast.Attribute)))[:6]

    def note(self, node):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                self.strings.append(node.value)
            elif isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
                self.numbers.append(repr(node.value))
        elif isinstance(node, ast.Attribute):
            parent = self.parent.get(node)
            called = isinstance(parent, ast.Call) and parent.func is node
            (self.methods if called else self.attributes).setdefault(node.attr, set()).add(self.root(node.value))
        elif isinstance(node, FUNCTIONS + (ast.ClassDef,)):
            if isinstance(self.parent[node], ast.Module):
                self.functions.append(node.name)
            if not isinstance(node, ast.ClassDef):
                self.arity[node.name] = len(node.args.args) - (isinstance(self.parent[node], ast.ClassDef))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.functions.extend((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and self.function(node) is None:
            self.globals.append(node.id)

    @staticmethod
    def root(node):
        return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""

    def function(self, node):
        """The function around a node."""
        while node in self.parent:
            node = self.parent[node]
            if isinstance(node, FUNCTIONS + (ast.Lambda,)):
                return node
        return None

    def statement(self, node):
        while not isinstance(node, (ast.stmt, ast.excepthandler)) and node in self.parent:
            node = self.parent[node]
        return node

    def offset(self, line, column):
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self.source)
        text = self.source[start:end]
        return start + (column if text.isascii() else len(text.encode()[:column].decode()))

    def span(self, node):
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def text(self, node):
        start, end = self.span(node)
        return self.source[start:end]

    def utf16(self, offset):
        return offset if not self.wide else len(self.source[:offset].encode("utf-16-le")) // 2


class Proposer(ast.NodeVisitor):
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

    # How edits are put down

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

    # Operators

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

    # Constants

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

    # Names

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

    # Calls and subscripts

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
        if len(node.args) > 1:
            self.put(self.module.span(node.args[-2])[1], self.module.span(node.args[-1])[1], "", "dropped argument", 0.25, node)
        for one in node.keywords:
            if one.arg:
                before = self.module.source[: self.module.span(one.value)[0]]
                comma = re.search(r",?\s*\w+\s*=\s*$", before)
                if comma:
                    self.put(comma.start(), self.module.span(one.value)[1], "", "dropped argument", 0.25, node)

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

    # Loops, comprehensions and generators

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
