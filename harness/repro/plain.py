"""How a script says what the kernel's helpers do: the same classes, made and read in plain Python.

What a knob's value decides is decided here, so that a script has no branch that is never taken.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import suppress

Call = Callable[[ast.Call], ast.expr | None]


def expression(text: str, **parts: ast.expr) -> ast.expr:
    """The expression ``text``, each name in ``parts`` replaced."""
    return replaced(ast.parse(text, mode="eval").body, parts)


def statements(text: str, **parts: ast.expr) -> list[ast.stmt]:
    """The statements of ``text``, each name in ``parts`` replaced."""
    return [_Replace(parts).visit(statement) for statement in ast.parse(text).body]


def replaced(tree: ast.expr, parts: dict[str, ast.expr]) -> ast.expr:
    """``tree`` with each name in ``parts`` replaced by what stands beside it. The tree given stays as it is."""
    copy = ast.parse(ast.unparse(tree), mode="eval").body
    done: ast.expr = _Replace(parts).visit(copy)
    return done


def replaced_in(tree: ast.stmt, parts: dict[str, ast.expr]) -> ast.stmt:
    """A statement with each name in ``parts`` replaced."""
    (copy,) = ast.parse(ast.unparse(tree)).body
    done: ast.stmt = _Replace(parts).visit(copy)
    return done


def folded(tree: ast.expr) -> ast.expr:
    """``tree`` with what constants decide decided."""
    done: ast.expr = Fold().visit(tree)
    return done


class _Replace(ast.NodeTransformer):
    def __init__(self, parts: dict[str, ast.expr]) -> None:
        self.parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.parts.get(node.id, node)


class Fold(ast.NodeTransformer):
    """Decides what constants decide: conditions, arithmetic on literals, empty lists unpacked, pauses of no turn."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.test, ast.Constant):
            return node.body if node.test.value else node.orelse
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant):
            with suppress(ArithmeticError, TypeError, ValueError):
                return ast.Constant(eval(ast.unparse(node)))
        if isinstance(node.left, ast.JoinedStr) and getattr(node.right, "value", None) == "":
            return node.left
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        values = [node.left, *node.comparators]
        is_plain = all(isinstance(one, ast.Constant) for one in values) and not any(
            isinstance(one, (ast.Is, ast.IsNot)) for one in node.ops
        )
        return ast.Constant(eval(ast.unparse(node))) if is_plain else node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        neutral = isinstance(node.op, ast.And)
        left = [one for one in node.values if not (isinstance(one, ast.Constant) and one.value is neutral)]
        if len(left) < 2:
            return left[0] if left else ast.Constant(neutral)
        node.values = left
        return node

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if isinstance(node.test, ast.Constant):
            return node.body if node.test.value else node.orelse
        return node

    def visit_For(self, node: ast.For) -> ast.AST | None:
        self.generic_visit(node)
        empty = isinstance(node.iter, ast.Call) and ast.unparse(node.iter) == "range(0)"
        # What is left of a walk through a dict for each of whose values nothing is to be done.
        idle = ast.unparse(node.iter).endswith(".values()") and all(
            isinstance(part, ast.Pass) for part in node.body
        )
        return None if empty or idle else node

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        self.generic_visit(node)
        node.elts = [one for one in node.elts if not _nothing(one)]
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        self.generic_visit(node)
        return ast.List([], ast.Load()) if ast.unparse(node.generators[0].iter) == "range(0)" else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        self.generic_visit(node)
        # What ``sharing(0)`` comes to: it does nothing.
        return None if ast.unparse(node).startswith("id(") else node


def _nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Starred) and isinstance(node.value, ast.List) and not node.value.elts


def _arguments(call: ast.Call) -> dict[str, ast.expr]:
    return {word.arg: word.value for word in call.keywords if word.arg}


def _bases(parts: Sequence[ast.expr]) -> ast.expr:
    return ast.Tuple(list(parts), ast.Load())


def _contents(call: ast.Call, without: tuple[str, ...] = ()) -> ast.expr:
    """The class dict of a call's keywords: ``{"x": Value(0), **held}``."""
    words = [word for word in call.keywords if word.arg not in without]
    if len(words) == 1 and words[0].arg is None:
        return words[0].value
    return ast.Dict(
        [ast.Constant(word.arg) if word.arg else None for word in words], [word.value for word in words]
    )


def fresh_class(call: ast.Call) -> ast.expr:
    words = _arguments(call)
    metaclass = words.get("metaclass", ast.Name("type", ast.Load()))
    held = _contents(call, ("metaclass",))
    return expression("META('C', BASES, HELD)", META=metaclass, BASES=_bases(call.args), HELD=held)


def fresh_subclass(call: ast.Call) -> ast.expr:
    return expression("type(BASE)('D', (BASE,), HELD)", BASE=call.args[0], HELD=_contents(call))


def fresh_subclasses(call: ast.Call) -> ast.expr:
    base, count = call.args
    return expression(
        "[type(BASE)(f'S{number}', (BASE,), {}) for number in range(COUNT)]", BASE=base, COUNT=count
    )


def sharing(call: ast.Call) -> ast.expr:
    return expression("ref if LOCK_FREE else id", LOCK_FREE=call.args[0])


CALLS: dict[str, Call] = {
    one.__name__: one for one in (fresh_class, fresh_subclass, fresh_subclasses, sharing)
}
"""By the helper's name: the expression that a call of it comes to."""


PRIMED = "looked_up"
"""The variable of the loop that ``prime`` comes to: no scenario has one of that name."""


def prime(call: ast.Call) -> list[ast.stmt]:
    """The statements for ``prime(...)``: each class read twice under each name."""
    names = _arguments(call).get("names", ast.Tuple([ast.Constant("x")], ast.Load()))
    holders = expression("HOLDERS * 2", HOLDERS=_bases(call.args))
    if isinstance(names, (ast.Tuple, ast.List)) and len(names.elts) == 1:
        text = f"for {PRIMED} in HOLDERS:\n    getattr({PRIMED}, NAME, None)"
        return statements(text, HOLDERS=holders, NAME=names.elts[0])
    text = f"for {PRIMED} in HOLDERS:\n    for each in NAMES:\n        getattr({PRIMED}, each, None)"
    return statements(text, HOLDERS=holders, NAMES=names)
