"""Plants one small fault in a Python module, after the kinds of ManySStuBs4J and PySStuBs: what people get wrong in one place.

Reads {"source", "seed", "count"} and prints `count` faulty texts at most, each with its kind, in an order that the seed decides.
It shares nothing with the repairer and goes the other way: from working code to broken.
"""

import ast
import json
import random
import sys

KINDS = {}


def kind(name):
    def keep(function):
        KINDS[name] = function
        return function

    return keep


class Text:
    """A module's text, its nodes, and the names of the function around each."""

    def __init__(self, source):
        self.source = source
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.parent, self.inside = {}, {}
        self.nodes = []
        self.visit(ast.parse(source), None)

    def visit(self, node, function):
        for child in ast.iter_child_nodes(node):
            self.parent[child] = node
            self.inside[child] = function
            if function is not None:
                self.nodes.append(child)
            inner = child if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) else function
            if isinstance(child, ast.If) and "__main__" in ast.dump(child.test):
                continue
            self.visit(child, inner)

    def span(self, node):
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, node):
        start, end = self.span(node)
        return self.source[start:end]

    def all(self, *types):
        return [node for node in self.nodes if isinstance(node, types) and not self.documentation(node)]

    def documentation(self, node):
        return isinstance(self.parent.get(node), ast.Expr) and isinstance(node, ast.Constant)

    def names(self, node):
        function = self.inside[node]
        return sorted({one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)} | {one.arg for one in function.args.args})

    def block(self, node):
        for name in ("body", "orelse"):
            found = getattr(self.parent.get(node), name, None)
            if isinstance(found, list) and node in found:
                return found
        return []


def replace(text, node, other):
    return [(*text.span(node), other)]


def token(text, left, right, old, new):
    start, end = text.span(left)[1], text.span(right)[0]
    at = text.source.find(old, start, end)
    return [] if at < 0 else [(at, at + len(old), new)]


@kind("wrong identifier")
def identifier(text, dice):
    for node in text.all(ast.Name):
        others = [name for name in text.names(node) if name != node.id]
        if node.id in text.names(node) and others:
            yield from replace(text, node, dice.choice(others))


@kind("wrong number")
def number(text, dice):
    for node in text.all(ast.Constant):
        if type(node.value) in (int, float):
            yield from replace(text, node, repr(dice.choice([node.value + 1, node.value - 1, node.value + 2, 0, 1, 10 * node.value])))


@kind("wrong boolean")
def boolean(text, dice):
    for node in text.all(ast.Constant):
        if isinstance(node.value, bool):
            yield from replace(text, node, repr(not node.value))


OPERATORS = [["<", "<=", ">", ">="], ["==", "!="], ["+", "-"], ["*", "/", "//", "%", "**"], ["and", "or"], ["&", "|", "^"], ["<<", ">>"], ["is", "is not"], ["in", "not in"]]
SYMBOLS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.And: "and", ast.Or: "or", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in"}


def other_operator(operator, dice):
    symbol = SYMBOLS.get(type(operator), "@")
    family = next((one for one in OPERATORS if symbol in one), [])
    others = [one for one in family if one != symbol]
    return symbol, dice.choice(others) if others else symbol


@kind("wrong comparison")
def comparison(text, dice):
    for node in text.all(ast.Compare):
        yield from token(text, node.left, node.comparators[0], *other_operator(node.ops[0], dice))


@kind("wrong operator")
def operator(text, dice):
    for node in text.all(ast.BinOp):
        yield from token(text, node.left, node.right, *other_operator(node.op, dice))
    for node in text.all(ast.BoolOp):
        yield from token(text, node.values[0], node.values[1], *other_operator(node.op, dice))
    for node in text.all(ast.AugAssign):
        symbol, other = other_operator(node.op, dice)
        yield from token(text, node.target, node.value, symbol + "=", dice.choice([other + "=", "="]))


@kind("wrong unary operator")
def unary(text, dice):
    for node in text.all(ast.UnaryOp):
        yield from replace(text, node, text.of(node.operand))
    for node in text.all(ast.If, ast.While):
        yield from replace(text, node.test, f"not ({text.of(node.test)})")


@kind("wrong operand")
def operand(text, dice):
    for node in text.all(ast.BinOp):
        yield from replace(text, node, text.of(dice.choice([node.left, node.right])))
    for node in text.all(ast.BinOp, ast.Compare):
        side = node.right if isinstance(node, ast.BinOp) else node.comparators[0]
        yield from replace(text, side, dice.choice(text.names(node) + ["1"]))


@kind("wrong condition")
def condition(text, dice):
    for node in text.all(ast.BoolOp):
        kept = list(node.values)
        kept.remove(dice.choice(kept))
        yield from replace(text, node, (" and " if isinstance(node.op, ast.And) else " or ").join(text.of(one) for one in kept))


@kind("swapped arguments")
def swapped(text, dice):
    for node in text.all(ast.Call):
        if len(node.args) > 1:
            one, two = node.args[0], node.args[1]
            yield text.span(one)[0], text.span(two)[1], f"{text.of(two)}, {text.of(one)}"


@kind("missing argument")
def fewer(text, dice):
    for node in text.all(ast.Call):
        if len(node.args) > 1:
            yield text.span(node.args[-2])[1], text.span(node.args[-1])[1], ""


