"""In a script no class has a field that is always its default: what reads it is given that."""

from __future__ import annotations

import ast
from collections import Counter

from harness.repro import plain


def without_defaults(
    definitions: list[ast.stmt], body: list[ast.stmt]
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The definitions and what uses them without fields that nobody gives, and what that decides decided."""
    everything = [*definitions, *body]
    gone: dict[str, ast.expr] = {}
    for node in definitions:
        if isinstance(node, ast.ClassDef) and (init := _init(node)) is not None:
            for name, default in _never_given(node, init, everything).items():
                if _is_only_stored(init, name, everything):
                    _take_out(init, name)
                    gone[name] = default
    if not gone:
        return definitions, body
    given = _Given(gone)
    return [given.visit(node) for node in definitions], [given.visit(node) for node in body]


def _init(node: ast.ClassDef) -> ast.FunctionDef | None:
    return next(
        (one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None
    )


def _never_given(
    node: ast.ClassDef, init: ast.FunctionDef, everything: list[ast.stmt]
) -> dict[str, ast.expr]:
    """Parameters with a constant for a default, by name, that no call gives; none where that cannot be told."""
    arguments = init.args
    names = [one.arg for one in arguments.args[1:]]
    with_default = names[len(names) - len(arguments.defaults) :]
    default = dict(zip(with_default, arguments.defaults, strict=True))
    nodes = [one for part in everything for one in ast.walk(part)]
    below = [
        one for one in nodes if isinstance(one, ast.ClassDef) and node.name in map(ast.unparse, one.bases)
    ]
    makers = {node.name, *(one.name for one in below if _init(one) is None)}
    calls = [one for one in nodes if isinstance(one, ast.Call) and ast.unparse(one.func) in makers]
    calls += [
        one
        for cls in below
        for one in ast.walk(cls)
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "super().__init__"
    ]
    told = Counter(one.id for one in nodes if isinstance(one, ast.Name))
    compared = [
        name for one in nodes if isinstance(one, ast.Compare) for name in map(ast.unparse, one.comparators)
    ]
    based = [name for one in nodes if isinstance(one, ast.ClassDef) for name in map(ast.unparse, one.bases)]
    seen = Counter([*(ast.unparse(one.func) for one in calls), *compared, *based])
    if any(told[name] != seen[name] for name in makers):
        return {}
    given: set[str] = set()
    for call in calls:
        if any(isinstance(one, ast.Starred) for one in call.args) or not all(
            one.arg for one in call.keywords
        ):
            return {}
        given |= {*names[: len(call.args)], *(one.arg or "" for one in call.keywords)}
    return {
        name: value
        for name, value in default.items()
        if name not in given and isinstance(value, ast.Constant)
    }


def _is_only_stored(init: ast.FunctionDef, name: str, everything: list[ast.stmt]) -> bool:
    """Whether the parameter goes into the attribute of that name, and nothing else does."""
    stores = [
        one
        for part in everything
        for one in ast.walk(part)
        if isinstance(one, ast.Attribute) and one.attr == name and not isinstance(one.ctx, ast.Load)
    ]
    said = [one for one in ast.walk(init) if isinstance(one, ast.Name) and one.id == name]
    return len(stores) == len(said) == 1 and any(
        (ast.unparse(target), ast.unparse(value)) == (f"self.{name}", name)
        for statement in init.body
        if isinstance(statement, ast.Assign)
        for target, value in zip(_parts(statement.targets[0]), _parts(statement.value), strict=False)
    )


def _parts(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _take_out(init: ast.FunctionDef, name: str) -> None:
    """The parameter, its default, and the statement or the part of one that stores it."""
    arguments = init.args
    place = next(n for n, one in enumerate(arguments.args) if one.arg == name)
    del arguments.defaults[place - len(arguments.args)]
    del arguments.args[place]
    left: list[ast.stmt] = []
    for statement in init.body:
        if isinstance(statement, ast.Assign):
            pairs = list(zip(_parts(statement.targets[0]), _parts(statement.value), strict=False))
            kept = [pair for pair in pairs if ast.unparse(pair[0]) != f"self.{name}"]
            if not kept:
                continue
            if len(kept) < len(pairs):
                targets, values = ([*part] for part in zip(*kept, strict=True))
                statement.targets = [ast.Tuple(targets, ast.Store()) if len(kept) > 1 else targets[0]]
                statement.value = ast.Tuple(values, ast.Load()) if len(kept) > 1 else values[0]
        left.append(statement)
    init.body = left or [ast.Pass()]


class _Given(ast.NodeTransformer):
    def __init__(self, gone: dict[str, ast.expr]) -> None:
        self.gone = gone

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        return self.gone.get(node.attr, node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        return plain.Fold().visit(node)  # type: ignore[no-any-return]
