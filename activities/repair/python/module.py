"""One Python file as edits are made of it."""

import ast
import re

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)


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
        self.attributes, self.methods, self.found = {}, {}, {}
        self.numbers, self.strings, self.globals, self.functions, self.arity = [], [], [], [], {}
        for node in ast.walk(self.tree):
            for under in ast.iter_child_nodes(node):
                self.parent[under] = node
        for node in ast.walk(self.tree):
            self.note(node)

        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call) and not node.keywords]
        self.calls = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                self.calls.setdefault(self.root(node.func), []).append(node)
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

    def once(self, key, find):
        """What is found once and asked for often."""
        if key not in self.found:
            self.found[key] = find()
        return self.found[key]

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
