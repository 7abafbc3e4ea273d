"""Takes out of a script what nothing in it uses, so that what is left is the finding."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Sequence

SIDE_EFFECTS = ("type(", "[")
"""What a state's variable holds and must stay although nobody reads it: a class is held weakly by its base."""

DISPLAYS = (ast.Tuple, ast.List, ast.Dict, ast.Starred)
WIDTH = 110
"""Of a line that is put together from two."""


def without_unused(body: list[ast.stmt], keep: Sequence[str] = ()) -> list[ast.stmt]:
    """A function's body without assignments of names that are never read; classes and lists of them stay."""
    while True:
        read = {
            node.id
            for part in body
            for node in ast.walk(part)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        kept = [one for one in body if not _is_unused(one, read | set(keep))]
        if len(kept) == len(body):
            return body
        body = kept


def _is_unused(node: ast.stmt, read: set[str]) -> bool:
    if (
        not isinstance(node, ast.Assign)
        or len(node.targets) != 1
        or not isinstance(node.targets[0], ast.Name)
    ):
        return False
    value = ast.unparse(node.value)
    return node.targets[0].id not in read and (
        value == "[]" or not (value.startswith(SIDE_EFFECTS) or _makes_class(node.value))
    )


def _makes_class(value: ast.expr) -> bool:
    """Whether it is a metaclass that is called, with a name, bases and contents."""
    return isinstance(value, ast.Call) and len(value.args) == 3 and isinstance(value.args[1], ast.Tuple)


def with_numbers(definitions: list[ast.stmt], body: list[ast.stmt]) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Names of single numbers become the numbers, and names of single words the words."""
    numbers = {
        node.targets[0].id: node.value
        for node in definitions
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and (isinstance(node.value.value, (int, float)) or _is_word(node.value.value))
    }

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return numbers.get(node.id, node)

    left = [
        node
        for node in definitions
        if not (isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) in numbers)
    ]
    return [Put().visit(node) for node in left], [Put().visit(node) for node in body]


def _is_word(value: object) -> bool:
    """Whether it is a string of which there is one wherever a program has it: those like identifiers are interned."""
    return isinstance(value, str) and value.isascii() and value.isidentifier()


def without_unused_methods(definitions: list[ast.stmt], body: list[ast.stmt]) -> None:
    """Take out methods that nothing calls.

    Those stay that others may call: the interpreter by their name, or a class below which this one is.
    """
    own = {node.name for node in definitions if isinstance(node, ast.ClassDef)}
    while True:
        used = {
            node.attr
            for part in (*definitions, *body)
            for node in ast.walk(part)
            if isinstance(node, ast.Attribute)
        }
        before = len(ast.dump(ast.Module(definitions, [])))
        for part in definitions:
            for node in ast.walk(part):
                if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} <= own:
                    node.body = [
                        one
                        for one in node.body
                        if not isinstance(one, ast.FunctionDef)
                        or one.name.startswith("__")
                        or one.name in used
                    ] or [ast.Pass()]
        if len(ast.dump(ast.Module(definitions, []))) == before:
            return


def without_method(definitions: list[ast.stmt], name: str) -> None:
    """Take the method out of all classes."""
    for part in definitions:
        for node in ast.walk(part):
            if isinstance(node, ast.ClassDef):
                node.body = [one for one in node.body if getattr(one, "name", None) != name] or [ast.Pass()]


def without_repeats(body: list[ast.stmt]) -> list[ast.stmt]:
    """A block without assignments of what their names have already: one operation after another picks the same one."""
    kept: list[ast.stmt] = []
    for node in body:
        again = ast.dump(node)
        since = next((n for n in reversed(range(len(kept))) if ast.dump(kept[n]) == again), None)
        if since is None or not _is_plain(node) or _bound(kept[since + 1 :]) & _names(node):
            kept.append(node)
    return kept


def without_single_use(function: ast.stmt) -> ast.stmt:
    """A function without names that are used once, in the statement behind the one that gives them: it says it there.

    Only where nothing else of that statement happens first, and it stays one line.
    """
    while True:
        pairs = [
            (block, place)
            for block in _blocks(function)
            for place in range(len(block) - 1)
            if _gives(block[place]) and _together(*block[place : place + 2]) is not None
        ]
        uses = Counter(node.id for node in ast.walk(function) if isinstance(node, ast.Name))
        paired = Counter(_given(block[place]) for block, place in pairs)
        needless = next(((b, p) for b, p in pairs if uses[name := _given(b[p])] == 2 * paired[name]), None)
        if needless is None:
            return function
        block, place = needless
        together = _together(*block[place : place + 2])
        assert together is not None
        block[place : place + 2] = [together]


def _blocks(function: ast.stmt) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(function):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                yield block


def _gives(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)


def _given(node: ast.stmt) -> str:
    assert isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    return node.targets[0].id


def _together(node: ast.stmt, after: ast.stmt) -> ast.stmt | None:
    """Both statements as one; None where that would be something else."""
    assert isinstance(node, ast.Assign)
    if not isinstance(after, (ast.Assign, ast.Expr)):
        return None
    name, value = _given(node), node.value
    if not _is_first(after.value, name):
        return None

    class Put(ast.NodeTransformer):
        def visit_Name(self, one: ast.Name) -> ast.AST:
            return value if one.id == name else one

    if sum(isinstance(one, ast.Name) and one.id == name for one in ast.walk(after)) > 1:
        return None
    done: ast.stmt = Put().visit(copy.deepcopy(after))
    return done if len(ast.unparse(done)) <= WIDTH else None


def _is_first(node: ast.AST, name: str) -> bool | None:
    """Whether nothing happens in an expression before it takes ``name``; None where it does not, and nothing does.

    To take another name, or a constant, is nothing.
    """
    if isinstance(node, ast.Name):
        return True if node.id == name else None
    if isinstance(node, (ast.Constant, ast.expr_context)):
        return None
    if not isinstance(
        node, (*DISPLAYS, ast.Call, ast.Attribute, ast.Subscript, ast.keyword, ast.BinOp, ast.UnaryOp)
    ):
        return False
    parts = [part for part in ast.iter_child_nodes(node) if not isinstance(part, (ast.operator, ast.unaryop))]
    if isinstance(node, ast.Dict):
        parts = [part for pair in zip(node.keys, node.values, strict=True) for part in pair if part]
    for part in parts:
        if (found := _is_first(part, name)) is not None:
            return found
    return None if isinstance(node, (*DISPLAYS, ast.keyword)) else False


def without_unread(body: list[ast.stmt]) -> list[ast.stmt]:
    """An operation that nobody judges, without what it only notes: what it looks up, and all that it calls, stays."""
    while True:
        read = {
            one.id
            for part in body
            for one in ast.walk(part)
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
        }
        before = [ast.dump(one) for one in body]
        body = _without_notes(body, read)
        if [ast.dump(one) for one in body] == before:
            return body


def _without_notes(body: list[ast.stmt], read: set[str]) -> list[ast.stmt]:
    done: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.Assign) and _gives(node) and _given(node) not in read:
            node = ast.Expr(node.value)
        if isinstance(node, ast.Expr) and is_inert(node.value):
            continue
        for name in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, name, None), list) and block:
                left = _without_notes(block, read)
                setattr(node, name, left or ([ast.Pass()] if name == "body" else []))
        if isinstance(node, ast.If) and not node.orelse and isinstance(node.body[0], ast.Pass):
            node = ast.Expr(ast.Call(ast.Name("bool", ast.Load()), [node.test], []))
        done.append(node)
    return done


def is_inert(value: ast.expr) -> bool:
    """Whether an expression takes what is there, and nothing more: names, constants, places in lists."""
    if isinstance(value, ast.Subscript):
        return isinstance(value.value, ast.Name) and isinstance(getattr(value.slice, "value", None), int)
    return isinstance(value, (ast.Name, ast.Constant))


def _is_plain(node: ast.stmt) -> bool:
    """Whether the statement gives names something that is there, and that nobody else changes meanwhile.

    A fixed place of a list is where threads tell each other something.
    """
    return (
        isinstance(node, ast.Assign)
        and all(
            isinstance(part, (ast.Name, ast.Tuple, ast.expr_context)) for part in ast.walk(node.targets[0])
        )
        and not any(
            isinstance(part, (ast.Call, ast.Attribute, ast.NamedExpr))
            or (isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant))
            for part in ast.walk(node)
        )
    )


def _names(node: ast.stmt) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _bound(body: list[ast.stmt]) -> set[str]:
    parts = [part for node in body for part in ast.walk(node) if isinstance(part, ast.Name)]
    return {part.id for part in parts if not isinstance(part.ctx, ast.Load)}


class Texts(ast.NodeTransformer):
    """Constants inside f-strings become text."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        self.generic_visit(node)
        values: list[ast.expr] = []
        for value in node.values:
            if isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.Constant):
                shown = value.value.value
                value = ast.Constant(repr(shown) if value.conversion == ord("r") else str(shown))
            last = values[-1] if values else None
            if isinstance(value, ast.Constant) and isinstance(last, ast.Constant):
                values[-1] = ast.Constant(str(last.value) + str(value.value))
            else:
                values.append(value)
        return ast.JoinedStr(values)