@kind("wrong function")
def function(text, dice):
    called = sorted({node.func.attr for node in text.all(ast.Call) if isinstance(node.func, ast.Attribute)})
    similar = {"min": "max", "max": "min", "append": "extend", "extend": "append", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor", "upper": "lower", "lower": "upper", "startswith": "endswith", "isdigit": "isalpha", "find": "index", "pop": "remove", "add": "discard", "sum": "max", "len": "max", "int": "float", "sqrt": "exp", "popleft": "pop", "appendleft": "append", "keys": "values", "values": "keys", "lstrip": "rstrip", "sorted": "list"}
    for node in text.all(ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        others = [similar[name]] if name in similar else [one for one in called if one != name] if isinstance(node.func, ast.Attribute) else []
        if others:
            end = text.span(node.func)[1]
            yield end - len(name), end, dice.choice(others)


@kind("missing call")
def unwrapped(text, dice):
    for node in text.all(ast.Call):
        if isinstance(node.func, ast.Attribute) and not isinstance(text.parent.get(node), ast.Expr):
            yield from replace(text, node, text.of(node.func.value))
        elif len(node.args) == 1:
            yield from replace(text, node, text.of(node.args[0]))


@kind("wrong attribute")
def attribute(text, dice):
    seen = sorted({node.attr for node in text.all(ast.Attribute)})
    for node in text.all(ast.Attribute):
        parent = text.parent.get(node)
        others = [one for one in seen if one != node.attr]
        if others and not (isinstance(parent, ast.Call) and parent.func is node):
            end = text.span(node)[1]
            yield end - len(node.attr), end, dice.choice(others)


@kind("wrong index or slice")
def index(text, dice):
    for node in text.all(ast.Subscript):
        if isinstance(node.slice, ast.Slice):
            for bound in (node.slice.lower, node.slice.upper):
                if bound is not None:
                    yield from replace(text, bound, dice.choice(["", f"{text.of(bound)} + 1", f"{text.of(bound)} - 1"]))
        elif not isinstance(node.slice, ast.Tuple):
            yield from replace(text, node.slice, f"{text.of(node.slice)} {dice.choice('+-')} 1")


@kind("missing return")
def unreturned(text, dice):
    for node in text.all(ast.Return):
        if node.value is not None and not isinstance(node.value, ast.Constant):
            start = text.span(node)[0]
            yield start, start + len("return "), ""


@kind("missing statement")
def missing(text, dice):
    for node in text.all(ast.AugAssign, ast.Break, ast.Continue):
        yield from replace(text, node, "pass")
    for node in text.all(ast.If):
        if not node.orelse and len(node.body) == 1 and isinstance(node.body[0], (ast.Return, ast.Raise)):
            yield from replace(text, node, "pass")


@kind("wrong place")
def place(text, dice):
    for node in text.all(ast.Return, ast.AugAssign, ast.Assign, ast.Expr):
        block = text.block(node)
        at = block.index(node) if node in block else -1
        start, end = text.starts[node.lineno - 1], text.starts[node.end_lineno]
        before = block[at - 1] if at > 0 else None
        if isinstance(before, (ast.For, ast.While, ast.If)) and not before.orelse:
            yield start, end, "    " + text.source[start:end]
        if at >= 0 and at + 1 < len(block) and isinstance(block[at + 1], (ast.Assign, ast.AugAssign, ast.Expr)) and not isinstance(node, ast.Return):
            after = text.starts[block[at + 1].end_lineno]
            if block[at + 1].lineno > node.end_lineno:
                yield start, after, text.source[end:after] + text.source[start:end]


@kind("wrong text")
def string(text, dice):
    for node in text.all(ast.Constant):
        if isinstance(node.value, str) and not isinstance(text.parent.get(node), (ast.JoinedStr, ast.FormattedValue)):
            others = [one.value for one in text.all(ast.Constant) if isinstance(one.value, str) and one.value != node.value]
            yield from replace(text, node, repr(dice.choice([*others, ""])))


@kind("break or continue")
def jump(text, dice):
    for node in text.all(ast.Break):
        yield from replace(text, node, "continue")
    for node in text.all(ast.Continue):
        yield from replace(text, node, "break")


@kind("missing await or yield")
def asynchronous(text, dice):
    for node in text.all(ast.Await):
        yield from replace(text, node, text.of(node.value))
    for node in text.all(ast.YieldFrom):
        yield from replace(text, node, f"yield {text.of(node.value)}")


def faults(source, seed, count):
    dice = random.Random(seed)
    text = Text(source)
    places = {name: list(function(text, dice)) for name, function in KINDS.items()}
    for one in places.values():
        dice.shuffle(one)
    while count > 0 and any(places.values()):
        name = dice.choice([name for name, left in places.items() if left])
        start, end, other = places[name].pop()
        broken = source[:start] + other + source[end:]
        try:
            compile(broken, "broken", "exec", dont_inherit=True)
            same = ast.dump(ast.parse(broken)) == ast.dump(ast.parse(source))
        except (SyntaxError, ValueError):
            continue
        if not same:
            count -= 1
            yield {"kind": name, "text": broken, "was": source[start:end], "is": other}


question = json.load(sys.stdin)
json.dump(list(faults(question["source"], question["seed"], question["count"])), sys.stdout)
